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

import java.util.function.Supplier;

import io.github.gracefulshutdown.ShutdownState;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.util.MimeType;

/**
 * The endpoint's operations over HTTP. Who calls is judged in the operation itself, so
 * that no way of writing its path leads past the rule.
 */
final class DeregisterOperations {

	private static final String NOW = "now";

	private static final MimeType PROBLEM = new MimeType("application", "problem+json");

	private static final int ACCEPTED = 202;

	private static final int FORBIDDEN = 403;

	private static final int METHOD_NOT_ALLOWED = 405;

	private static final int CONFLICT = 409;

	private static final int UNAVAILABLE = 503;

	private final DeregisterEndpoint endpoint;

	private final DeregisterAccess access;

	DeregisterOperations(DeregisterEndpoint endpoint, DeregisterAccess access) {
		this.endpoint = endpoint;
		this.access = access;
	}

	WebEndpointResponse<OperationResponseBody> deregister(Caller caller, @Nullable Boolean wait) {
		boolean waits = !Boolean.FALSE.equals(wait);
		return ifAllowed(caller,
				() -> new WebEndpointResponse<>(this.endpoint.deregister("POST /actuator/deregister", waits),
						waits ? WebEndpointResponse.STATUS_OK : ACCEPTED));
	}

	WebEndpointResponse<OperationResponseBody> deregister(Caller caller, String action) {
		if (!NOW.equals(action) || !this.access.isGetAllowed()) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		if (!"GET".equals(caller.method())) {
			return problem(METHOD_NOT_ALLOWED, "Method Not Allowed", "only GET and POST take the instance out");
		}
		return ifAllowed(caller,
				() -> new WebEndpointResponse<>(this.endpoint.deregister("GET /actuator/deregister/now", true)));
	}

	WebEndpointResponse<OperationResponseBody> rejoin(Caller caller) {
		return ifAllowed(caller, () -> {
			try {
				DeregisterDescriptor report = this.endpoint.rejoin();
				return new WebEndpointResponse<>(report,
						(report.state() == ShutdownState.UP) ? WebEndpointResponse.STATUS_OK : UNAVAILABLE);
			}
			catch (IllegalStateException ex) {
				return new WebEndpointResponse<>(this.endpoint.report(), CONFLICT);
			}
		});
	}

	private WebEndpointResponse<OperationResponseBody> ifAllowed(Caller caller,
			Supplier<WebEndpointResponse<OperationResponseBody>> operation) {
		String refusal = this.access.refusal(caller);
		return (refusal == null) ? operation.get() : problem(FORBIDDEN, "Forbidden", refusal);
	}

	private static WebEndpointResponse<OperationResponseBody> problem(int status, String title, String detail) {
		return new WebEndpointResponse<>(new Problem(status, title, detail), status, PROBLEM);
	}

	record Problem(int status, String title, String detail) implements OperationResponseBody {

	}

}
