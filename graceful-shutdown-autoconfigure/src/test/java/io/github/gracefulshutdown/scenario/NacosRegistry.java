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
import java.util.UUID;

import io.github.gracefulshutdown.registry.nacos.NacosServer;
import io.github.gracefulshutdown.test.FaultProxy;

/**
 * An instance at a Nacos server, which has a port for HTTP and one for gRPC. The proxies
 * in front of them belong to the server.
 */
final class NacosRegistry implements ScenarioRegistry {

	private final String service = "pay-" + UUID.randomUUID();

	private final NacosServer server;

	NacosRegistry(NacosServer server) {
		this.server = server;
	}

	@Override
	public String name() {
		return "nacos";
	}

	@Override
	public Map<String, String> properties() {
		return Map.of("spring.cloud.nacos.discovery.enabled", "true", "spring.cloud.nacos.discovery.server-addr",
				this.server.address(), "spring.cloud.nacos.discovery.service", this.service,
				"spring.cloud.nacos.discovery.ip", "127.0.0.1");
	}

	@Override
	public List<FaultProxy> proxies() {
		return this.server.proxies();
	}

	String service() {
		return this.service;
	}

	@Override
	public boolean isOffered(int port) {
		return this.server.offered(this.service, port) != null;
	}

	@Override
	public void putBack(int port) {
		if (!isOffered(port)) {
			this.server.register(this.service, port, true);
		}
	}

	@Override
	public void close() {
		this.server.recover();
	}

}
