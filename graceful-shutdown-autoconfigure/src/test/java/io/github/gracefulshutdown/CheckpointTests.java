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

package io.github.gracefulshutdown;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.gracefulshutdown.ShutdownReport.Checkpoint;
import io.github.gracefulshutdown.ShutdownReport.Outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CheckpointStore} and for what {@link PhaseContext} does with one.
 */
class CheckpointTests {

	@TempDir
	private Path directory;

	@Test
	void whenSavedThenNextStartLoadsTheLastPositionUntilItIsCleared() throws IOException {
		CheckpointStore store = CheckpointStore.in(this.directory);
		assertThat(store.load("export")).isNull();
		store.save("export", "line 1");
		store.save("export", "line 2, ünïcode\n");
		CheckpointStore nextStart = CheckpointStore.in(this.directory);
		assertThat(nextStart.load("export")).isEqualTo("line 2, ünïcode\n");
		assertThat(files()).containsExactly("export.checkpoint");
		nextStart.clear("export");
		nextStart.clear("export");
		assertThat(nextStart.load("export")).isNull();
		assertThat(files()).isEmpty();
	}

	@Test
	void whenSavedByManyAtOnceThenOneOfThemIsThereAndWhole() throws IOException {
		CheckpointStore store = CheckpointStore.in(this.directory);
		List<String> positions = IntStream.range(0, 16).mapToObj((i) -> "x".repeat(1000) + i).toList();
		positions.parallelStream().forEach((position) -> store.save("export", position));
		assertThat(positions).contains(store.load("export"));
		assertThat(files()).containsExactly("export.checkpoint");
	}

	@Test
	void whenThreadIsInterruptedThenSavesAllTheSameAndStaysInterrupted() {
		CheckpointStore store = CheckpointStore.in(this.directory);
		Thread.currentThread().interrupt();
		store.save("export", "line 1");
		assertThat(Thread.interrupted()).isTrue();
		assertThat(store.load("export")).isEqualTo("line 1");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", ".", "..", "../up", "a/b", "a\\b", "/etc/passwd", "a b", "a\nb", "-rf", "ä", "C:x", "a\0" })
	void whenNameIsNotFitForAFileThenIsRefused(String name) throws IOException {
		CheckpointStore store = CheckpointStore.in(this.directory);
		assertThatIllegalArgumentException().isThrownBy(() -> store.save(name, "1"));
		assertThatIllegalArgumentException().isThrownBy(() -> store.load(name));
		assertThatIllegalArgumentException().isThrownBy(() -> store.clear(name));
		assertThat(files()).isEmpty();
	}

	@Test
	void whenNameOrPositionIsTooLongThenIsRefused() {
		CheckpointStore store = CheckpointStore.in(this.directory);
		store.save("a".repeat(64), "1".repeat(1024));
		assertThatIllegalArgumentException().isThrownBy(() -> store.save("a".repeat(65), "1"));
		assertThatIllegalArgumentException().isThrownBy(() -> store.save("a", "1".repeat(1025)));
	}

	@Test
	void whenDirectoryCannotBeWrittenToThenSaysSoAtOnce() throws IOException {
		Path file = Files.createFile(this.directory.resolve("file"));
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> CheckpointStore.in(file))
			.withMessageContaining(file.toString());
	}

	@Test
	void whenStoreIsThereThenPositionIsStoredAndReported() {
		CheckpointStore store = CheckpointStore.in(this.directory);
		ShutdownReport report = drain(store, exporter("export", "line 7"));
		assertThat(report.checkpoints()).containsExactly(new Checkpoint(ShutdownPhase.DRAIN, "export", "line 7", null));
		assertThat(report.phases()).filteredOn((phase) -> phase.phase() == ShutdownPhase.DRAIN)
			.extracting(ShutdownReport.Phase::outcome)
			.containsExactly(Outcome.DONE);
		assertThat(store.load("export")).isEqualTo("line 7");
	}

