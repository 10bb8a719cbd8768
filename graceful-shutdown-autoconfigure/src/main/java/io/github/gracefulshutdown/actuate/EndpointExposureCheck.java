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

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperation;

/**
 * Looks whether the {@link DeregisterEndpoint} is reachable over HTTP at all.
 *
 * @since 0.1.0
 */
public final class EndpointExposureCheck implements DoctorCheck {

	private static final EndpointId ID = EndpointId.of(DeregisterEndpoint.ID);

	private final WebEndpointsSupplier endpoints;

	/**
	 * Make a check.
	 * @param endpoints the endpoints that are exposed over HTTP
	 */
	public EndpointExposureCheck(WebEndpointsSupplier endpoints) {
		this.endpoints = endpoints;
	}

	@Override
	public List<Finding> findings() {
		for (ExposableWebEndpoint endpoint : this.endpoints.getEndpoints()) {
			if (endpoint.getEndpointId().equals(ID)) {
				return endpoint.getOperations().stream().anyMatch(this::isPost) ? List.of()
						: List.of(new Finding("endpoint-read-only", HookProblem.of("it is read-only"),
								"Set 'management.endpoint.deregister.access' to 'unrestricted'."));
			}
		}
		return List.of(new Finding("endpoint-not-exposed", HookProblem.of("it is not exposed"),
				"Add 'deregister' to 'management.endpoints.web.exposure.include'; if there is no such hook, ignore this."));
	}

	private boolean isPost(WebOperation operation) {
		return operation.getRequestPredicate().getHttpMethod() == WebEndpointHttpMethod.POST;
	}

}
