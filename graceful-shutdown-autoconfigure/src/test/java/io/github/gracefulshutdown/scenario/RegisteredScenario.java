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
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.Hook;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The {@link ScenarioApplication} as a process that is registered with a registry, and a
 * proxy between the two.
 *
 * @param <R> the registry
 */
final class RegisteredScenario<R extends ScenarioRegistry> implements AutoCloseable {

	static final Duration GRACE_PERIOD = Duration.ofSeconds(25);

	/**
	 * More than Spring Boot and any client need where nothing hangs.
	 */
	static final Duration WITHOUT_LIBRARY = Duration.ofSeconds(8);

	static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(4);

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final ProofKit kit;

	private final R registry;

	private final RunningApplication application;

	private RegisteredScenario(R registry, ProofKit kit, Scenario scenario, Class<?> mainClass,
			Map<String, String> properties) {
		this.registry = registry;
		this.kit = kit;
		Map<String, String> all = new LinkedHashMap<>();
		all.put("server.port", "0");
		all.put("spring.application.name", "pay");
		all.put("eureka.client.enabled", "false");
		all.put("spring.cloud.consul.enabled", "false");
		all.put("spring.cloud.zookeeper.enabled", "false");
		all.put("spring.cloud.nacos.discovery.enabled", "false");
		all.put("management.endpoints.web.exposure.include", "deregister,refresh");
		all.put("logging.level.io.github.gracefulshutdown.scenario", "debug");
		all.put("graceful-shutdown.grace-period", GRACE_PERIOD.toSeconds() + "s");
		all.put("graceful-shutdown.registry.confirm-timeout", CONFIRM_TIMEOUT.toSeconds() + "s");
		all.put("graceful-shutdown.registry.hold", "900ms");
		// callers are not the matter here, who would have to be waited for
		all.put("graceful-shutdown.settle.max", "500ms");
		all.putAll(registry.properties());
		all.putAll(properties);
		ApplicationBuilder builder = scenario.configure(kit.application(mainClass).classData(Scenario.CLASS_DATA))
			// the Eureka server and what it brings along
			.without("eureka-server")
			.without("eureka-core")
			.without("jersey")
			.without("freemarker")
			.without("spring-security|spring-boot-security");
		all.forEach(builder::property);
		this.application = builder.start();
		Awaitility.await().until(this::isOffered);
	}

	static <R extends ScenarioRegistry> RegisteredScenario<R> start(R registry, ProofKit kit) {
		return start(registry, kit, Map.of());
	}

	static <R extends ScenarioRegistry> RegisteredScenario<R> start(R registry, ProofKit kit,
			Map<String, String> properties) {
		return start(registry, kit, ScenarioApplication.class, properties);
	}

	static <R extends ScenarioRegistry> RegisteredScenario<R> start(R registry, ProofKit kit, Class<?> mainClass,
			Map<String, String> properties) {
		return new RegisteredScenario<>(registry, kit, Scenario.STARTER, mainClass, properties);
	}

	static <R extends ScenarioRegistry> RegisteredScenario<R> startWithoutLibrary(R registry, ProofKit kit) {
		return startWithoutLibrary(registry, kit, ScenarioApplication.class, Map.of());
	}

	static <R extends ScenarioRegistry> RegisteredScenario<R> startWithoutLibrary(R registry, ProofKit kit,
			Class<?> mainClass, Map<String, String> properties) {
		return new RegisteredScenario<>(registry, kit, Scenario.SPRING_BOOT, mainClass, properties);
	}

	RunningApplication application() {
		return this.application;
	}

	/**
	 * Return the registry, which is closed together with this.
	 * @return the registry
	 */
	R registry() {
		return this.registry;
	}

	boolean isOffered() {
		return this.registry.isOffered(port());
	}

	void putBack() {
		this.registry.putBack(port());
	}

	private int port() {
		return this.application.uri().getPort();
	}

	/**
	 * Stop the application as a kubelet does it, under load, and see that nothing is lost
	 * and that it ends by itself.
	 * @param fault what happens right before
	 * @return what the application says of it
	 */
	RegistryStop stop(Runnable fault) {
		try (RunningLoad load = this.kit.load()
			.target(this.application.uri())
			.group(Scenario.group("fast", 8, Connections.KEEP_ALIVE, Request.get("/fast")))
			.group(Scenario.group("slow", 4, Connections.KEEP_ALIVE, Request.get("/slow?takes=700")))
			.start()) {
			load.awaitRequests(200);
			fault.run();
			StopReport report = Terminations.kubelet(GRACE_PERIOD)
				.preStop(Hook.post("/actuator/deregister"))
				.stop(this.application);
			Scenario.assertNothingLost(load.stop());
			assertThat(report.exitCode()).as("ended by itself and not by SIGKILL").isEqualTo(143);
			assertThat(report.preStop()).isNotNull();
			return new RegistryStop(this.registry.name(), report.preStop().output());
		}
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
		this.registry.close();
	}

}
