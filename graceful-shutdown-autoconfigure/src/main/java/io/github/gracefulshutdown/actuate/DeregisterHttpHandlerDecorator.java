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

import java.net.InetAddress;
import java.net.InetSocketAddress;

import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.ClassUtils;

/**
 * Notes who calls the {@link DeregisterEndpoint} of a reactive application, before
 * anything evaluates and removes what a proxy has said. A call that it does not recognise
 * has no caller and is refused.
 *
 * @since 0.1.0
 */
public final class DeregisterHttpHandlerDecorator implements HttpHandlerDecoratorFactory {

	private static final boolean SERVLET_PRESENT = ClassUtils.isPresent("jakarta.servlet.ServletRequest",
			DeregisterHttpHandlerDecorator.class.getClassLoader());

	private final String path;

	/**
	 * Make a decorator.
	 * @param path the path of the endpoint, such as {@code /actuator/deregister}
	 */
	public DeregisterHttpHandlerDecorator(String path) {
		this.path = path;
	}

	@Override
	public HttpHandler apply(HttpHandler handler) {
		return (request, response) -> {
			if (!request.getPath().value().contains(this.path)) {
				return handler.handle(request, response);
			}
			Caller caller = caller(request);
			return handler.handle(request, response).contextWrite((context) -> context.put(Caller.class, caller));
		};
	}

	private static Caller caller(ServerHttpRequest request) {
		if (SERVLET_PRESENT && request instanceof AbstractServerHttpRequest received
				&& received.<Object>getNativeRequest() instanceof ServletRequest servlet) {
			return ServletCaller.of(servlet);
		}
		return Caller.of(request.getMethod().name(), address(request.getRemoteAddress()),
				request.getHeaders().headerNames());
	}

	private static @Nullable String address(@Nullable InetSocketAddress address) {
		InetAddress peer = (address != null) ? address.getAddress() : null;
		return (peer != null) ? peer.getHostAddress() : null;
	}

}
