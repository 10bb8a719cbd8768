/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.github.gracefulshutdown.actuate;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownReport;

import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Takes the instance out of service before it is ended, takes it back, and says where it
 * stands. Thread-safe; calls that ask for the same thing join each other.
 *
 * @since 0.1.0
 */
@Endpoint(id = DeregisterEndpoint.ID)
public class DeregisterEndpoint {

	/**
	 * The id of the endpoint.
	 */
	public static final String ID = "deregister";

	private final GracefulShutdown gracefulShutdown;

	private final Supplier<List<Finding>> advice;

	/**
	 * Make an endpoint.
	 * @param gracefulShutdown what does the work
	 * @param advice what will go wrong when the instance is stopped, as far as it shows
	 */
	public DeregisterEndpoint(GracefulShutdown gracefulShutdown, Supplier<List<Finding>> advice) {
		this.gracefulShutdown = gracefulShutdown;
		this.advice = advice;
	}

	/**
	 * Say where the instance stands, without any effect.
	 * @return the report
	 */
	@ReadOperation
	public DeregisterDescriptor report() {
		return describe(this.gracefulShutdown.report());
	}

	/**
	 * Take the instance out of service, or join the call that does.
	 * @param wait whether to wait until callers have stopped or the time for it is over,
	 * which is the default
	 * @return the report
	 */
	@WriteOperation
	public DeregisterDescriptor deregister(@Nullable Boolean wait) {
		return deregister("JMX deregister", !Boolean.FALSE.equals(wait));
	}

	DeregisterDescriptor deregister(String trigger, boolean wait) {
		CompletableFuture<ShutdownReport> leaving = this.gracefulShutdown.leave(trigger);
		if (wait) {
			try {
				return describe(leaving.get());
			}
			catch (InterruptedException ex) {
				// only this caller has to go; the run goes on
				Thread.currentThread().interrupt();
			}
			catch (ExecutionException ex) {
				throw new IllegalStateException("Could not take the instance out of service", ex.getCause());
			}
		}
		return report();
	}

	/**
	 * Take the instance back into service.
	 * @return the report
	 * @throws IllegalStateException if the instance is already ending
	 */
	@DeleteOperation
	public DeregisterDescriptor rejoin() {
		return describe(this.gracefulShutdown.rejoin());
	}

	private DeregisterDescriptor describe(ShutdownReport report) {
		return DeregisterDescriptor.of(report, this.advice.get());
	}

}
