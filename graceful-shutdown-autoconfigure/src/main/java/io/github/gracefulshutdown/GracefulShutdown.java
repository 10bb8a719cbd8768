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

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Takes this instance out of service and down, once, whoever asks and however often.
 * Callers that ask again join the run under way. Thread-safe.
 *
 * @since 0.1.0
 */
public interface GracefulShutdown {

	/**
	 * Run the first act, or join the one under way. The first call starts the clock.
	 * @param trigger what asks for it, for the report
	 * @return completes with the report when the first act is over or its share of the
	 * budget is spent; never exceptionally
	 */
	CompletableFuture<ShutdownReport> leave(String trigger);

	/**
	 * Take the instance back into service.
	 * @return the report once that is done
	 * @throws IllegalStateException if the second act has begun
	 */
	ShutdownReport rejoin();

	/**
	 * Run the second act, after the first one if that did not run before, and wait until
	 * it is over. Never takes longer than the grace period, or a moment where nothing is
	 * left of that.
	 * @param trigger what asks for it, for the report
	 * @return the report
	 */
	ShutdownReport drain(String trigger);

	/**
	 * Return where the instance stands.
	 * @return the report as of now
	 */
	ShutdownReport report();

	/**
	 * Return how much is in flight, as those who take part say. Asks all of them, one
	 * after the other and for a quarter of a second at most; what those have who do not
	 * answer in that time is missing.
	 * @return how many pieces of work there are of each kind, which is that of
	 * {@link ActiveWork}
	 */
	Map<String, Integer> activeWork();

	/**
	 * Return when the process has to be gone.
	 * @return the end of the grace period that began with the first trigger; of one that
	 * begins now, if there was none
	 */
	Deadline gracePeriodEnd();

	/**
	 * Make a coordinator that tells all participants at once.
	 * @param budget the time there is
	 * @param participants those who take part
	 * @param statistics what the servers count
	 * @param listeners told of each phase that has ended
	 * @param clock the clock to measure with
	 * @return the coordinator
	 */
	static GracefulShutdown create(ShutdownBudget budget, Collection<ShutdownParticipant> participants,
			Collection<RequestStatistics> statistics, Collection<Timeline.Listener> listeners, ShutdownClock clock) {
		return create(budget, new TreeMap<>(Map.of(0, participants)), statistics, listeners, clock, null);
	}

	/**
	 * Make a coordinator that tells participants in an order. Those with the same number
	 * are told at once. Those with a higher number are told when all others are done and
	 * in DRAIN have nothing active, or when a tenth of the phase is left, so that nobody
	 * costs them their turn.
	 * @param budget the time there is
	 * @param participants those who take part, by order
	 * @param statistics what the servers count
	 * @param listeners told of each phase that has ended
	 * @param clock the clock to measure with
	 * @param checkpoints where participants record their position, or {@code null} if
	 * there is nowhere
	 * @return the coordinator
	 */
	static GracefulShutdown create(ShutdownBudget budget,
			SortedMap<Integer, ? extends Collection<ShutdownParticipant>> participants,
			Collection<RequestStatistics> statistics, Collection<Timeline.Listener> listeners, ShutdownClock clock,
			@Nullable CheckpointStore checkpoints) {
		return new ShutdownCoordinator(budget, participants.values().stream().map(List::copyOf).toList(),
				List.copyOf(statistics), List.copyOf(listeners), clock, checkpoints, Thread::new);
	}

}
