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

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.jayway.jsonpath.JsonPath;
import io.github.gracefulshutdown.registry.eureka.EurekaServer;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.FaultProxy;
import io.github.gracefulshutdown.test.Hook;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is stopped as a kubelet does it, under load, while its registry
 * misbehaves: nothing is lost, the process ends by itself, and the report is true.
 */
class RegistryFaultsIT {

	private static final EurekaServer server = new EurekaServer();

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@Test
	void whenTheRegistryIsWellThenItIsConfirmedAbsent() {
		try (RegisteredScenario scenario = RegisteredScenario.start(server, this.kit)) {
			stop(scenario, () -> {
			}).assertReport("absent", false, null);
			assertThat(scenario.status()).isNull();
		}
	}

	@Test
	void whenTheRegistryIsDownThenTheReportSaysUnknown() {
		try (RegisteredScenario scenario = RegisteredScenario.start(server, this.kit)) {
			stop(scenario, scenario.proxy()::refuse).assertReport("unknown", false, "leaving failed");
		}
	}

	@Test
	void whenTheRegistryDiesWhileTheInstanceIsHeldThenTheReportSaysUnknown() {
		try (RegisteredScenario scenario = RegisteredScenario.start(server, this.kit)) {
			stop(scenario, () -> onceDown(scenario, scenario.proxy()::refuse)).assertReport("unknown", false,
					"reading failed");
		}
	}

	@Test
	void whenTheRegistryHangsThenTheReportSaysUnknown() {
		try (RegisteredScenario scenario = RegisteredScenario.start(server, this.kit)) {
			stop(scenario, scenario.proxy()::hang).assertReport("unknown", false, "leaving failed: no answer");
		}
	}

	/**
	 * The control: Eureka's client waits for its server and is killed over it.
	 */
	@Test
	void whenTheRegistryHangsWithoutTheLibraryThenTheProcessIsKilled() {
		try (RegisteredScenario scenario = RegisteredScenario.startWithoutLibrary(server, this.kit)) {
			scenario.proxy().hang();
			assertThat(Terminations.dockerStop(RegisteredScenario.GRACE_PERIOD).stop(scenario.application()).exitCode())
				.isEqualTo(137);
		}
	}

	@Test
	void whenTheRegistryAnswers500ThenTheReportSaysUnknown() {
		try (RegisteredScenario scenario = RegisteredScenario.start(server, this.kit)) {
			stop(scenario, () -> scenario.proxy().answer(500)).assertReport("unknown", false, "500");
		}
	}

	@Test
	void whenTheRegistryIsSlowByTenSecondsThenTheReportSaysUnknown() {
		try (RegisteredScenario scenario = RegisteredScenario.start(server, this.kit)) {
			stop(scenario, () -> scenario.proxy().delay(Duration.ofSeconds(10))).assertReport("unknown", false,
					"no answer");
		}
	}

	@Test
	void whenSomethingKeepsPuttingTheInstanceBackThenItIsEvicted() {
		ScheduledExecutorService somebody = Executors.newSingleThreadScheduledExecutor();
		try (RegisteredScenario scenario = RegisteredScenario.start(server, this.kit)) {
			stop(scenario, () -> somebody.scheduleWithFixedDelay(() -> {
				if (scenario.isDown()) {
					scenario.putBack();
				}
			}, 0, 20, TimeUnit.MILLISECONDS)).assertReport("absent", true, null);
		}
		finally {
			somebody.shutdownNow();
		}
	}

	@Test
	void whenTheContextIsRefreshedMeanwhileThenItStaysOut() {
		try (RegisteredScenario scenario = RegisteredScenario.start(server, this.kit)) {
			CompletableFuture<Integer> refreshed = new CompletableFuture<>();
			stop(scenario,
					() -> onceDown(scenario,
							() -> refreshed.complete(scenario.send("POST", "/actuator/refresh").join().statusCode())))
				.assertReport("absent", false, null);
			assertThat(refreshed).isCompletedWithValue(200);
			assertThat(scenario.requests()).noneMatch((request) -> request.contains("status=UP"));
			assertThat(scenario.status()).isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenThereAreTwoRegistriesThenTheOneIsLeftAlsoIfTheOtherHangs(boolean hangs) throws Exception {
		try (TestingServer zookeeper = new TestingServer(true);
				FaultProxy proxy = FaultProxy
					.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), zookeeper.getPort()));
				RegisteredScenario scenario = RegisteredScenario.start(server, this.kit, TwoRegistriesApplication.class,
						Map.of("spring.cloud.zookeeper.enabled", "true", "spring.cloud.zookeeper.connect-string",
								"127.0.0.1:" + proxy.port()))) {
			Stop stop = stop(scenario, hangs ? proxy::hang : () -> {
			});
			stop.assertReport("eureka", "absent", false, null);
			stop.assertReport("zookeeper", hangs ? "unknown" : "absent", false, hangs ? "failed" : null);
			assertThat(scenario.status()).isNull();
		}
	}

	private static void onceDown(RegisteredScenario scenario, Runnable action) {
		Thread thread = new Thread(() -> {
			Awaitility.await().until(scenario::isDown);
			action.run();
		});
		thread.setDaemon(true);
		thread.start();
	}

	private Stop stop(RegisteredScenario scenario, Runnable fault) {
		try (RunningLoad load = this.kit.load()
			.target(scenario.application().uri())
			.group(Scenario.group("fast", 8, Connections.KEEP_ALIVE, Request.get("/fast")))
			.group(Scenario.group("slow", 4, Connections.KEEP_ALIVE, Request.get("/slow?takes=700")))
			.start()) {
			load.awaitRequests(200);
			fault.run();
			StopReport report = Terminations.kubelet(RegisteredScenario.GRACE_PERIOD)
				.preStop(Hook.post("/actuator/deregister"))
				.stop(scenario.application());
			Scenario.assertNothingLost(load.stop());
			assertThat(report.exitCode()).as("ended by itself and not by SIGKILL").isEqualTo(143);
			assertThat(report.preStop()).isNotNull();
			return new Stop(report.preStop().output());
		}
	}

	/**
	 * What the endpoint said.
	 *
	 * @param json the report
	 */
	private record Stop(String json) {

		void assertReport(String presence, boolean evicted, @Nullable String error) {
			assertReport("eureka", presence, evicted, error);
		}

		void assertReport(String name, String presence, boolean evicted, @Nullable String error) {
			Map<String, Object> registry = JsonPath
				.<List<Map<String, Object>>>read(this.json, "$.registries[?(@.name=='%s')]".formatted(name))
				.get(0);
			assertThat(registry).as(this.json).containsEntry("presence", presence).containsEntry("evicted", evicted);
			if (error != null) {
				assertThat(registry.get("error")).asString().contains(error);
			}
			else {
				assertThat(registry.get("error")).isNull();
			}
			Duration took = Duration
				.parse(JsonPath.<List<String>>read(this.json, "$.phases[?(@.phase=='DEREGISTER')].duration").get(0));
			// twice, because the machine may be slow
			assertThat(took).isLessThan(RegisteredScenario.CONFIRM_TIMEOUT.multipliedBy(2));
		}

	}

}
