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

import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * Warns when a preStop hook that calls the {@link DeregisterEndpoint} would be turned
 * away. A kubelet does not look at the status of the answer: it would send SIGTERM at
 * once, and nobody would ever know why requests are lost.
 *
 * @since 0.1.0
 */
public final class DeregisterExposureCheck implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(DeregisterExposureCheck.class);

	private final BooleanSupplier hookExpected;

	private final Supplier<Stream<Obstacle>> obstacles;

	/**
	 * Make a check.
	 * @param hookExpected whether a hook matters where this application runs; where it
	 * does not, nothing is looked at
	 * @param obstacles what may be in a hook's way, the first that is counts
	 */
	public DeregisterExposureCheck(BooleanSupplier hookExpected, Supplier<Stream<Obstacle>> obstacles) {
		this.hookExpected = hookExpected;
		this.obstacles = obstacles;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (this.hookExpected.getAsBoolean()) {
			this.obstacles.get()
				.map(Obstacle::find)
				.filter(Objects::nonNull)
				.findFirst()
				.ifPresent((obstacle) -> logger
					.warn("A preStop hook that calls the deregister endpoint is turned away, "
							+ "and a kubelet, which does not look at the status, sends SIGTERM at once: " + obstacle));
		}
	}

	/**
	 * Something that may be in a hook's way.
	 */
	@FunctionalInterface
	public interface Obstacle {

		/**
		 * Look whether it is.
		 * @return what is in the way and how to remove it, or {@code null}
		 */
		@Nullable String find();

	}

}
