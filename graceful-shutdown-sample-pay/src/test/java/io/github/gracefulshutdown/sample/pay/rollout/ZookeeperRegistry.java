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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.apache.curator.test.TestingServer;

/**
 * A ZooKeeper server. Callers read from it whenever their load balancer's cache has
 * expired: there is no other cache.
 */
final class ZookeeperRegistry implements Registry {

	private final TestingServer server;

	private final CuratorFramework client;

	private ZookeeperRegistry(TestingServer server, CuratorFramework client) {
		this.server = server;
		this.client = client;
	}

	static ZookeeperRegistry start() {
		try {
			TestingServer server = new TestingServer();
			CuratorFramework client = CuratorFrameworkFactory.newClient(server.getConnectString(),
					new RetryForever(100));
			client.start();
			return new ZookeeperRegistry(server, client);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public String profile() {
		return "zookeeper";
	}

	@Override
	public Map<String, String> instance(String instanceId) {
		return Map.of("spring.cloud.zookeeper.discovery.instance-id", instanceId,
				"spring.cloud.zookeeper.connect-string", this.server.getConnectString());
	}

	@Override
	public Map<String, String> caller() {
		return Map.of("spring.cloud.zookeeper.enabled", "true", "spring.cloud.zookeeper.discovery.register", "false",
				"spring.cloud.zookeeper.connect-string", this.server.getConnectString());
	}

	@Override
	public boolean isUp(String instanceId) {
		try {
			return this.client.checkExists().forPath("/services/pay/" + instanceId) != null;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.client.close();
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
