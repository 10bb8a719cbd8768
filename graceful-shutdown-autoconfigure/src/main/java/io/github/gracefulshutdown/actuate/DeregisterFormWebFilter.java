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

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * What {@link DeregisterFormFilter} is to a servlet application, for a reactive one.
 *
 * @since 0.1.0
 */
public final class DeregisterFormWebFilter implements WebFilter, Ordered {

	private final String path;

	/**
	 * Make a filter.
	 * @param path the path of the endpoint, such as {@code /actuator/deregister}
	 */
	public DeregisterFormWebFilter(String path) {
		this.path = path;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		String contentType = request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
		if (!HttpMethod.POST.equals(request.getMethod()) || !DeregisterFormFilter.isFormOrNone(contentType)
				|| !this.path.equals(request.getPath().pathWithinApplication().value())) {
			return chain.filter(exchange);
		}
		return exchange.getFormData()
			.flatMap((form) -> chain
				.filter(exchange.mutate().request(new JsonRequest(request, form, contentType != null)).build()));
	}

	/**
	 * A request whose form, if any, was read into its parameters, so that no body is
	 * left.
	 */
	private static final class JsonRequest extends ServerHttpRequestDecorator {

		private final HttpHeaders headers;

		private final MultiValueMap<String, String> parameters;

		private final boolean bodyRead;

		JsonRequest(ServerHttpRequest request, MultiValueMap<String, String> form, boolean bodyRead) {
			super(request);
			this.headers = new HttpHeaders(request.getHeaders());
			this.headers.setContentType(MediaType.APPLICATION_JSON);
			this.parameters = new LinkedMultiValueMap<>(request.getQueryParams());
			this.parameters.addAll(form);
			this.bodyRead = bodyRead;
		}

		@Override
		public HttpHeaders getHeaders() {
			return this.headers;
		}

		@Override
		public MultiValueMap<String, String> getQueryParams() {
			return this.parameters;
		}

		@Override
		public Flux<DataBuffer> getBody() {
			return this.bodyRead ? Flux.empty() : super.getBody();
		}

	}

}
