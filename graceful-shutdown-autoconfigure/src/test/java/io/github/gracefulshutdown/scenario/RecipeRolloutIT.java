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
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.Outcome;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RequestResult;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances that are replaced one after the other under clients that call without a
 * break, thrice: those with the copied recipe by such with the mended one, those by such
 * with the library, and those again. What counts is how the old ones go.
 */
@Tag("environment")
class RecipeRolloutIT {

	private static final Path PAGE = Path.of("..", "docs", "why-not-the-recipe.md");

	private static final String HEADER = """
			| | in flight at SIGTERM | of them lost | sent afterwards | of them lost | lost as | refused | charged without order | slowest exit |
			|---|---|---|---|---|---|---|---|---|
			""";

	private static final int REPLICAS = 2;

	/**
	 * How long callers call an instance that is on its way out.
	 */
	private static final Duration STALENESS = Duration.ofSeconds(1);

	private static final Duration GRACE_PERIOD = Duration.ofSeconds(30);

	/**
	 * Both take longer than Tomcat waits for requests while it stops, which is two
	 * seconds.
	 */
	private static final String PAYMENT = "/pay?takes=3500";

	private static final String DEFERRED = "/deferred?takes=3000";

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	Path directory;

	private final List<URI> targets = new CopyOnWriteArrayList<>();

	private final AtomicInteger next = new AtomicInteger();

	@Test
	void whenReplacedUnderLoadThenTheRecipeLosesRequestsAndTheLibraryNone() throws IOException {
		List<Generation> generations = List.of(start(Scenario.RECIPE, "the recipe, as copied"),
				start(Scenario.MENDED_RECIPE, "the recipe, with Tomcat's class"),
				start(Scenario.STARTER, "the starter"), start(Scenario.STARTER, "the last"));
		generations.get(0).instances().forEach((instance) -> this.targets.add(instance.uri()));
		List<Rollout> rollouts = new ArrayList<>();
		try (RunningLoad load = load()) {
			for (int i = 1; i < generations.size(); i++) {
				load.awaitRequests(load.requests() + 200);
				rollouts.add(replace(generations.get(i - 1), generations.get(i)));
			}
			LoadReport report = load.awaitRequests(load.requests() + 200).stop();
			write(rollouts.stream().map((rollout) -> rollout.row(report)).collect(Collectors.joining()));
			Rollout copied = rollouts.get(0);
			assertThat(copied.isAnswered(copied.payment())).isFalse();
			assertThat(copied.isAnswered(copied.deferred())).isFalse();
			assertThat(copied.inFlight(report).lost().all()).isNotEmpty();
			assertThat(copied.running().ledger().chargedWithoutOrder()).isNotEmpty();
			Rollout mended = rollouts.get(1);
			assertThat(mended.isAnswered(mended.payment())).isTrue();
			assertThat(mended.isAnswered(mended.deferred())).isFalse();
			assertThat(mended.later(report).lost().all()).isNotEmpty();
			assertThat(mended.running().ledger().chargedWithoutOrder()).isEmpty();
			Rollout starter = rollouts.get(2);
			assertThat(starter.isAnswered(starter.payment())).isTrue();
			assertThat(starter.isAnswered(starter.deferred())).isTrue();
			starter.all(report).assertAllAnswered();
			assertThat(starter.inFlight(report).all()).isNotEmpty();
			assertThat(starter.running().ledger().charged()).isNotEmpty();
			assertThat(starter.running().ledger().chargedWithoutOrder()).isEmpty();
		}
		assertThat(PAGE).content().as("has the table").contains(HEADER);
	}

	private RunningLoad load() {
		return this.kit.load()
			.target(this::choose)
			.group("fast", 10, Connections.KEEP_ALIVE, Request.get("/fast"))
			.group("new connections", 4, Connections.NEW, Request.get("/fast"))
			.group("slow", 4, Connections.KEEP_ALIVE, Scenario.slow())
			.group(ClientGroup.of("deferred", 4, Connections.KEEP_ALIVE,
					Request.get("/deferred?takes=1500").named("GET /deferred").expecting("deferred"::equals)))
			.group("pay", 4, Connections.KEEP_ALIVE, Scenario.pay())
			.start();
	}

