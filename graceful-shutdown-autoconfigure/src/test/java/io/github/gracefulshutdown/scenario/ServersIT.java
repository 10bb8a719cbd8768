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
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tomcat in its other shapes: under WebFlux, and with HTTP/2.
 */
class ServersIT {

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@ParameterizedTest
	@CsvSource({ "STARTER, true", "SPRING_BOOT, false" })
	void whenWebFluxRunsOnTomcatThenNothingIsLost(Scenario scenario, boolean kept) {
		RunningApplication application = scenario.application(this.kit, ReactiveScenarioApplication.class)
			.property("spring.main.web-application-type", "reactive")
			.start();
		try (RunningLoad load = this.kit.load()
			.target(application.uri())
			.group(Scenario.group("fast", 12, Connections.KEEP_ALIVE, Request.get("/fast"))
				.thinkTime(Duration.ZERO, Duration.ofMillis(300)))
			.group(Scenario.group("slow", 6, Connections.KEEP_ALIVE, Scenario.slow()))
			.group(Scenario.group("sse", 3, Connections.KEEP_ALIVE, Scenario.sse()))
			.start()) {
			load.awaitRequests(100);
			// keeps Spring Boot waiting, while others send on connections that are open
			CompletableFuture<HttpResponse<String>> slow = Scenario.inFlight(application, "GET", "/slow?takes=3000");
			StopReport stop = Terminations.dockerStop(Duration.ofSeconds(35)).stop(application);
			LoadReport report = load.stop();
			assertThat(slow.join().body()).isEqualTo("slow");
			assertThat(report.inFlightAt(stop.signalled()).size()).isPositive();
			assertThat(report.lost().isEmpty()).as(report.lost().table()).isEqualTo(kept);
		}
	}

	@Test
	void whenHttp2IsSpokenThenOnlyWhatGoAwayDeclaresUnprocessedIsNotAnswered() {
		RunningApplication application = Scenario.STARTER.application(this.kit)
			.property("server.http2.enabled", "true")
			.start();
		try (RunningLoad load = Scenario.load(this.kit, application, Connections.HTTP2).start()) {
			load.awaitRequests(250).awaitInFlight("slow", 6);
			StopReport stop = Terminations.dockerStop(Duration.ofSeconds(35)).stop(application);
			LoadReport report = load.stop();
			assertThat(report.inFlightAt(stop.signalled()).size()).isPositive();
			Scenario.assertNothingLost(report);
		}
	}

}
