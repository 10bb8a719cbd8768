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

package io.github.gracefulshutdown.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.FakeGracefulShutdown;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ManualShutdownClock;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TerminationMessage}.
 */
class TerminationMessageTests {

	private static final JsonMapper strict = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	/**
	 * Characters of one to four bytes, and those that JSON has to escape.
	 */
	private static final String[] LETTERS = { "a", "é", "€", "\uD83D\uDE00", "\"", "\\", "\n", "\u0000", "\u0085", "/",
			"\u2028", "\uD83D", "<", "}" };

	@TempDir
	Path directory;

	@Test
	void whenReportHasEverythingThenMessageHasItInOrder() {
		JsonNode message = parse(TerminationMessage.render(FakeGracefulShutdown.left()));
		assertThat(message.propertyNames()).containsExactly("state", "trigger", "startedAt", "ms", "phases", "requests",
				"cut", "registries", "checkpoints", "truncated");
		assertThat(message.at("/state").asString()).isEqualTo("OUT_OF_SERVICE");
		assertThat(message.at("/phases/0")).hasToString("{\"phase\":\"ANNOUNCE\",\"outcome\":\"DONE\",\"ms\":3}");
		assertThat(message.at("/requests")).hasToString("{\"active\":2,\"served\":40,\"handedOver\":3,\"cut\":1}");
		assertThat(message.at("/cut/0/name").asString()).isEqualTo("POST /orders/{id}");
		assertThat(message.at("/cut/0/at").asString()).isEqualTo("Orders.place(Orders.java:42)");
		assertThat(message.at("/registries/0/presence").asString()).isEqualTo("absent");
		assertThat(message.at("/checkpoints/0/position").asString()).isEqualTo("2026-01-01/4711");
		assertThat(message.at("/truncated").asInt()).isZero();
	}

	@Test
	void whenPhaseWentWrongThenItsDetailsAreToldAndThoseOfOthersAreNot() {
		ShutdownReport report = report("test",
				List.of(phase(ShutdownPhase.ANNOUNCE, ShutdownReport.Outcome.DONE, "fine"),
						phase(ShutdownPhase.DEREGISTER, ShutdownReport.Outcome.FAILED, "eureka is down")),
				List.of(), List.of(), List.of());
		assertThat(parse(TerminationMessage.render(report)).at("/details"))
			.hasToString("[{\"phase\":\"DEREGISTER\",\"detail\":\"eureka is down\"}]");
	}

	@Test
	void whenThereIsMoreThanFitsThenItemsAreLeftOutFromTheEndAndCounted() {
		List<ActiveWork> cut = IntStream.range(0, 500).mapToObj((i) -> work("request " + i)).toList();
		ShutdownReport report = report("test", List.of(), cut,
				List.of(new ShutdownReport.Registry("eureka", "absent", 1, false, null)), List.of());
		byte[] rendered = TerminationMessage.render(report);
		JsonNode message = parse(rendered);
		int written = message.at("/cut").size();
		assertThat(rendered).hasSizeBetween(TerminationMessage.MAX_BYTES - 100, TerminationMessage.MAX_BYTES);
		assertThat(written).isPositive();
		assertThat(message.at("/cut").valueStream().map((item) -> item.get("name").asString()).toList())
			.isEqualTo(cut.stream().limit(written).map(ActiveWork::name).toList());
		assertThat(message.has("registries")).isFalse();
		assertThat(message.at("/truncated").asInt()).isEqualTo(501 - written);
		assertThat(message.at("/requests/cut").asInt()).isEqualTo(500);
	}

	@Test
	void whenReportsAreRandomThenEachMessageIsValidAndFitsAndNoItemIsInPieces() {
		Random random = new Random(4096);
		int truncated = 0;
		for (int i = 0; i < 2_000; i++) {
			ShutdownReport report = randomReport(random);
			byte[] rendered = TerminationMessage.render(report);
			assertThat(rendered.length).isLessThanOrEqualTo(TerminationMessage.MAX_BYTES);
			JsonNode message = parse(rendered);
			assertThat(message.at("/state").asString()).isEqualTo(report.state().name());
			assertThat(message.at("/phases")).hasSameSizeAs(report.phases());
			assertThat(message.at("/cut").valueStream())
				.allMatch((item) -> item.has("kind") && item.has("name") && item.has("ms"));
			int written = Stream.of("cut", "registries", "checkpoints", "details")
				.mapToInt((section) -> message.path(section).size())
				.sum();
			int details = report.phases().stream().mapToInt((phase) -> phase.detail().size()).sum();
			assertThat(written + message.at("/truncated").asInt()).isEqualTo(report.requests().cut().size()
					+ report.registries().size() + report.checkpoints().size() + details);
			truncated += (message.at("/truncated").asInt() > 0) ? 1 : 0;
		}
		assertThat(truncated).as("some fit and some do not").isBetween(200, 1_800);
	}

	@Test
	void whenTextIsLongThenItIsShortenedBetweenCharacters() {
		ShutdownReport report = report("\uD83D\uDE00".repeat(5_000), List.of(), List.of(), List.of(), List.of());
		String trigger = parse(TerminationMessage.render(report)).at("/trigger").asString();
		assertThat(trigger).matches("(\uD83D\uDE00)+…").hasSizeLessThanOrEqualTo(200);
	}