	private URI choose() {
		Object[] known = this.targets.toArray();
		return (URI) known[Math.floorMod(this.next.getAndIncrement(), known.length)];
	}

	private Generation start(Scenario scenario, String name) {
		Ledger ledger = new Ledger(this.directory.resolve(name));
		List<CompletableFuture<RunningApplication>> starting = Stream
			.generate(() -> CompletableFuture.supplyAsync(() -> scenario.application(this.kit)
				.property("scenario.ledger", ledger.file().toString())
				// nothing here tells that somebody routes to this instance
				.property("graceful-shutdown.settle.mode", "always")
				.property("graceful-shutdown.settle.min", "2s")
				.property("graceful-shutdown.settle.max", "4s")
				.start()))
			.limit(REPLICAS)
			.toList();
		return new Generation(name, ledger, starting.stream().map(CompletableFuture::join).toList());
	}

	private Rollout replace(Generation running, Generation following) {
		RunningApplication first = running.instances().get(0);
		CompletableFuture<HttpResponse<String>> payment = Scenario.inFlight(first, "POST", PAYMENT);
		CompletableFuture<HttpResponse<String>> deferred = Scenario.inFlight(first, "GET", DEFERRED);
		List<StopReport> stops = new ArrayList<>();
		for (int i = 0; i < REPLICAS; i++) {
			URI old = running.instances().get(i).uri();
			this.targets.add(following.instances().get(i).uri());
			CompletableFuture<Void> noticed = CompletableFuture.runAsync(() -> this.targets.remove(old),
					CompletableFuture.delayedExecutor(STALENESS.toMillis(), TimeUnit.MILLISECONDS));
			stops.add(Terminations.kubelet(GRACE_PERIOD).stop(running.instances().get(i)));
			noticed.join();
		}
		return new Rollout(running, stops, payment, deferred);
	}

	private static void write(String rows) throws IOException {
		String table = HEADER + rows;
		System.out.println(table);
		Files.writeString(Path.of("target", "why-not-the-recipe.md"), table);
	}

	/**
	 * Instances that stop in the same way.
	 */
	private record Generation(String name, Ledger ledger, List<RunningApplication> instances) {

	}

	private record Rollout(Generation running, List<StopReport> stops, CompletableFuture<HttpResponse<String>> payment,
			CompletableFuture<HttpResponse<String>> deferred) {

		boolean isAnswered(CompletableFuture<HttpResponse<String>> request) {
			return request.thenApply((answer) -> answer.statusCode() == 200).exceptionally((ex) -> false).join();
		}

		LoadReport all(LoadReport report) {
			return report.where("to " + this.running.name(), (result) -> stop(result).isPresent());
		}

		LoadReport inFlight(LoadReport report) {
			return all(report).where("in flight",
					(result) -> stop(result).filter((stop) -> result.isInFlightAt(stop.signalled())).isPresent());
		}

		LoadReport later(LoadReport report) {
			return all(report).where("later",
					(result) -> stop(result).filter((stop) -> result.isSentAfter(stop.signalled())).isPresent());
		}

		private Optional<StopReport> stop(RequestResult result) {
			return IntStream.range(0, REPLICAS)
				.filter((i) -> this.running.instances().get(i).uri().equals(result.target()))
				.mapToObj(this.stops::get)
				.findAny();
		}

		String row(LoadReport report) {
			LoadReport all = all(report);
			LoadReport inFlight = inFlight(report);
			LoadReport later = later(report);
			Map<Outcome, Long> outcomes = all.lost()
				.all()
				.stream()
				.collect(Collectors.groupingBy(RequestResult::outcome, TreeMap::new, Collectors.counting()));
			long slowest = this.stops.stream()
				.mapToLong((stop) -> stop.exited().since(stop.signalled()).toMillis())
				.max()
				.orElseThrow();
			String lost = outcomes.entrySet()
				.stream()
				.map((entry) -> entry.getValue() + " `" + entry.getKey() + '`')
				.collect(Collectors.joining(", "));
			return "| %s | %d | %d | %d | %d | %s | %d | %d | %d ms |%n".formatted(this.running.name(), inFlight.size(),
					inFlight.lost().size(), later.size(), later.lost().size(), lost, all.count(Outcome.REFUSED),
					this.running.ledger().chargedWithoutOrder().size(), slowest);
		}

	}

}