	@Test
	void whenReportedAgainThenTheLastPositionCounts() {
		List<Boolean> stored = new ArrayList<>();
		ShutdownReport report = drain(CheckpointStore.in(this.directory), (context) -> {
			stored.add(context.checkpoint("export", "line 1"));
			stored.add(context.checkpoint("export", "line 2"));
		});
		assertThat(stored).containsOnly(true);
		assertThat(report.checkpoints()).extracting(Checkpoint::position).containsExactly("line 2");
	}

	@Test
	void whenThereIsNoStoreThenPositionIsReportedAsStoredNowhere() {
		ShutdownReport report = drain(null, exporter("export", "line 7"));
		assertThat(report.checkpoints()).containsExactly(
				new Checkpoint(ShutdownPhase.DRAIN, "export", "line 7", "stored nowhere, there is no CheckpointStore"));
	}

	@Test
	void whenStoreFailsThenPositionIsReportedWithTheFailure() {
		ShutdownReport report = drain(new UnusableStore() {

			@Override
			public void save(String name, String position) {
				throw new IllegalStateException("disk full");
			}

		}, exporter("export", "line 7"));
		assertThat(report.checkpoints()).containsExactly(
				new Checkpoint(ShutdownPhase.DRAIN, "export", "line 7", "java.lang.IllegalStateException: disk full"));
	}

	@Test
	void whenNameIsNotAllowedThenStoreIsNotAskedAndPositionIsReported() {
		ShutdownReport report = drain(new UnusableStore(), exporter("../export", "line 7"));
		assertThat(report.checkpoints()).singleElement()
			.satisfies((checkpoint) -> assertThat(checkpoint.error()).contains("'../export'"));
	}

	@Test
	void whenStoreHangsThenPositionIsReportedAsNotStoredYet() {
		CountDownLatch never = new CountDownLatch(1);
		CompletableFuture<Void> released = new CompletableFuture<>();
		ShutdownReport report = drain(new UnusableStore() {

			@Override
			public void save(String name, String position) {
				while (!released.isDone()) {
					try {
						never.await();
					}
					catch (InterruptedException ex) {
						// hangs whatever is done to it
					}
				}
			}

		}, exporter("export", "line 7"), new ManualShutdownClock(100));
		assertThat(report.checkpoints())
			.containsExactly(new Checkpoint(ShutdownPhase.DRAIN, "export", "line 7", "not stored yet"));
		released.complete(null);
	}

	private List<String> files() throws IOException {
		try (Stream<Path> files = Files.list(this.directory)) {
			return files.map((file) -> file.getFileName().toString()).toList();
		}
	}

	private static ShutdownReport drain(CheckpointStore store, ShutdownParticipant participant) {
		return drain(store, participant, new ManualShutdownClock(10_000));
	}

	private static ShutdownReport drain(CheckpointStore store, ShutdownParticipant participant,
			ManualShutdownClock clock) {
		return GracefulShutdown
			.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)),
					new TreeMap<>(Map.of(0, List.of(participant))), List.of(), List.of(), clock, store)
			.drain("test");
	}

	private static ShutdownParticipant exporter(String name, String position) {
		return new ShutdownParticipant() {

			@Override
			public Set<ShutdownPhase> phases() {
				return EnumSet.of(ShutdownPhase.DRAIN);
			}

			@Override
			public void onPhase(PhaseContext context) {
				context.checkpoint(name, position);
			}

		};
	}

	/**
	 * A store that nobody should ask.
	 */
	private static class UnusableStore implements CheckpointStore {

		@Override
		public void save(String name, String position) {
			throw new AssertionError("asked for " + name);
		}

		@Override
		public String load(String name) {
			throw new AssertionError("asked for " + name);
		}

		@Override
		public void clear(String name) {
			throw new AssertionError("asked for " + name);
		}

	}

}
