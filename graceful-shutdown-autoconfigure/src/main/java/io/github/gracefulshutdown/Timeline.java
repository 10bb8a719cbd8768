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

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The record of what happened, written by the coordinator and, through
 * {@link PhaseContext}, by participants. Everything that is said about a shutdown is said
 * from here. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Timeline {

	private final ShutdownClock clock;

	private final List<Entry> entries = new ArrayList<>();

	private final List<ShutdownReport.Registry> registries = new ArrayList<>();

	private final List<ActiveWork> cut = new ArrayList<>();

	private final List<ShutdownReport.Checkpoint> checkpoints = new ArrayList<>();

	Timeline(ShutdownClock clock) {
		this.clock = clock;
	}

	synchronized Entry begin(ShutdownPhase phase) {
		Entry entry = new Entry(phase, this.clock.now(), this.clock.nanoTime());
		this.entries.add(entry);
		return entry;
	}

	synchronized void registry(ShutdownReport.Registry registry) {
		this.registries.removeIf((candidate) -> candidate.name().equals(registry.name()));
		this.registries.add(registry);
	}

	synchronized void cut(ActiveWork work) {
		this.cut.add(work);
	}

	synchronized void checkpoint(ShutdownReport.Checkpoint checkpoint) {
		this.checkpoints.removeIf((candidate) -> candidate.name().equals(checkpoint.name()));
		this.checkpoints.add(checkpoint);
	}

	synchronized boolean hasCheckpointOf(ShutdownPhase phase) {
		return this.checkpoints.stream().anyMatch((checkpoint) -> checkpoint.phase() == phase);
	}

	/**
	 * Say a sentence in the last phase, unless it was said before.
	 */
	synchronized void detailOnce(String detail) {
		if (!this.entries.isEmpty() && this.entries.stream().noneMatch((entry) -> entry.details.contains(detail))) {
			this.entries.get(this.entries.size() - 1).detail(detail);
		}
	}

	synchronized List<ShutdownReport.Phase> phases() {
		return this.entries.stream().map(Entry::snapshot).toList();
	}

	synchronized List<ShutdownReport.Registry> registries() {
		return List.copyOf(this.registries);
	}

	synchronized List<ActiveWork> cut() {
		return List.copyOf(this.cut);
	}

	synchronized List<ShutdownReport.Checkpoint> checkpoints() {
		return List.copyOf(this.checkpoints);
	}

	/**
	 * Told of each phase when it begins and when it has ended, one after the other, on a
	 * thread that it shares with the other listeners unless one of them takes longer. A
	 * listener is a rendering: the shutdown waits 250 ms for it and then goes on; what it
	 * throws is recorded in the phase.
	 */
	@FunctionalInterface
	public interface Listener {

		/**
		 * A phase has begun. Nobody waits for the listener. One that is undone does not
		 * begin again.
		 * @param phase the phase
		 */
		default void phaseStarted(ShutdownPhase phase) {
		}

		/**
		 * A phase has ended.
		 * @param phase the phase
		 * @param report the report as it stands now
		 */
		void phaseEnded(ShutdownReport.Phase phase, ShutdownReport report);

	}

	/**
	 * One phase while it is running.
	 */
	final class Entry {

		private final ShutdownPhase phase;

		private final Instant startedAt;

		private final long startedNanos;

		private final List<String> details = new ArrayList<>();

		private ShutdownReport.Outcome outcome = ShutdownReport.Outcome.RUNNING;

		private @Nullable Duration duration;

		private Entry(ShutdownPhase phase, Instant startedAt, long startedNanos) {
			this.phase = phase;
			this.startedAt = startedAt;
			this.startedNanos = startedNanos;
		}

		ShutdownPhase phase() {
			return this.phase;
		}

		void detail(String detail) {
			synchronized (Timeline.this) {
				this.details.add(detail);
			}
		}

		void end(ShutdownReport.Outcome outcome) {
			synchronized (Timeline.this) {
				if (this.duration == null) {
					this.duration = elapsed();
				}
				this.outcome = outcome;
			}
		}

		ShutdownReport.Phase snapshot() {
			synchronized (Timeline.this) {
				return new ShutdownReport.Phase(this.phase, this.outcome, this.startedAt,
						(this.duration != null) ? this.duration : elapsed(), List.copyOf(this.details));
			}
		}

		private Duration elapsed() {
			return Duration.ofNanos(Timeline.this.clock.nanoTime() - this.startedNanos);
		}

	}

}
