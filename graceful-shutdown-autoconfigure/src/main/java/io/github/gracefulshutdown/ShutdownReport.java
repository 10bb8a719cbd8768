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
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What an instance did on its way out, and where it stands. Immutable; every output is a
 * rendering of it.
 *
 * @param state where the instance stands
 * @param trigger what began the shutdown, or {@code null} while there was none
 * @param startedAt when it began, or {@code null}
 * @param deadline when it has to be over, or {@code null}
 * @param remaining the time that is left until then, or {@code null}
 * @param plan what the steps have, as planned at the last trigger
 * @param phases what was done so far, in the order in which it began
 * @param registries how leaving each service registry has ended
 * @param requests what became of the requests
 * @param checkpoints how far work has come that did not end
 * @since 0.1.0
 */
public record ShutdownReport(ShutdownState state, @Nullable String trigger, @Nullable Instant startedAt,
		@Nullable Instant deadline, @Nullable Duration remaining, ShutdownPlan plan, List<Phase> phases,
		List<Registry> registries, Requests requests, List<Checkpoint> checkpoints) {

	/**
	 * Return how long it has taken, which includes the time between the acts.
	 * @return the time from the trigger to the end of the last phase so far
	 */
	public Duration duration() {
		if (this.startedAt == null || this.phases.isEmpty()) {
			return Duration.ZERO;
		}
		Phase last = this.phases.get(this.phases.size() - 1);
		return Duration.between(this.startedAt, last.startedAt().plus(last.duration()));
	}

	/**
	 * How a phase has ended.
	 */
	public enum Outcome {

		/**
		 * It has not ended yet.
		 */
		RUNNING,

		/**
		 * All was done.
		 */
		DONE,

		/**
		 * There was nothing to do.
		 */
		NOTHING_TO_DO,

		/**
		 * Its time was over before all was done.
		 */
		TIMED_OUT,

		/**
		 * Something went wrong.
		 */
		FAILED,

		/**
		 * The instance was taken back into service.
		 */
		UNDONE

	}

	/**
	 * One phase.
	 *
	 * @param phase the phase
	 * @param outcome how it has ended
	 * @param startedAt when it began
	 * @param duration how long it took, so far if it is running
	 * @param detail what was done, a sentence each
	 */
	public record Phase(ShutdownPhase phase, Outcome outcome, Instant startedAt, Duration duration,
			List<String> detail) {

	}

	/**
	 * One service registry.
	 *
	 * @param name the name of the registry
	 * @param presence whether it still lists the instance: {@code present},
	 * {@code absent} or {@code unknown}
	 * @param attempts how often the instance asked to leave
	 * @param evicted whether it had to be removed by force
	 * @param error what went wrong, or {@code null}
	 */
	public record Registry(String name, String presence, int attempts, boolean evicted, @Nullable String error) {

	}

	/**
	 * The requests.
	 *
	 * @param active requests in flight
	 * @param served business requests that came after the trigger
	 * @param handedOver keep-alive connections moved off
	 * @param cut requests and other work that was cut
	 */
	public record Requests(int active, long served, long handedOver, List<ActiveWork> cut) {

	}

	/**
	 * How far one piece of work has come that did not end.
	 *
	 * @param phase the phase in which it was recorded
	 * @param name the work
	 * @param position how far it has come
	 * @param error why the next start will not find it, or {@code null} if it was stored
	 */
	public record Checkpoint(ShutdownPhase phase, String name, String position, @Nullable String error) {

	}

}