	@Test
	void whenPhaseEndsThenFileSaysWhatWasDoneByThen() throws IOException {
		Path file = Files.writeString(this.directory.resolve("termination-log"), "x".repeat(10_000));
		List<String> seen = Collections.synchronizedList(new ArrayList<>());
		shutdown(file, () -> List.of(work("settlement")), (phase) -> seen.add(Files.readString(file)))
			.drain("SIGKILL soon");
		// what a process that is killed in a phase has left
		assertThat(seen).hasSize(6);
		assertThat(parse(seen.get(3).getBytes(StandardCharsets.UTF_8)).at("/phases").size()).isEqualTo(3);
		JsonNode last = parse(Files.readAllBytes(file));
		assertThat(last.at("/state").asString()).isEqualTo("STOPPED");
		assertThat(last.at("/trigger").asString()).isEqualTo("SIGKILL soon");
		assertThat(last.at("/phases").size()).isEqualTo(6);
		assertThat(last.at("/cut/0/name").asString()).isEqualTo("settlement");
	}

	@Test
	void whenTakenBackIntoServiceThenNothingIsLeftToSay() throws IOException {
		Path file = this.directory.resolve("termination-log");
		GracefulShutdown shutdown = shutdown(file, List::of, (phase) -> {
		});
		shutdown.leave("test").join();
		assertThat(file).isNotEmptyFile();
		shutdown.rejoin();
		assertThat(file).isEmptyFile();
	}

	@Test
	void whenTakingBackHasFailedThenMessageSaysSo() throws IOException {
		Path file = this.directory.resolve("termination-log");
		GracefulShutdown shutdown = shutdown(file, List::of, (phase) -> {
		}, (phase) -> {
			if (phase == ShutdownPhase.DEREGISTER) {
				throw new IllegalStateException("registry is down");
			}
		});
		shutdown.leave("test").join();
		shutdown.rejoin();
		JsonNode message = parse(Files.readAllBytes(file));
		assertThat(message.at("/state").asString()).isEqualTo("OUT_OF_SERVICE");
		assertThat(message.at("/details/0/detail").asString()).contains("registry is down");
	}

	@Test
	void whenFileCannotBeWrittenThenShutdownGoesOn() {
		ShutdownReport report = shutdown(this.directory, List::of, (phase) -> {
		}).drain("test");
		assertThat(report.state()).isEqualTo(ShutdownState.STOPPED);
	}

	private static GracefulShutdown shutdown(Path file, Supplier<List<ActiveWork>> work, Step step) {
		return shutdown(file, work, step, (phase) -> {
		});
	}

	private static GracefulShutdown shutdown(Path file, Supplier<List<ActiveWork>> work, Step step, Step undo) {
		ShutdownParticipant participant = new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) throws Exception {
				step.in(context.phase());
			}

			@Override
			public void undo(PhaseContext context) throws Exception {
				undo.in(context.phase());
			}

			@Override
			public Collection<ActiveWork> activeWork() {
				return work.get();
			}

		};
		return GracefulShutdown.create(new ShutdownBudget(Duration.ofSeconds(2), Duration.ofSeconds(1)),
				List.of(participant), List.of(), List.of(new TerminationMessage(file)), new ManualShutdownClock());
	}

	private static ShutdownReport randomReport(Random random) {
		List<ShutdownReport.Phase> phases = Stream.of(ShutdownPhase.values())
			.limit(random.nextInt(7))
			.map((phase) -> phase(phase, ShutdownReport.Outcome.FAILED, texts(random, 4)))
			.toList();
		List<ActiveWork> cut = random.ints(random.nextInt(20))
			.mapToObj((i) -> new ActiveWork(text(random), text(random), Duration.ofMillis(random.nextLong()),
					random.nextBoolean() ? text(random) : null, random.nextBoolean() ? text(random) : null,
					text(random)))
			.toList();
		List<ShutdownReport.Registry> registries = random.ints(random.nextInt(3))
			.mapToObj((i) -> new ShutdownReport.Registry(text(random), text(random), i, random.nextBoolean(),
					text(random)))
			.toList();
		List<ShutdownReport.Checkpoint> checkpoints = random.ints(random.nextInt(3))
			.mapToObj((i) -> new ShutdownReport.Checkpoint(ShutdownPhase.DRAIN, text(random), text(random), null))
			.toList();
		return report(text(random), phases, cut, registries, checkpoints);
	}

	private static String[] texts(Random random, int most) {
		return Stream.generate(() -> text(random)).limit(random.nextInt(most)).toArray(String[]::new);
	}

	private static String text(Random random) {
		int length = random.nextInt(8) == 0 ? random.nextInt(3_000) : random.nextInt(30);
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < length; i++) {
			text.append(LETTERS[random.nextInt(LETTERS.length)]);
		}
		return text.toString();
	}

	private static ShutdownReport report(@Nullable String trigger, List<ShutdownReport.Phase> phases,
			List<ActiveWork> cut, List<ShutdownReport.Registry> registries,
			List<ShutdownReport.Checkpoint> checkpoints) {
		return new ShutdownReport(ShutdownState.DRAINING, trigger, START, START.plusSeconds(25), Duration.ZERO,
				new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)).plan(), phases, registries,
				new ShutdownReport.Requests(0, 0, 0, cut), checkpoints);
	}

	private static ShutdownReport.Phase phase(ShutdownPhase phase, ShutdownReport.Outcome outcome, String... detail) {
		return new ShutdownReport.Phase(phase, outcome, START, Duration.ofMillis(5), List.of(detail));
	}

	private static ActiveWork work(String name) {
		return new ActiveWork("http", name, Duration.ofSeconds(9), null, null, null);
	}

	private static JsonNode parse(byte[] message) {
		return strict.readTree(message);
	}

	/**
	 * What is done in a phase.
	 */
	@FunctionalInterface
	private interface Step {

		void in(ShutdownPhase phase) throws Exception;

	}

}
