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

import java.util.Collection;

/**
 * The event streams and WebSockets that are open. Whoever wants to end some of them, or
 * to keep some, does so in {@link io.github.gracefulshutdown.ShutdownPhase#CLOSE} as a
 * participant that is told before the library's own, with an order less than 0.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public interface OpenStreams {

	/**
	 * Return the streams that are open at the moment.
	 * @return the streams, in no particular order
	 */
	Collection<OpenStream> all();

}
