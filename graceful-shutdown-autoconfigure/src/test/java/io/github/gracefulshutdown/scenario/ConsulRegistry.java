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

import io.github.gracefulshutdown.registry.consul.ConsulServer;
import io.github.gracefulshutdown.test.FaultProxy;

/**
 * An instance at a Consul server, which sends heartbeats.
 */
final class ConsulRegistry implements ScenarioRegistry {

	private static final String SERVICE = "pay";

	private static final String DISCOVERY = "spring.cloud.consul.discovery.";

	private final String id = "pay-" + UUID.randomUUID();

	private final ConsulServer server;

	private final FaultProxy proxy;

	ConsulRegistry(ConsulServer server) {
		this.server = server;
		this.proxy = FaultProxy.to(server.address());
	}

	@Override
	public String name() {
		return "consul";
	}

	@Override
	public Map<String, String> properties() {
		return Map.of("spring.cloud.consul.enabled", "true", "spring.cloud.consul.host", "127.0.0.1",
				"spring.cloud.consul.port", String.valueOf(this.proxy.port()), DISCOVERY + "instance-id", this.id,
				DISCOVERY + "hostname", "127.0.0.1", DISCOVERY + "query-passing", "true",
				DISCOVERY + "heartbeat.enabled", "true", DISCOVERY + "heartbeat.ttl", "2s");
	}

	@Override
	public List<FaultProxy> proxies() {
		return List.of(this.proxy);
	}

	String id() {
		return this.id;
	}

	@Override
	public boolean isOffered(int port) {
		return this.server.passing(SERVICE).contains(this.id);
	}

	@Override
	public void putBack(int port) {
		if (!isOffered(port)) {
			this.server.register(SERVICE, this.id, port);
		}
	}

	@Override
	public void close() {
		ScenarioRegistry.super.close();
		// newer servers complain of instances that they do not know
		if (this.server.all(SERVICE).contains(this.id)) {
			this.server.deregister(this.id);
		}
	}

}
