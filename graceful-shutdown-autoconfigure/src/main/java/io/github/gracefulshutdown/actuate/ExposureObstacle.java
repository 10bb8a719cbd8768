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

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperation;

/**
 * Finds that the {@link DeregisterEndpoint} is not reachable over HTTP at all.
 *
 * @since 0.1.0
 */
public final class ExposureObstacle implements DeregisterExposureCheck.Obstacle {

	private static final EndpointId ID = EndpointId.of(DeregisterEndpoint.ID);

	private final WebEndpointsSupplier endpoints;

	/**
	 * Make an obstacle.
	 * @param endpoints the endpoints that are exposed over HTTP
	 */
	public ExposureObstacle(WebEndpointsSupplier endpoints) {
		this.endpoints = endpoints;
	}

	@Override
	public @Nullable String find() {
		for (ExposableWebEndpoint endpoint : this.endpoints.getEndpoints()) {
			if (endpoint.getEndpointId().equals(ID)) {
				return endpoint.getOperations().stream().anyMatch(this::isPost) ? null
						: "it is read-only, which 'management.endpoint.deregister.access=unrestricted' changes";
			}
		}
		return "it is not exposed, which adding 'deregister' to 'management.endpoints.web.exposure.include' changes";
	}

	private boolean isPost(WebOperation operation) {
		return operation.getRequestPredicate().getHttpMethod() == WebEndpointHttpMethod.POST;
	}

}
