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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.util.Map;

/**
 * A service registry in this JVM, on a free port of the loopback interface.
 */
interface Registry extends AutoCloseable {

	/**
	 * Returns the profile of the service that turns the client of this registry on.
	 */
	String profile();

	/**
	 * Returns what an instance of the service has to know.
	 * @param instanceId how the registry is to call it
	 */
	Map<String, String> instance(String instanceId);

	/**
	 * Returns what a caller of the service has to know, which has no profiles.
	 */
	Map<String, String> caller();

	/**
	 * Tells whether an instance of the service is there, and up.
	 */
	boolean isUp(String instanceId);

	@Override
	void close();

}
