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

import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Lets {@code wget --post-data=''} and {@code curl -X POST} call the
 * {@link DeregisterEndpoint}: to Spring Boot, a body that is a form or of no type is none
 * that an operation could read, and the 415 it answers with is nothing a kubelet looks
 * at. It grants nothing; who may call is for the endpoint to say.
 *
 * @since 0.1.0
 */
public final class DeregisterFormFilter implements Filter {

	private final String path;

	/**
	 * Make a filter.
	 * @param path the path of the endpoint, such as {@code /actuator/deregister}
	 */
	public DeregisterFormFilter(String path) {
		this.path = path;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		boolean applies = request instanceof HttpServletRequest http && applies(http);
		chain.doFilter(applies ? new JsonRequest((HttpServletRequest) request) : request, response);
	}

	private boolean applies(HttpServletRequest request) {
		if (!"POST".equals(request.getMethod()) || !isFormOrNone(request.getContentType())) {
			return false;
		}
		// relative to the servlet that is going to handle it, decoded by the container
		String pathInfo = request.getPathInfo();
		return this.path.equals((pathInfo != null) ? pathInfo : request.getServletPath());
	}

	static boolean isFormOrNone(@Nullable String contentType) {
		return contentType == null || contentType.regionMatches(true, 0, MediaType.APPLICATION_FORM_URLENCODED_VALUE, 0,
				MediaType.APPLICATION_FORM_URLENCODED_VALUE.length());
	}

	/**
	 * A request whose form, if any, was read into its parameters, so that no body is
	 * left.
	 */
	private static final class JsonRequest extends HttpServletRequestWrapper {

		JsonRequest(HttpServletRequest request) {
			super(request);
			request.getParameterMap();
		}

		@Override
		public String getContentType() {
			return MediaType.APPLICATION_JSON_VALUE;
		}

		@Override
		public String getHeader(String name) {
			return isContentType(name) ? getContentType() : super.getHeader(name);
		}

		@Override
		public Enumeration<String> getHeaders(String name) {
			return isContentType(name) ? Collections.enumeration(Collections.singleton(getContentType()))
					: super.getHeaders(name);
		}

		private boolean isContentType(String name) {
			return HttpHeaders.CONTENT_TYPE.equalsIgnoreCase(name);
		}

	}

}
