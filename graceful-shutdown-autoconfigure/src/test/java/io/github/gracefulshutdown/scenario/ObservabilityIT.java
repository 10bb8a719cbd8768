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
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said of a stop, while it goes on and after the process is gone.
 */
class ObservabilityIT {

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({ "STARTER, true", "SPRING_BOOT, false" })
	void whenRequestFailsAfterSigtermThenWhatTomcatSaysIsInTheLog(Scenario scenario, boolean logged) {
		RunningApplication application = scenario.application(this.kit, ObservedApplication.class).start();
		CompletableFuture<HttpResponse<String>> failing = Scenario.inFlight(application, "GET", "/fail?takes=5000");
		assertThat(Terminations.kill(15).stop(application).exitCode()).isEqualTo(143);
		assertThat(application.log()).as("it was waited for").contains("failing");
		// Spring Boot alone may close the connection before the answer is written
		assertThat(failing.handle((answer, failure) -> failure != null || answer.statusCode() == 500).join()).isTrue();
		assertThat(application.log()
			.stream()
			.anyMatch((line) -> line.contains("ERROR") && line.contains("Servlet.service()")
					&& line.contains("failed in the drain")))
			.isEqualTo(logged);
	}

	@Test
	void whenRequestIsCutThenMetricsLogAndTerminationMessageSaySo() throws IOException {
		Path message = this.directory.resolve("termination-log");
		RunningApplication application = Scenario.STARTER.application(this.kit, ObservedApplication.class)
			.property("management.server.port", "0")
			.property("management.endpoints.web.exposure.include", "prometheus,health")
			.property("management.endpoint.health.show-details", "always")
			.property("logging.structured.format.console", "ecs")
			.property("graceful-shutdown.termination-message", message.toString())
			.property("graceful-shutdown.grace-period", "14s")
			.property("graceful-shutdown.reserve", "4s")
			.start();
		assertThat(metrics(application)).contains("graceful_shutdown_state 0.0");
		Scenario.send(application.uri(), "GET", "/slow?takes=60000&card=4111111111111111");
		application.awaitLog("in flight: GET /slow", Scenario.LIMIT);
		application.signal("TERM");
		application.awaitLog("phase=CLOSE outcome=DONE", Scenario.LIMIT);
		// the log and the meters are told at once and each in its own time
		List<String> metrics = Stream.generate(() -> metrics(application))
			.limit(100)
			.filter((lines) -> lines.stream().anyMatch((line) -> line.contains("phase=\"CLOSE\"")))
			.findFirst()
			.orElseThrow();
		assertThat(metrics).contains("graceful_shutdown_state 3.0", "graceful_shutdown_active{kind=\"http\"} 1.0",
				"graceful_shutdown_phase_seconds_count{outcome=\"DONE\",phase=\"CLOSE\"} 1");
		assertThat(Scenario.send(application.managementUri(), "GET", "/actuator/health").join().body())
			.contains("\"gracefulShutdown\":{", "\"state\":\"DRAINING\"");
		assertThat(application.awaitExit(Scenario.LIMIT)).isEqualTo(143);

		JsonNode left = JsonMapper.shared().readTree(Files.readAllBytes(message));
		assertThat(left.at("/state").asString()).isEqualTo("STOPPED");
		assertThat(left.at("/phases").valueStream().map((phase) -> phase.get("outcome").asString()).toList())
			.containsExactly("DONE", "NOTHING_TO_DO", "NOTHING_TO_DO", "DONE", "TIMED_OUT", "DONE");
		assertThat(left.at("/cut")).hasSize(1);
		assertThat(left.at("/cut/0/name").asString()).isEqualTo("GET /slow");
		assertThat(left.toString()).doesNotContain("4111");

		List<String> said = application.log()
			.stream()
			.filter((line) -> line.startsWith("{"))
			.map((line) -> JsonMapper.shared().readTree(line))
			.filter((event) -> event.path("log")
				.path("logger")
				.asString("")
				.equals("io.github.gracefulshutdown.GracefulShutdown"))
			.map((event) -> event.get("log").get("level").asString() + " " + event.get("message").asString())
			// which is said at start
			.filter((line) -> !line.startsWith("INFO Shutdown plan for 14s: "))
			.toList();
		assertThat(said.get(0)).startsWith("INFO graceful-shutdown phase=ANNOUNCE outcome=DONE ms=");
		assertThat(said).anyMatch((line) -> line.startsWith("WARN graceful-shutdown phase=DRAIN outcome=TIMED_OUT ms="))
			.anyMatch((line) -> line.startsWith("WARN Cut after "));
		assertThat(said.get(said.size() - 1)).startsWith("WARN graceful-shutdown state=STOPPED trigger=")
			.endsWith(" registries=none served=0 handedOver=0 cut=1 checkpoints=none");
		document("log", String.join("\n", said));
		document("metrics",
				metrics.stream()
					.filter((line) -> line.startsWith("graceful_shutdown"))
					.collect(Collectors.joining("\n")));
		String pretty = left.toPrettyString();
		if (ObservabilityPage.isWritten()) {
			ObservabilityPage.write("termination-message", pretty);
		}
		assertThat(JsonMapper.shared().readTree(ObservabilityPage.read("termination-message")).propertyNames())
			.isEqualTo(left.propertyNames());
	}

	/**
	 * What the page shows is what a stop says.
	 */
	private static void document(String block, String text) throws IOException {
		if (ObservabilityPage.isWritten()) {
			ObservabilityPage.write(block, text);
		}
		assertThat(ObservabilityPage.shape(ObservabilityPage.read(block))).isEqualTo(ObservabilityPage.shape(text));
	}

	private static List<String> metrics(RunningApplication application) {
		return Scenario.send(application.managementUri(), "GET", "/actuator/prometheus").join().body().lines().toList();
	}

}
