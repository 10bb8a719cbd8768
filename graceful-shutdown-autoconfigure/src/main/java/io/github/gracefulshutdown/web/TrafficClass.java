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

/**
 * What a request is for, as far as leaving is concerned.
 *
 * @since 0.1.0
 */
public enum TrafficClass {

	/**
	 * Somebody wants something: as long as such requests come, callers have not stopped.
	 */
	BUSINESS,

	/**
	 * A health probe, a scrape or another look at the management paths.
	 */
	PROBE,

	/**
	 * The call that takes the instance out of service, which waits for everybody else and
	 * is waited for by nobody.
	 */
	HOOK

}
