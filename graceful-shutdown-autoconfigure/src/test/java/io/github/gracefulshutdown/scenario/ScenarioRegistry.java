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

package io.github.gracefulshutdown.scenario;

import java.util.List;
import java.util.Map;

import io.github.gracefulshutdown.test.FaultProxy;

/**
 * What one {@link RegisteredScenario} has of a registry: a server, which others may
 * share, its own instance there, and what stands between the two.
 */
interface ScenarioRegistry extends AutoCloseable {

	/**
	 * Return what the report calls it.
	 * @return the name
	 */
	String name();

	/**
	 * Return what turns its client on and leads it to the proxy.
	 * @return properties of the application
	 */
	Map<String, String> properties();

	/**
	 * Return what stands between the application and the server.
	 * @return a proxy for each port
	 */
	List<FaultProxy> proxies();

	/**
	 * Return what callers are told by the server.
	 * @param port the port of the instance
	 * @return whether they are told of the instance
	 */
	boolean isOffered(int port);

	/**
	 * Register the instance as if somebody else did, if it has left.
	 * @param port the port of the instance
	 */
	void putBack(int port);

	default void hang() {
		proxies().forEach(FaultProxy::hang);
	}

	default void refuse() {
		proxies().forEach(FaultProxy::refuse);
	}

	@Override
	default void close() {
		proxies().forEach(FaultProxy::close);
	}

}
