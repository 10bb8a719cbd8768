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

import java.util.Collections;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Finds who calls the {@link DeregisterEndpoint} in a servlet container.
 *
 * @since 0.1.0
 */
public final class ServletCaller {

	private static final String NOTED = Caller.class.getName();

	// set by RemoteIpValve, which takes the headers away that it evaluates
	private static final String TOMCAT_FORWARDED = "org.apache.tomcat.request.forwarded";

	private ServletCaller() {
	}

	/**
	 * Note who calls, before anything rewrites the request.
	 * @param request the request as it was received
	 * @param peerAddress the address of the socket's peer
	 */
	public static void note(HttpServletRequest request, String peerAddress) {
		request.setAttribute(NOTED, caller(request, peerAddress));
	}

	/**
	 * Return who sent the request that the current thread is handling.
	 * @return the caller, {@link Caller#UNKNOWN} if there is no servlet request
	 */
	static Caller current() {
		RequestAttributes attributes = RequestContextHolder.getRequestAttributes();
		return (attributes instanceof ServletRequestAttributes servlet) ? of(servlet.getRequest()) : Caller.UNKNOWN;
	}

	static Caller of(ServletRequest request) {
		// a filter may have rewritten address and headers; the container's request is not
		ServletRequest received = request;
		while (received instanceof ServletRequestWrapper wrapper) {
			received = wrapper.getRequest();
		}
		if (!(received instanceof HttpServletRequest http)) {
			return Caller.UNKNOWN;
		}
		if (http.getAttribute(NOTED) instanceof Caller noted) {
			return noted;
		}
		Caller caller = caller(http, http.getRemoteAddr());
		return (http.getAttribute(TOMCAT_FORWARDED) != null)
				? new Caller(caller.method(), caller.address(), true, caller.browser()) : caller;
	}

	private static Caller caller(HttpServletRequest request, String address) {
		return Caller.of(request.getMethod(), address, Collections.list(request.getHeaderNames()));
	}

}
