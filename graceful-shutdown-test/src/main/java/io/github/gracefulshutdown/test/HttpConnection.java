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

package io.github.gracefulshutdown.test;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;

/**
 * A client's connection, which carries one request at a time. It closes itself when it is
 * not to be used again. For one thread, apart from {@link #close()}.
 */
interface HttpConnection extends Closeable {

	/**
	 * Open a connection.
	 * @param connections what kind of connection
	 * @param target where to
	 * @param deadline when to give up, as {@link System#nanoTime()}
	 * @return the connection
	 * @throws IOException if there is no connection
	 */
	static HttpConnection open(Connections connections, URI target, long deadline) throws IOException {
		Wire wire = Wire.connect(target, deadline);
		if (connections == Connections.HTTP2) {
			return new Http2Connection(wire, target.getRawAuthority());
		}
		return new Http1Connection(wire, target.getRawAuthority(), connections == Connections.KEEP_ALIVE);
	}

	/**
	 * Return when the connection had been established.
	 * @return the moment
	 */
	Moment connected();

	/**
	 * Return whether the connection can carry another request, as far as one can see
	 * without sending anything.
	 * @return whether the connection can be used
	 */
	boolean isUsable();

	/**
	 * Send a request and read the answer to its end. Whatever happens is an answer.
	 * @param request the request
	 * @param deadline when to give up, as {@link System#nanoTime()}
	 * @param onSent called when the request, or the head of it, is on its way
	 * @return what the client saw
	 */
	Answer exchange(Request.Prepared request, long deadline, Runnable onSent);

	/**
	 * Do what has to be done while no request is under way.
	 */
	default void idle() {
	}

}
