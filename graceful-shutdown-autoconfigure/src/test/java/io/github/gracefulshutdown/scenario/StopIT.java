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
import java.util.concurrent.CompletableFuture;

import com.jayway.jsonpath.JsonPath;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.Hook;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a process does when it is stopped: what it says, what it waits for and what not.
 */
class StopIT {

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@Test
	void whenNothingRoutesHereThenIdleStopWaitsForNobody() {
		RunningApplication application = Scenario.STARTER.application(this.kit).start();
		assertThat(Terminations.kill(15).stop(application).exitCode()).isEqualTo(143);
		assertThat(application.log()).noneMatch((line) -> line.contains("phase=SETTLE"))
			.anyMatch((line) -> line.contains("Shutdown plan for 30s: ANNOUNCE 1s")
					&& line.contains("lifecycle 2.4s, server 100ms"))
			.anyMatch((line) -> line.contains("phase=DRAIN outcome=DONE"))
			.anyMatch((line) -> line.contains("Graceful shutdown complete"));
	}

	@Test
	void whenOnKubernetesWithoutRegistryThenThereIsNothingToLeaveButCallersAreWaitedFor() {
		RunningApplication application = Scenario.STARTER.application(this.kit)
			.environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
			.environment("KUBERNETES_SERVICE_PORT", "1")
			.property("management.endpoints.web.exposure.include", "deregister")
			.start();
		StopReport stop = Terminations.kubelet(Duration.ofSeconds(30))
			.preStop(Hook.post("/actuator/deregister"))
			.stop(application);
		assertThat(stop.exitCode()).isEqualTo(143);
		assertThat(stop.preStop()).isNotNull();
		String report = stop.preStop().output();
		assertThat(JsonPath.<List<String>>read(report, "$.phases[?(@.phase=='DEREGISTER')].outcome")).as(report)
			.containsExactly("NOTHING_TO_DO");
		assertThat(JsonPath.<List<String>>read(report, "$.phases[?(@.phase=='SETTLE')].detail[*]")).as(report)
			.containsExactly("callers have been quiet for 2.0 s");
		assertThat(JsonPath.<String>read(report, "$.plan.left")).isEqualTo("PT30S");
		assertThat(JsonPath.<List<String>>read(report, "$.plan.steps[?(@.name=='SETTLE')].share")).as(report)
			.containsExactly("PT10S");
		assertThat(application.log()).anyMatch((line) -> line.contains("phase=SETTLE outcome=DONE"));
	}

	@Test
	void whenInterruptedFromTheKeyboardThenRequestInFlightIsAnswered() throws Exception {
		RunningApplication application = Scenario.STARTER.application(this.kit).start();
		CompletableFuture<HttpResponse<String>> slow = Scenario.inFlight(application, "GET", "/slow?takes=1500");
		assertThat(Terminations.kill(2).stop(application).exitCode()).isEqualTo(130);
		assertThat(slow.get().body()).isEqualTo("slow");
		assertThat(application.log()).anyMatch((line) -> line.contains("phase=DRAIN outcome=DONE"));
	}

	@Test
	void whenRequestClosesTheContextThenItDoesNotWaitForItselfButOthersAreAnswered() throws Exception {
		RunningApplication application = Scenario.STARTER.application(this.kit)
			.property("graceful-shutdown.grace-period", "2m")
			.start();
		CompletableFuture<HttpResponse<String>> slow = Scenario.inFlight(application, "GET", "/slow?takes=1500");
		CompletableFuture<HttpResponse<String>> exit = Scenario.send(application.uri(), "POST", "/exit");
		assertThat(application.awaitExit(Scenario.LIMIT)).isZero();
		assertThat(slow.get().body()).isEqualTo("slow");
		Awaitility.await().until(exit::isDone);
		assertThat(application.log()).noneMatch((line) -> line.contains("Cut after"));
	}

