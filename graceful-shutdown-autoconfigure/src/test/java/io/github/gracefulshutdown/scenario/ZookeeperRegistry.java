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

import io.github.gracefulshutdown.registry.zookeeper.ZookeeperServer;
import io.github.gracefulshutdown.test.FaultProxy;
import org.apache.zookeeper.CreateMode;

/**
 * An instance at a ZooKeeper server.
 */
final class ZookeeperRegistry implements ScenarioRegistry {

	private final String id = UUID.randomUUID().toString();

	private final String path = "/services/pay/" + this.id;

	private final ZookeeperServer server;

	private final FaultProxy proxy;

	private volatile byte[] registered = {};

	ZookeeperRegistry(ZookeeperServer server) {
		this.server = server;
		this.proxy = FaultProxy.to(server.address());
	}

	@Override
	public String name() {
		return "zookeeper";
	}

	@Override
	public Map<String, String> properties() {
		return Map.of("spring.cloud.zookeeper.enabled", "true", "spring.cloud.zookeeper.connect-string",
				"127.0.0.1:" + this.proxy.port(), "spring.cloud.zookeeper.discovery.instance-id", this.id,
				"spring.cloud.zookeeper.discovery.instance-host", "127.0.0.1");
	}

	@Override
	public List<FaultProxy> proxies() {
		return List.of(this.proxy);
	}

	@Override
	public boolean isOffered(int port) {
		byte[] node = this.server.read(this.path);
		if (node != null) {
			this.registered = node;
		}
		return node != null;
	}

	@Override
	public void putBack(int port) {
		if (!isOffered(port)) {
			this.server.create(this.path, CreateMode.EPHEMERAL, this.registered);
		}
	}

}
