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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * 45 clients with every kind of request in flight, no balancer and no registry, and a
 * SIGTERM in the middle: the library beside Spring Boot alone and beside the recipe.
 */
class OpenConnectionsIT {

	/**
	 * Takes longer than Tomcat waits for requests while it stops, which is two seconds.
	 */
	private static final String LAST_PAYMENT = "/pay?takes=4500";

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	Path directory;

	@Test
	void whenKeptAliveThenNothingIsLostWhereOthersLose() throws IOException {
		List<Run> runs = new ArrayList<>();
		for (Scenario scenario : List.of(Scenario.STARTER, Scenario.SPRING_BOOT, Scenario.RECIPE)) {
			runs.add(run(scenario, Connections.KEEP_ALIVE));
		}
		print(runs);
		Run starter = runs.get(0);
		assertNothingLost(starter);
		Run boot = runs.get(1);
		assertThat(boot.lostOnOpenConnections().size()).isPositive();
		Run recipe = runs.get(2);
		assertThat(recipe.lastPaymentConfirmed()).isFalse();
		assertThat(recipe.ledger.chargedWithoutOrder()).isNotEmpty();
	}

	@Test
	void whenEachRequestHasItsConnectionThenNothingIsLost() {
		assertNothingLost(run(Scenario.STARTER, Connections.NEW));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with 21")
	void whenThreadsAreVirtualThenNothingIsLost() {
		UnaryOperator<ApplicationBuilder> virtual = (application) -> application
			.property("spring.threads.virtual.enabled", "true");
		assertNothingLost(run(Scenario.STARTER, Connections.KEEP_ALIVE, virtual));
		assertThat(run(Scenario.SPRING_BOOT, Connections.KEEP_ALIVE, virtual).lostOnOpenConnections().size())
			.isPositive();
	}

	private static void assertNothingLost(Run run) {
		assertThat(run.lastPaymentConfirmed()).isTrue();
		assertThat(run.report.inFlightAt(run.stop.signalled()).size()).isPositive();
		Scenario.assertNothingLost(run.report);
		assertThat(run.ledger.charged()).isNotEmpty();
		assertThat(run.ledger.chargedWithoutOrder()).isEmpty();
	}

	private Run run(Scenario scenario, Connections connections) {
		return run(scenario, connections, UnaryOperator.identity());
	}

	private Run run(Scenario scenario, Connections connections, UnaryOperator<ApplicationBuilder> customizer) {
		Ledger ledger = new Ledger(this.directory.resolve(scenario + "-" + connections));
		RunningApplication application = customizer
			.apply(scenario.application(this.kit).property("scenario.ledger", ledger.file().toString()))
			.start();
		try (RunningLoad load = Scenario.load(this.kit, application, connections).start()) {
			load.awaitRequests(250);
			CompletableFuture<HttpResponse<String>> lastPayment = Scenario.inFlight(application, "POST", LAST_PAYMENT);
			StopReport stop = Terminations.dockerStop(Duration.ofSeconds(35)).stop(application);
			return new Run(scenario, load.stop(), stop, ledger, lastPayment);
		}
	}

	private static void print(List<Run> runs) throws IOException {
		StringBuilder table = new StringBuilder("| | in flight at SIGTERM | of them lost | lost of those sent "
				+ "afterwards on an open connection | charged without order | SIGTERM to exit, ms |\n|---|---|---|---|---|---|\n");
		for (Run run : runs) {
			table.append("| %s | %d | %d | %d | %d | %d |%n".formatted(run.scenario,
					run.report.inFlightAt(run.stop.signalled()).size(), run.lostInFlight().size(),
					run.lostOnOpenConnections().size(), run.ledger.chargedWithoutOrder().size(),
					run.stop.exited().since(run.stop.signalled()).toMillis()));
		}
		System.out.println(table);
		Files.writeString(Path.of("target", "open-connections.md"), table);
	}

	private record Run(Scenario scenario, LoadReport report, StopReport stop, Ledger ledger,
			CompletableFuture<HttpResponse<String>> lastPayment) {

		boolean lastPaymentConfirmed() {
			return this.lastPayment.thenApply((answer) -> answer.body().startsWith("paid "))
				.exceptionally((ex) -> false)
				.join();
		}

		LoadReport lostInFlight() {
			return this.report.inFlightAt(this.stop.signalled()).lost();
		}

		LoadReport lostOnOpenConnections() {
			return this.report.sentAfterOnOpenConnection(this.stop.signalled()).lost();
		}

	}

}
