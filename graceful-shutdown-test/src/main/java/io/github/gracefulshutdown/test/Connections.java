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

/**
 * How a client uses connections. A client has one request under way at a time and never
 * sends a request twice.
 *
 * @since 0.1.0
 */
public enum Connections {

	/**
	 * HTTP/1.1, one connection per target that is kept and used again, unless the server
	 * said {@code Connection: close} or has closed it in the meantime.
	 */
	KEEP_ALIVE,

	/**
	 * HTTP/1.1, a new connection for each request, which says {@code Connection: close}.
	 */
	NEW,

	/**
	 * HTTP/2 over cleartext by prior knowledge, one connection per target that is kept
	 * and used again until the server sends {@code GOAWAY} or closes it.
	 */
	HTTP2

}
