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

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.registry.eureka.EurekaServer;
import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.FaultProxy;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The {@link ScenarioApplication} as a process that is registered with a Eureka server,
 * and a proxy between the two.
 */
final class RegisteredScenario implements AutoCloseable {

	static final Duration GRACE_PERIOD = Duration.ofSeconds(15);

	static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(2);

	private static final String APP = "PAY";

	private final String id = UUID.randomUUID().toString();

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final EurekaServer server;

	private final FaultProxy proxy;

	private final RunningApplication application;

	private final int requestsBefore;

	private RegisteredScenario(EurekaServer server, ProofKit kit, Scenario scenario, Class<?> mainClass,
			Map<String, String> properties) {
		this.server = server;
		this.proxy = FaultProxy.to(server.address());
		Map<String, String> all = new LinkedHashMap<>();
		all.put("server.port", "0");
		all.put("spring.application.name", "pay");
		all.put("spring.cloud.consul.enabled", "false");
		all.put("spring.cloud.zookeeper.enabled", "false");
		all.put("spring.cloud.nacos.discovery.enabled", "false");
		all.put("eureka.client.service-url.defaultZone", "http://127.0.0.1:" + this.proxy.port() + "/eureka/");
		all.put("eureka.client.initial-instance-info-replication-interval-seconds", "0");
		all.put("eureka.instance.instance-id", this.id);
		all.put("management.endpoints.web.exposure.include", "deregister,refresh");
		all.put("logging.level.io.github.gracefulshutdown.scenario", "debug");
		all.put("graceful-shutdown.grace-period", GRACE_PERIOD.toSeconds() + "s");
		all.put("graceful-shutdown.registry.confirm-timeout", CONFIRM_TIMEOUT.toSeconds() + "s");
		all.put("graceful-shutdown.registry.hold", "500ms");
		// callers are not the matter here, who would have to be waited for
		all.put("graceful-shutdown.settle.max", "500ms");
		all.putAll(properties);
		ApplicationBuilder builder = scenario.configure(kit.application(mainClass))
			// the server and what it brings along
			.without("eureka-server")
			.without("eureka-core")
			.without("jersey")
			.without("freemarker")
			.without("spring-security|spring-boot-security");
		all.forEach(builder::property);
		this.application = builder.start();
		Awaitility.await().until(this::isUp);
		this.requestsBefore = server.requests().size();
	}

	static RegisteredScenario start(EurekaServer server, ProofKit kit) {
		return start(server, kit, Map.of());
	}

	static RegisteredScenario start(EurekaServer server, ProofKit kit, Map<String, String> properties) {
		return start(server, kit, ScenarioApplication.class, properties);
	}

	static RegisteredScenario start(EurekaServer server, ProofKit kit, Class<?> mainClass,
			Map<String, String> properties) {
		return new RegisteredScenario(server, kit, Scenario.STARTER, mainClass, properties);
	}

	static RegisteredScenario startWithoutLibrary(EurekaServer server, ProofKit kit) {
		return new RegisteredScenario(server, kit, Scenario.SPRING_BOOT, ScenarioApplication.class, Map.of());
	}

	RunningApplication application() {
		return this.application;
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
	 * Register the instance as if somebody else did.
	 */
	void putBack() {
		this.server.register(APP, this.id);
	}

	/**
	 * Return what the application has sent to the server since it was up.
	 * @return method and path each
	 */
	List<String> requests() {
		return this.server.requestsSince(this.requestsBefore);
	}

	CompletableFuture<HttpResponse<String>> send(String method, String path) {
		URI base = path.startsWith("/actuator") ? this.application.managementUri() : this.application.uri();
		return this.http.sendAsync(
				HttpRequest.newBuilder(base.resolve(path)).method(method, HttpRequest.BodyPublishers.noBody()).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	@Override
	public void close() {
		this.application.close();
		this.proxy.close();
	}

}
