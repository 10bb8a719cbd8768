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

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.jayway.jsonpath.JsonPath;
import io.github.gracefulshutdown.registry.eureka.EurekaServer;
import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.FaultProxy;
import io.github.gracefulshutdown.test.Hook;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is stopped as a kubelet does it, under load, while its registry
 * misbehaves: nothing is lost, the process ends by itself, and the report is true.
 */
class RegistryFaultsIT {

	private static final Duration GRACE_PERIOD = Duration.ofSeconds(15);

	private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(2);

	private static final EurekaServer server = new EurekaServer();

	private final String id = UUID.randomUUID().toString();

	private final FaultProxy proxy = FaultProxy.to(server.address());

	private final HttpClient http = HttpClient.newHttpClient();

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@AfterEach
	void closeProxy() {
		this.proxy.close();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@Test
	void whenTheRegistryIsWellThenItIsConfirmedAbsent() {
		Stop stop = stop(start(), () -> {
		});
		stop.assertReport("absent", false, null);
		assertThat(status()).isNull();
	}

	@Test
	void whenTheRegistryIsDownThenTheReportSaysUnknown() {
		stop(start(), this.proxy::refuse).assertReport("unknown", false, "leaving failed");
	}

	@Test
	void whenTheRegistryDiesWhileTheInstanceIsHeldThenTheReportSaysUnknown() {
		CompletableFuture<Void> died = new CompletableFuture<>();
		Stop stop = stop(start(), () -> Executors.newSingleThreadExecutor().execute(() -> {
			Awaitility.await().until(() -> "DOWN".equals(status()));
			this.proxy.refuse();
			died.complete(null);
		}));
		assertThat(died).isCompleted();
		stop.assertReport("unknown", false, "reading failed");
	}

	@Test
	void whenTheRegistryHangsThenTheReportSaysUnknown() {
		stop(start(), this.proxy::hang).assertReport("unknown", false, "leaving failed: no answer");
	}

	/**
	 * The control: Eureka's client waits for its server and is killed over it.
	 */
	@Test
	void whenTheRegistryHangsWithoutTheLibraryThenTheProcessIsKilled() {
		RunningApplication application = start(Scenario.SPRING_BOOT);
		this.proxy.hang();
		assertThat(Terminations.dockerStop(GRACE_PERIOD).stop(application).exitCode()).isEqualTo(137);
	}

	@Test
	void whenTheRegistryAnswers500ThenTheReportSaysUnknown() {
		stop(start(), () -> this.proxy.answer(500)).assertReport("unknown", false, "500");
	}

	@Test
	void whenTheRegistryIsSlowByTenSecondsThenTheReportSaysUnknown() {
		stop(start(), () -> this.proxy.delay(Duration.ofSeconds(10))).assertReport("unknown", false, "no answer");
	}

	@Test
	void whenSomethingKeepsPuttingTheInstanceBackThenItIsEvicted() {
		ScheduledExecutorService somebody = Executors.newSingleThreadScheduledExecutor();
		try {
			Stop stop = stop(start(), () -> somebody.scheduleWithFixedDelay(() -> {
				if ("DOWN".equals(status())) {
					server.register("PAY", this.id);
				}
			}, 0, 20, TimeUnit.MILLISECONDS));
			stop.assertReport("absent", true, null);
		}
		finally {
			somebody.shutdownNow();
		}
	}

	@Test
	void whenTheContextIsRefreshedMeanwhileThenItStaysOut() {
		RunningApplication application = start();
		int before = server.requests().size();
		CompletableFuture<Integer> refreshed = new CompletableFuture<>();
		Stop stop = stop(application, () -> Executors.newSingleThreadExecutor().execute(() -> {
			Awaitility.await().until(() -> "DOWN".equals(status()));
			refreshed.complete(refresh(application));
		}));
		assertThat(refreshed).isCompletedWithValue(200);
		stop.assertReport("absent", false, null);
		assertThat(server.requests().subList(before, server.requests().size()))
			.noneMatch((request) -> request.contains("status=UP"));
		assertThat(status()).isNull();
	}

	private Stop stop(RunningApplication application, Runnable fault) {
		try (RunningLoad load = this.kit.load()
			.target(application.uri())
			.group(Scenario.group("fast", 8, Connections.KEEP_ALIVE, Request.get("/fast")))
			.group(Scenario.group("slow", 4, Connections.KEEP_ALIVE, Request.get("/slow?takes=700")))
			.start()) {
			load.awaitRequests(200);
			fault.run();
			StopReport report = Terminations.kubelet(GRACE_PERIOD)
				.preStop(Hook.post("/actuator/deregister"))
				.stop(application);
			load.stop().assertNothingLost();
			assertThat(report.exitCode()).as("ended by itself and not by SIGKILL").isEqualTo(143);
			assertThat(report.preStop()).isNotNull();
			return new Stop(report.preStop().output());
		}
	}

	private RunningApplication start() {
		return start(Scenario.STARTER);
	}

	private RunningApplication start(Scenario scenario) {
		ApplicationBuilder builder = scenario.configure(this.kit.application(ScenarioApplication.class))
			// the server and what it brings along
			.without("eureka-server")
			.without("eureka-core")
			.without("jersey")
			.without("freemarker")
			.without("spring-security|spring-boot-security")
			.property("server.port", "0")
			.property("spring.application.name", "pay")
			.property("spring.cloud.consul.enabled", "false")
			.property("spring.cloud.zookeeper.enabled", "false")
			.property("spring.cloud.nacos.discovery.enabled", "false")
			.property("eureka.client.service-url.defaultZone", "http://127.0.0.1:" + this.proxy.port() + "/eureka/")
			.property("eureka.client.initial-instance-info-replication-interval-seconds", "0")
			.property("eureka.instance.instance-id", this.id)
			.property("management.endpoints.web.exposure.include", "deregister,refresh")
			.property("graceful-shutdown.grace-period", GRACE_PERIOD.toSeconds() + "s")
			.property("graceful-shutdown.registry.confirm-timeout", CONFIRM_TIMEOUT.toSeconds() + "s")
			.property("graceful-shutdown.registry.hold", "500ms")
			// callers are not the matter here, who would have to be waited for
			.property("graceful-shutdown.settle.max", "500ms");
		RunningApplication application = builder.start();
		Awaitility.await().until(() -> "UP".equals(status()));
		return application;
	}

	private @Nullable String status() {
		return server.status("PAY", this.id);
	}

	private int refresh(RunningApplication application) {
		HttpRequest request = HttpRequest.newBuilder(application.uri().resolve("/actuator/refresh"))
			.POST(HttpRequest.BodyPublishers.noBody())
			.build();
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
		}
		catch (IOException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * What the endpoint said.
	 *
	 * @param json the report
	 */
	private record Stop(String json) {

		void assertReport(String presence, boolean evicted, @Nullable String error) {
			assertThat(this.json).as("report").isNotEmpty();
			assertThat(JsonPath.<String>read(this.json, "$.registries[0].name")).isEqualTo("eureka");
			assertThat(JsonPath.<String>read(this.json, "$.registries[0].presence")).as(this.json).isEqualTo(presence);
			assertThat(JsonPath.<Boolean>read(this.json, "$.registries[0].evicted")).as(this.json).isEqualTo(evicted);
			Duration took = Duration
				.parse(JsonPath.<List<String>>read(this.json, "$.phases[?(@.phase=='DEREGISTER')].duration").get(0));
			// twice, because the machine may be slow
			assertThat(took).isLessThan(CONFIRM_TIMEOUT.multipliedBy(2));
			if (error != null) {
				assertThat(JsonPath.<String>read(this.json, "$.registries[0].error")).contains(error);
			}
			else {
				assertThat(this.json).doesNotContain("\"error\":\"");
			}
		}

	}

}
