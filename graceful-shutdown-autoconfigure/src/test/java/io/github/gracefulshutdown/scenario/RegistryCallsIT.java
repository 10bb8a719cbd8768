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

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.github.gracefulshutdown.registry.eureka.EurekaServer;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningLoad;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that get in each other's way: however many there are, the instance leaves its
 * registry once and everybody gets the same answer.
 */
@Tag("environment")
class RegistryCallsIT {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final EurekaServer server = new EurekaServer();

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheEndpointIsCalledAndTheProcessTerminatedRightAfterOrBeforeThenItLeavesOnce(boolean endpointFirst) {
		try (RegisteredScenario<EurekaRegistry> scenario = start();
				RunningLoad load = this.kit.load()
					.target(scenario.application().uri())
					.group(Scenario.group("fast", 8, Connections.KEEP_ALIVE, Request.get("/fast")))
					.start()) {
			int before = server.requests().size();
			load.awaitRequests(100);
			CompletableFuture<HttpResponse<String>> answer;
			if (endpointFirst) {
				answer = scenario.send("POST", "/actuator/deregister");
				fiftyMillisLater(() -> scenario.application().signal("TERM"));
			}
			else {
				scenario.application().signal("TERM");
				answer = fiftyMillisLater(() -> scenario.send("POST", "/actuator/deregister").join());
			}
			assertThat(scenario.application().awaitExit(LIMIT)).isEqualTo(143);
			Scenario.assertNothingLost(load.stop());
			assertThat(answer).isCompleted();
			assertThat(answer.join().statusCode()).isEqualTo(200);
			assertLeftOnce(answer.join().body());
			assertThat(lines(scenario, "phase=DEREGISTER outcome=DONE")).hasSize(1);
			assertThat(lines(scenario, "phase=SETTLE outcome=DONE")).hasSize(1);
			assertThat(server.requestsSince(before)).filteredOn((request) -> request.startsWith("DELETE")).hasSize(1);
			assertThat(scenario.registry().status()).isNull();
		}
	}

	@Test
	void whenTheEndpointIsCalledTwentyTimesAtOnceThenItLeavesOnceAndAllGetTheSameAnswer() {
		try (RegisteredScenario<EurekaRegistry> scenario = start()) {
			List<CompletableFuture<HttpResponse<String>>> calls = Stream
				.generate(() -> scenario.send("POST", "/actuator/deregister"))
				.limit(20)
				.toList();
			assertThat(calls).allSatisfy((call) -> assertThat(call.join().statusCode()).isEqualTo(200));
			assertThat(calls).allSatisfy((call) -> assertLeftOnce(call.join().body()));
			Set<Object> answers = calls.stream()
				.map((call) -> List.of(JsonPath.read(call.join().body(), "$.startedAt"),
						JsonPath.read(call.join().body(), "$.state"), JsonPath.read(call.join().body(), "$.phases"),
						JsonPath.read(call.join().body(), "$.registries")))
				.collect(Collectors.toSet());
			assertThat(answers).hasSize(1);
			assertThat(lines(scenario, "phase=DEREGISTER outcome=DONE")).hasSize(1);
			assertThat(scenario.registry().isDown()).isTrue();
		}
	}

	@Test
	void whenTakenBackInAnyStateThenItIsUpAgainUnlessItIsEnding() {
		// long enough to be found leaving
		try (RegisteredScenario<EurekaRegistry> scenario = RegisteredScenario.start(new EurekaRegistry(server),
				this.kit, Map.of("graceful-shutdown.grace-period", "2m", "graceful-shutdown.settle.min", "20s",
						"graceful-shutdown.settle.max", "20s"))) {
			int before = server.requests().size();
			takeBack(scenario, "UP", 200);
			assertThat(server.requestsSince(before)).noneMatch((request) -> request.startsWith("POST"));

			scenario.send("POST", "/actuator/deregister?wait=false").join();
			Awaitility.await().until(scenario.registry()::isDown);
			takeBack(scenario, "LEAVING", 200);
			Awaitility.await().until(scenario.registry()::isUp);

			scenario.send("POST", "/actuator/deregister?wait=false").join();
			Awaitility.await().until(scenario.registry()::isDown);
			takeBack(scenario, "LEAVING", 200);
			Awaitility.await().until(scenario.registry()::isUp);
		}
	}

	@Test
	void whenTakenBackOnceOutThenItIsUpAndOnceDrainingThenItIsTooLate() {
		// a management port of its own answers while the application drains
		try (RegisteredScenario<EurekaRegistry> scenario = RegisteredScenario.start(new EurekaRegistry(server),
				this.kit, Map.of("management.server.port", "0"))) {
			scenario.send("POST", "/actuator/deregister").join();
			takeBack(scenario, "OUT_OF_SERVICE", 200);
			Awaitility.await().until(scenario.registry()::isUp);

			CompletableFuture<HttpResponse<String>> slow = Scenario.inFlight(scenario.application(), "GET",
					"/slow?takes=6000");
			scenario.application().signal("TERM");
			scenario.application().awaitLog("phase=CLOSE outcome=DONE", LIMIT);
			HttpResponse<String> late = scenario.send("DELETE", "/actuator/deregister").join();
			assertThat(late.statusCode()).isEqualTo(409);
			assertThat(slow.join().body()).isEqualTo("slow");
			assertThat(scenario.application().awaitExit(LIMIT)).isEqualTo(143);
			assertThat(scenario.registry().status()).isNull();
		}
	}

	@Test
	void whenTheRegistryHangsAsItIsTakenBackThenItIsNotSaidToBeUpBeforeItIs() {
		try (RegisteredScenario<EurekaRegistry> scenario = start()) {
			scenario.send("POST", "/actuator/deregister").join();
			scenario.registry().proxy().hang();
			takeBack(scenario, "OUT_OF_SERVICE", 503);
			assertThat(scenario.registry().isUp()).isFalse();
			assertThat(state(scenario)).isEqualTo("OUT_OF_SERVICE");
			scenario.registry().proxy().pass();
			takeBack(scenario, "OUT_OF_SERVICE", 200);
			assertThat(scenario.registry().isUp()).isTrue();
		}
	}

	private RegisteredScenario<EurekaRegistry> start() {
		return RegisteredScenario.start(new EurekaRegistry(server), this.kit);
	}

	private static void takeBack(RegisteredScenario<EurekaRegistry> scenario, String from, int status) {
		assertThat(state(scenario)).isEqualTo(from);
		HttpResponse<String> answer = scenario.send("DELETE", "/actuator/deregister").join();
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
		assertThat(JsonPath.<String>read(answer.body(), "$.state")).isEqualTo((status == 200) ? "UP" : from);
	}

	private static String state(RegisteredScenario<EurekaRegistry> scenario) {
		return JsonPath.read(scenario.send("GET", "/actuator/deregister").join().body(), "$.state");
	}

	private static void assertLeftOnce(String report) {
		assertThat(JsonPath.<List<String>>read(report, "$.registries[*].presence")).as(report)
			.containsExactly("absent");
		assertThat(JsonPath.<List<Integer>>read(report, "$.registries[*].attempts")).containsExactly(1);
	}

	private static List<String> lines(RegisteredScenario<EurekaRegistry> scenario, String text) {
		return scenario.application().log().stream().filter((line) -> line.contains(text)).toList();
	}

	private static <T> CompletableFuture<T> fiftyMillisLater(Supplier<T> action) {
		return CompletableFuture.supplyAsync(action, CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
	}

}