	@Test
	void whenRequestExitsTheProcessThenItIsNotWaitedFor() {
		RunningApplication application = Scenario.STARTER.application(this.kit)
			.property("graceful-shutdown.grace-period", "2m")
			.start();
		Scenario.send(application.uri(), "POST", "/system-exit");
		assertThat(application.awaitExit(Scenario.LIMIT)).isZero();
		assertThat(application.log()).anyMatch((line) -> line.contains("phase=DRAIN outcome=DONE"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/slow?takes=60000&card=4111111111111111", "/deferred?takes=60000&card=4111111111111111" })
	void whenRequestOutlivesTheBudgetThenItIsNamedAndTheProcessEndsByItself(String path) {
		RunningApplication application = Scenario.STARTER.application(this.kit)
			.property("graceful-shutdown.grace-period", "6s")
			.property("graceful-shutdown.reserve", "4s")
			.start();
		Scenario.inFlight(application, "GET", path);
		StopReport stop = Terminations.dockerStop(Duration.ofSeconds(6)).stop(application);
		assertThat(stop.exitCode()).as("ended by itself and not by SIGKILL").isEqualTo(143);
		assertThat(application.log())
			.anyMatch((line) -> line.contains("Cut after") && line.contains("GET " + path.split("\\?", 2)[0]))
			.noneMatch((line) -> line.contains("4111"));
	}

	@Test
	void whenManagementHasItsOwnPortThenItAnswersUntilTheDrainIsOver() throws Exception {
		RunningApplication application = Scenario.STARTER.application(this.kit)
			.property("management.server.port", "0")
			.start();
		CompletableFuture<HttpResponse<String>> slow = Scenario.inFlight(application, "GET", "/slow?takes=6000");
		application.signal("TERM");
		application.awaitLog("phase=CLOSE outcome=DONE", Scenario.LIMIT);
		HttpResponse<String> liveness = Scenario.send(application.managementUri(), "GET", "/actuator/health/liveness")
			.get();
		HttpResponse<String> readiness = Scenario.send(application.managementUri(), "GET", "/actuator/health/readiness")
			.get();
		assertThat(slow).as("the drain is still going on").isNotDone();
		assertThat(liveness.statusCode()).isEqualTo(200);
		assertThat(readiness.statusCode()).isEqualTo(503);
		assertThat(slow.get().body()).isEqualTo("slow");
		assertThat(application.awaitExit(Scenario.LIMIT)).isEqualTo(143);
	}

	@ParameterizedTest
	@CsvSource({ "STARTER, true", "SPRING_BOOT, false" })
	void whenKubeletStopsInTheMiddleOfPaymentsThenNoneIsLost(Scenario scenario, boolean kept) {
		RunningApplication application = scenario.application(this.kit)
			.property("management.endpoints.web.exposure.include", "deregister")
			.property("graceful-shutdown.settle.mode", "always")
			.property("graceful-shutdown.settle.max", "1s")
			.start();
		try (RunningLoad load = this.kit.load()
			.target(application.uri())
			.group(Scenario.group("pay", 8, Connections.KEEP_ALIVE, Scenario.pay()))
			.group(Scenario.group("fast", 8, Connections.KEEP_ALIVE, Request.get("/fast")))
			.start()) {
			load.awaitRequests(100);
			// keeps Spring Boot waiting, while others send on connections that are open
			CompletableFuture<HttpResponse<String>> payment = Scenario.inFlight(application, "POST", "/pay?takes=2000");
			StopReport stop = Terminations.kubelet(Duration.ofSeconds(30))
				.preStop(Hook.post("/actuator/deregister"))
				.stop(application);
			LoadReport lost = load.stop().lost();
			assertThat(stop.exitCode()).isEqualTo(143);
			assertThat(payment.join().body()).startsWith("paid ");
			assertThat(lost.isEmpty()).as(lost.table()).isEqualTo(kept);
		}
	}

}
