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

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ShutdownPlan} and the {@link ShutdownBudget} it is made from.
 */
class ShutdownPlanTests {

	private static final Duration GRACE_PERIOD = Duration.ofSeconds(30);

	private static final Duration RESERVE = Duration.ofSeconds(5);

	private final ShutdownBudget budget = new ShutdownBudget(GRACE_PERIOD, RESERVE);

	@Test
	void whenNothingIsSetThenEachStepHasItsShareOfTheGracePeriod() {
		assertThat(this.budget.plan())
			.hasToString("Shutdown plan for 30s: ANNOUNCE 1s, DEREGISTER 6.25s, SETTLE 12.5s, CLOSE 2s, DRAIN 3.25s,"
					+ " CUT 1.5s, lifecycle 2.5s, server 0s, watchdog 1s (2.5s a lifecycle phase)");
	}

	@Test
	void whenPhasesAreCappedThenThatIsLeftForTheDrainAndTheSumIsTheSame() {
		this.budget.cap(ShutdownPhase.DEREGISTER, Duration.ofSeconds(5))
			.cap(ShutdownPhase.SETTLE, Duration.ofSeconds(10))
			.server(Duration.ofMillis(100));
		assertThat(this.budget.plan())
			.hasToString("Shutdown plan for 30s: ANNOUNCE 1s, DEREGISTER 5s, SETTLE 10s, CLOSE 2s, DRAIN 7s, CUT 1.5s,"
					+ " lifecycle 2.4s, server 100ms, watchdog 1s (2.4s a lifecycle phase)");
	}

	@Test
	void whenCapIsMoreThanTheShareThenItRaisesNothing() {
		this.budget.cap(ShutdownPhase.SETTLE, Duration.ofSeconds(20)).cap(ShutdownPhase.DRAIN, Duration.ofSeconds(2));
		assertThat(this.budget.plan().share(ShutdownPhase.SETTLE)).isEqualTo(Duration.ofMillis(12_500));
		assertThat(this.budget.plan().share(ShutdownPhase.DRAIN)).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void whenLifecycleTimeoutIsLessThanWhatIsLeftThenItIsNotLengthened() {
		assertThat(this.budget.lifecycleTimeout(Duration.ofSeconds(1)).plan().lifecycleTimeout())
			.isEqualTo(Duration.ofSeconds(1));
		assertThat(this.budget.lifecycleTimeout(Duration.ofSeconds(20)).plan().lifecycleTimeout())
			.isEqualTo(Duration.ofMillis(2500));
	}

	@Test
	void whenTheHookHasSpentTimeThenThatIsNotPlannedAgain() {
		ShutdownPlan plan = this.budget.plan(ShutdownPhase.CLOSE, Duration.ofSeconds(9), Duration.ofSeconds(14));
		assertThat(plan).hasToString("Shutdown plan for 14s: CLOSE 2s, DRAIN 7s, CUT 1.5s, lifecycle 2.5s, server 0s,"
				+ " watchdog 1s (2.5s a lifecycle phase)");
		assertThat(plan.gracePeriod()).isEqualTo(GRACE_PERIOD);
		assertThat(plan.share(ShutdownPhase.SETTLE)).isZero();
	}

	@Test
	void whenTheHookHasSpentAllTheTimeThenThereIsNoneToPlanBeforeTheCut() {
		assertThat(this.budget.plan(ShutdownPhase.CLOSE, Duration.ZERO, Duration.ZERO))
			.hasToString("Shutdown plan for 0s: CLOSE 0s, DRAIN 0s, CUT 1.5s, lifecycle 0s, server 0s,"
					+ " watchdog 0s (0s a lifecycle phase)");
	}

	@Test
	void whenShownAsATableThenEachStepHasARow() {
		assertThat(this.budget.server(Duration.ofMillis(100)).plan().table()).isEqualToNormalizingNewlines("""
				Shutdown plan
				    begins       share  step
				        0s          1s  ANNOUNCE
				        1s       6.25s  DEREGISTER
				     7.25s       12.5s  SETTLE
				    19.75s          2s  CLOSE
				    21.75s       3.25s  DRAIN
				       25s        1.5s  CUT
				     26.5s        2.4s  lifecycle
				     28.9s       100ms  server
				       29s          1s  watchdog
				       30s              end of the grace period""");
	}

}
