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

import java.io.IOException;
import java.util.function.BiConsumer;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Shows the requests of one path to somebody as they were received, together with the
 * address of the socket's peer. To be added to the engine in front of Tomcat's
 * {@code RemoteIpValve}, which is there on every cloud platform, puts what a proxy has
 * said in the place of what the socket says, and takes the evidence away.
 *
 * @since 0.1.0
 */
public final class ReceivedRequestValve extends ValveBase {

	private final String path;

	private final BiConsumer<HttpServletRequest, String> observer;

	/**
	 * Make a valve.
	 * @param path what the decoded path of the requests contains
	 * @param observer told of the request and the address of the peer, on the thread of
	 * the request
	 */
	public ReceivedRequestValve(String path, BiConsumer<HttpServletRequest, String> observer) {
		super(true);
		this.path = path;
		this.observer = observer;
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		String uri = request.getDecodedRequestURI();
		if (uri != null && uri.contains(this.path)) {
			this.observer.accept(request, request.getPeerAddr());
		}
		getNext().invoke(request, response);
	}

}
