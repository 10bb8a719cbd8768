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
import java.util.concurrent.CompletableFuture;

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
	 * it is over. Never takes longer than the budget.
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
	 * Make a coordinator.
	 * @param budget the time there is
	 * @param participants those who take part
	 * @param statistics what the servers count
	 * @param listeners told of each phase that has ended
	 * @param clock the clock to measure with
	 * @return the coordinator
	 */
	static GracefulShutdown create(ShutdownBudget budget, Collection<ShutdownParticipant> participants,
			Collection<RequestStatistics> statistics, Collection<Timeline.Listener> listeners, ShutdownClock clock) {
		return new ShutdownCoordinator(budget, List.copyOf(participants), List.copyOf(statistics),
				List.copyOf(listeners), clock);
	}

}
