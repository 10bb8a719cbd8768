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

import io.github.gracefulshutdown.RequestStatistics;

/**
 * What a web server knows of its requests. Thread-safe.
 *
 * @since 0.1.0
 */
public interface ActiveRequests extends RequestStatistics {

	/**
	 * Return when the last business request came while the instance was leaving.
	 * @return the reading of {@link System#nanoTime()} at that moment, or 0 if none came
	 */
	long lastBusinessArrival();

	/**
	 * Return how long the server takes to end when all is done that could be waited for.
	 * @return the time at most, {@link Duration#ZERO} by default
	 */
	default Duration endsWithin() {
		return Duration.ZERO;
	}

}
