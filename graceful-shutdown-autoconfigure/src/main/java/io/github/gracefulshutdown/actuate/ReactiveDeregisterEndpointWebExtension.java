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

import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * The {@link DeregisterEndpoint} over HTTP in a reactive application. It waits on
 * Reactor's threads for blocking work.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = DeregisterEndpoint.class)
public class ReactiveDeregisterEndpointWebExtension {

	private final DeregisterOperations operations;

	/**
	 * Make the extension.
	 * @param endpoint the endpoint
	 * @param access who may call
	 */
	public ReactiveDeregisterEndpointWebExtension(DeregisterEndpoint endpoint, DeregisterAccess access) {
		this.operations = new DeregisterOperations(endpoint, access);
	}

	/**
	 * Take the instance out of service, or join the call that does.
	 * @param wait whether to wait until that is done, which is the default
	 * @return 200 with the report when that is done, 202 at once without waiting, or 403
	 */
	@WriteOperation
	public Mono<WebEndpointResponse<OperationResponseBody>> deregister(@Nullable Boolean wait) {
		return forCaller((caller) -> this.operations.deregister(caller, wait));
	}

	/**
	 * Take the instance out of service for a caller that can only GET.
	 * @param action {@code now}
	 * @return 200 with the report, 403, or 404 if this is off
	 */
	@ReadOperation
	public Mono<WebEndpointResponse<OperationResponseBody>> deregister(@Selector String action) {
		return forCaller((caller) -> this.operations.deregister(caller, action));
	}

	/**
	 * Take the instance back into service.
	 * @return 200 with the report, 403, or 409 with the report if the instance is already
	 * ending
	 */
	@DeleteOperation
	public Mono<WebEndpointResponse<OperationResponseBody>> rejoin() {
		return forCaller(this.operations::rejoin);
	}

	private static Mono<WebEndpointResponse<OperationResponseBody>> forCaller(
			Function<Caller, WebEndpointResponse<OperationResponseBody>> operation) {
		return Mono.deferContextual((context) -> {
			Caller caller = context.hasKey(Caller.class) ? context.get(Caller.class) : Caller.UNKNOWN;
			return Mono.fromCallable(() -> operation.apply(caller)).subscribeOn(Schedulers.boundedElastic());
		});
	}

}
