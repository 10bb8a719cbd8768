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

package io.github.gracefulshutdown.web;

import java.time.Duration;

/**
 * One stream that a peer keeps open: an event stream or a WebSocket. Thread-safe; a call
 * on a stream that is over has no effect.
 *
 * @since 0.1.0
 */
public interface OpenStream {

	/**
	 * Return what kind of stream this is.
	 * @return {@code sse} or {@code websocket}
	 */
	String kind();

	/**
	 * Return what it was opened with.
	 * @return the method and the route template, such as {@code GET /prices/{symbol}}
	 */
	String route();

	/**
	 * Return how long it has been open.
	 * @return the age
	 */
	Duration age();

	/**
	 * End this stream now: an event stream is completed, a WebSocket is closed with 1001
	 * as soon as no message is being handled. Returns without waiting for that.
	 */
	void end();

	/**
	 * Leave this stream alone. It is not told to go, and is waited for until the deadline
	 * as any request.
	 */
	void keep();

}
