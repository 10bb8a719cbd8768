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

package io.github.gracefulshutdown.web.tomcat;

import java.time.Duration;
import java.util.Map;

import org.apache.catalina.connector.Request;
import org.apache.tomcat.websocket.server.WsMappingResult;
import org.apache.tomcat.websocket.server.WsServerContainer;
import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ActiveWork;

/**
 * Names a request in flight without saying anything that may be secret. The request goes
 * on meanwhile, and may be over: what is read may be gone, never somebody else's secret.
 */
final class ActiveRequestDescriber {

	/**
	 * Where Spring MVC puts the route template.
	 */
	private static final String ROUTE_ATTRIBUTE = "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

	/**
	 * Where WebFlux puts it, among the attributes of the exchange.
	 */
	private static final String REACTIVE_ROUTE_ATTRIBUTE = "org.springframework.web.reactive.HandlerMapping.bestMatchingPattern";

	/**
	 * Where the attributes of the exchange are.
	 * @see ExchangeWebFilter
	 */
	static final String EXCHANGE_ATTRIBUTES = ActiveRequestDescriber.class.getName() + ".exchange";

	/**
	 * Stands for the route of what was not routed by anyone who says so.
	 */
	static final String NO_ROUTE = "(no route)";

	private final TraceIds traceIds;

	ActiveRequestDescriber(TraceIds traceIds) {
		this.traceIds = traceIds;
	}

	ActiveWork describe(String kind, Request request, @Nullable Thread thread) {
		return ActiveWork.of(kind, name(request), age(request), thread, traceId(request));
	}

	/**
	 * Return the method and the route template.
	 */
	static String name(Request request) {
		return request.getMethod() + " " + route(request);
	}

	/**
	 * Return the method and the route template of a WebSocket's handshake.
	 */
	static String upgradeName(Request request) {
		Object container = request.getServletContext().getAttribute("jakarta.websocket.server.ServerContainer");
		String path = (container != null && request.getAttribute(ROUTE_ATTRIBUTE) == null)
				? EndpointRoutes.find(container, request) : null;
		return (path != null) ? request.getMethod() + " " + path : name(request);
	}

	private static String route(Request request) {
		try {
			Object route = (request.getAttribute(EXCHANGE_ATTRIBUTES) instanceof Map<?, ?> exchange)
					? exchange.get(REACTIVE_ROUTE_ATTRIBUTE) : request.getAttribute(ROUTE_ATTRIBUTE);
			return (route != null) ? route.toString() : NO_ROUTE;
		}
		catch (RuntimeException ex) {
			return "(over)";
		}
	}

	static Duration age(Request request) {
		long start = request.getCoyoteRequest().getStartTimeNanos();
		return (start >= 0) ? Duration.ofNanos(Math.max(0, System.nanoTime() - start)) : Duration.ZERO;
	}

	/**
	 * Return what the application knows the trace by, else what the peer does.
	 */
	private @Nullable String traceId(Request request) {
		try {
			String id = this.traceIds.find(request);
			// a tracer that is off has spans as well, with no such thing
			return (id != null && id.matches("0*[^0].*")) ? id : parentTraceId(request);
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	/**
	 * Return the trace id of a W3C {@code traceparent} header.
	 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C Trace
	 * Context</a>
	 */
	private static @Nullable String parentTraceId(Request request) {
		String parent = request.getHeader("traceparent");
		String[] parts = (parent != null) ? parent.split("-", 4) : new String[0];
		return (parts.length == 4 && parts[1].matches("[0-9a-f]{32}")) ? parts[1] : null;
	}

	/**
	 * The route templates of Jakarta WebSocket endpoints, whose classes are optional.
	 */
	private static final class EndpointRoutes {

		static @Nullable String find(Object container, Request request) {
			String path = request.getServletPath() + ((request.getPathInfo() != null) ? request.getPathInfo() : "");
			WsMappingResult mapping = (container instanceof WsServerContainer tomcat) ? tomcat.findMapping(path) : null;
			return (mapping != null) ? mapping.config().getPath() : null;
		}

	}

}
