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

import java.util.Map;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletResponse;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.UpgradeToken;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.http.Method;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's own HTTP protocol on an endpoint that can close its port without resetting
 * anyone. Public because Tomcat makes it from its name.
 *
 * @since 0.1.0
 */
public final class GracefulHttp11NioProtocol extends Http11NioProtocol {

	private final GracefulNioEndpoint endpoint;

	private volatile Supplier<String> upgradeRoute = () -> ActiveRequestDescriber.NO_ROUTE;

	/**
	 * Called by Tomcat.
	 */
	public GracefulHttp11NioProtocol() {
		this(new GracefulNioEndpoint());
	}

	private GracefulHttp11NioProtocol(GracefulNioEndpoint endpoint) {
		super(endpoint);
		this.endpoint = endpoint;
	}

	GracefulNioEndpoint endpoint() {
		return this.endpoint;
	}

	/**
	 * Set who knows the route of the request that is being upgraded by this thread.
	 */
	void setUpgradeRoute(Supplier<String> upgradeRoute) {
		this.upgradeRoute = upgradeRoute;
	}

	/**
	 * Asked on the thread of a request, before the headers of its response are written,
	 * where the response has a body and that is not sent by sendfile. Without a length it
	 * is chunked all the same, so that a response cut short is not taken for all of it.
	 */
	@Override
	public boolean useCompression(Request request, Response response) {
		boolean compression = super.useCompression(request, response);
		if (endKeepAlive(request, response) && response.getContentLengthLong() == -1
				&& response.getTrailerFields() == null && !Method.HEAD.equals(request.getMethod())) {
			response.setTrailerFields(Map::of);
		}
		return compression;
	}

	/**
	 * Have a response whose headers are not written yet say that the connection ends, if
	 * it does: whether keep-alive ends was decided when the request came, which may be
	 * long ago, and who is not told sends the next request into the drain.
	 * @return whether the connection ends
	 */
	boolean endKeepAlive(Request request, Response response) {
		if (getMaxKeepAliveRequests() != 1 || !isLast(request, response)) {
			return false;
		}
		response.getMimeHeaders().setValue("Connection").setString("close");
		return true;
	}

	/**
	 * Whether the connection has done its duty with this response: it becomes no other
	 * protocol, and no request has come behind this one.
	 */
	private static boolean isLast(Request request, Response response) {
		return request.protocol().equals("HTTP/1.1")
				&& response.getStatus() != HttpServletResponse.SC_SWITCHING_PROTOCOLS
				&& !(request.getInputBuffer() instanceof Http11InputBuffer input
						&& input.getByteBuffer().hasRemaining());
	}

	@Override
	protected Processor createUpgradeProcessor(SocketWrapperBase<?> socket, UpgradeToken upgradeToken) {
		if (!WebSocketProcessor.isWebSocket(upgradeToken)) {
			return super.createUpgradeProcessor(socket, upgradeToken);
		}
		WebSocketProcessor processor = new WebSocketProcessor(socket, upgradeToken,
				getUpgradeGroupInfo(upgradeToken.protocol()), this.upgradeRoute.get());
		this.endpoint.opened(processor);
		return processor;
	}

}
