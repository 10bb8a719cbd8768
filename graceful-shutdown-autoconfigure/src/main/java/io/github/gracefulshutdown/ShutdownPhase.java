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

package io.github.gracefulshutdown;

/**
 * The six phases of a shutdown, in their order. The first three are the first act, which
 * takes the instance out of service and can be undone; the last three are the second act,
 * which ends it.
 *
 * @since 0.1.0
 */
public enum ShutdownPhase {

	/**
	 * Tell everyone who asks that this instance is about to go, while still serving all.
	 */
	ANNOUNCE,

	/**
	 * Leave every service registry, and read back from it that this is so.
	 */
	DEREGISTER,

	/**
	 * Wait until callers have really stopped.
	 */
	SETTLE,

	/**
	 * Accept no new connection and start no new work, while finishing all that is there.
	 */
	CLOSE,

	/**
	 * Wait until nothing is in flight, then release what served it.
	 */
	DRAIN,

	/**
	 * Name and interrupt what is still running at the deadline.
	 */
	CUT;

	/**
	 * Return whether this phase belongs to the first act and can be undone.
	 * @return {@code true} for {@link #ANNOUNCE}, {@link #DEREGISTER} and {@link #SETTLE}
	 */
	public boolean isReversible() {
		return compareTo(CLOSE) < 0;
	}

}
