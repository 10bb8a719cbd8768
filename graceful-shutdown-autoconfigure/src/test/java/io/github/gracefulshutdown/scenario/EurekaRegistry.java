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

import io.github.gracefulshutdown.registry.eureka.EurekaServer;
import io.github.gracefulshutdown.test.FaultProxy;
import org.jspecify.annotations.Nullable;

/**
 * An instance at a Eureka server.
 */
final class EurekaRegistry implements ScenarioRegistry {

	private static final String APP = "PAY";

	private final String id = UUID.randomUUID().toString();

	private final EurekaServer server;

	private final FaultProxy proxy;

	EurekaRegistry(EurekaServer server) {
		this.server = server;
		this.proxy = FaultProxy.to(server.address());
	}

	@Override
	public String name() {
		return "eureka";
	}

	@Override
	public Map<String, String> properties() {
		return Map.of("eureka.client.enabled", "true", "eureka.client.service-url.defaultZone",
				"http://127.0.0.1:" + this.proxy.port() + "/eureka/",
				"eureka.client.initial-instance-info-replication-interval-seconds", "0", "eureka.instance.instance-id",
				this.id);
	}

	@Override
	public List<FaultProxy> proxies() {
		return List.of(this.proxy);
	}

	String id() {
		return this.id;
	}

	FaultProxy proxy() {
		return this.proxy;
	}

	/**
	 * Return what the server tells callers.
	 * @return the status, or {@code null} if it does not know the instance
	 */
	@Nullable String status() {
		return this.server.status(APP, this.id);
	}

	boolean isUp() {
		return "UP".equals(status());
	}

	boolean isDown() {
		return "DOWN".equals(status());
	}

	/**
	 * Return whether somebody has asked the server for this instance alone.
	 */
	boolean isRead() {
		return this.server.requests().contains("GET /eureka/apps/%s/%s".formatted(APP, this.id));
	}

	@Override
	public boolean isOffered(int port) {
		return isUp();
	}

	@Override
	public void putBack(int port) {
		if (isDown()) {
			this.server.register(APP, this.id);
		}
	}

}
