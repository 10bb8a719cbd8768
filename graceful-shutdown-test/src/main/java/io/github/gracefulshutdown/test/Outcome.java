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
 * What the client saw of one request.
 *
 * @since 0.1.0
 */
public enum Outcome {

	/**
	 * A complete answer with a status below 500.
	 */
	ANSWERED(false),

	/**
	 * A complete answer with a status of 500 or above.
	 */
	SERVER_ERROR(true),

	/**
	 * Nobody listens there: no connection came about, so nothing was sent.
	 */
	REFUSED(false),

	/**
	 * The supplier of targets named none, so nothing was sent.
	 */
	NO_TARGET(false),

	/**
	 * HTTP/2: the server said that it never looked at the request, by a {@code GOAWAY}
	 * with a lower stream id or by {@code REFUSED_STREAM}. Safe to send again.
	 */
	UNPROCESSED(false),

	/**
	 * The connection was reset, or could not be written to, before the first byte of the
	 * answer. HTTP/2: or the stream was.
	 */
	RESET(true),

	/**
	 * The connection was closed before the first byte of the answer.
	 */
	NO_RESPONSE(true),

	/**
	 * The connection was closed or reset in the middle of the answer.
	 */
	TRUNCATED(true),

	/**
	 * What came is not HTTP, or is a success whose body is not what the request
	 * {@linkplain Request#expecting expects}.
	 */
	INVALID(true),

	/**
	 * No complete answer within the time the client had.
	 */
	TIMEOUT(true);

	private final boolean lost;

	Outcome(boolean lost) {
		this.lost = lost;
	}

	/**
	 * Return whether a request that ended like this is lost: the server may have worked
	 * on it, and the client has nothing to show for it. What the server never looked at
	 * ({@link #REFUSED}, {@link #NO_TARGET}, {@link #UNPROCESSED}) is not lost but has to
	 * be counted all the same.
	 * @return whether such a request is lost
	 */
	public boolean isLost() {
		return this.lost;
	}

}
