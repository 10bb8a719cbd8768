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
 * What a server counts while the instance is on its way out. Thread-safe.
 *
 * @since 0.1.0
 */
public interface RequestStatistics {

	/**
	 * Return the number of requests in flight.
	 * @return requests that have begun and are not answered
	 */
	int active();

	/**
	 * Return the number of business requests that came after the first trigger.
	 * @return the requests served while leaving
	 */
	long served();

	/**
	 * Return the number of keep-alive connections that were moved off by an answer with
	 * {@code Connection: close}.
	 * @return the connections handed over
	 */
	long handedOver();

}
