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

package io.github.gracefulshutdown.web;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ManualShutdownClock;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SettleParticipant}, in no time.
 */
class SettleParticipantTests {

	private static final Duration QUIET = Duration.ofSeconds(2);

	private static final Duration TOLERANCE = Duration.ofMillis(5);

	private final ManualShutdownClock clock = new ManualShutdownClock();

	private LongSupplier lastArrival = () -> 0;

	@Test
	void whenNothingRoutesHereThenThereIsNoWait() {
		assertThat(settle(false, Duration.ofSeconds(5), null)).isZero();
	}

	@Test
	void whenNobodyCallsThenWaitIsTheQuietPeriod() {
		assertThat(settle(true, Duration.ZERO, null)).isEqualTo(QUIET);
	}

	@Test
	void whenCallersMayHoldAStaleAddressThenWaitIsAtLeastThatLong() {
		assertThat(settle(true, Duration.ofSeconds(7), null)).isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	void whenCallersGoOnForAWhileThenWaitEndsTheQuietPeriodAfterTheLastOfThem() {
		Duration last = Duration.ofSeconds(4);
		this.lastArrival = () -> Math.min(this.clock.nanoTime(), last.toNanos());
		assertThat(settle(true, Duration.ZERO, null)).isBetween(last.plus(QUIET), last.plus(QUIET).plus(TOLERANCE));
	}

	@Test
	void whenCallersDoNotStopThenWaitEndsAtTenSeconds() {
		this.lastArrival = this.clock::nanoTime;
		assertThat(settle(true, Duration.ZERO, null)).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void whenCallersDoNotStopThenWaitEndsAtTheConfiguredMaximum() {
		this.lastArrival = this.clock::nanoTime;
		assertThat(settle(true, Duration.ZERO, Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void whenCallersMayHoldAStaleAddressForLongerThanTheBudgetThenHalfOfItIsWaitedAndTheReportSaysSo() {
		ShutdownReport report = leave(true, Duration.ofSeconds(95), null);
		assertThat(this.clock.elapsed()).isEqualTo(Duration.ofMillis(12_500));
		assertThat(detail(report)).contains("callers may hold this address for 95.0 s").doesNotContain("still calling");
	}

	@Test
	void whenMaximumIsBelowTheTimeCallersMayHoldAStaleAddressThenMaximumIsWaited() {
		ShutdownReport report = leave(true, Duration.ofSeconds(95), Duration.ofSeconds(3));
		assertThat(this.clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
		assertThat(detail(report)).contains("95.0 s").doesNotContain("still calling");
	}

	@Test
	void whenLastCallerCameBeforeSettlingThenItDoesNotShortenTheQuietPeriod() throws Exception {
		this.clock.sleep(Duration.ofSeconds(10));
		this.lastArrival = () -> Duration.ofSeconds(9).toNanos();
		settle(true, Duration.ZERO, null);
		assertThat(this.clock.elapsed()).isEqualTo(Duration.ofSeconds(10).plus(QUIET));
	}

	private Duration settle(boolean routed, Duration min, @Nullable Duration max) {
		leave(routed, min, max);
		return this.clock.elapsed();
	}

	private ShutdownReport leave(boolean routed, Duration min, @Nullable Duration max) {
		SettleParticipant participant = new SettleParticipant(() -> routed, () -> min, QUIET, max, new Requests());
		ShutdownBudget budget = new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5));
		return GracefulShutdown.create(budget, List.of(participant), List.of(), List.of(), this.clock)
			.leave("test")
			.join();
	}

	private static String detail(ShutdownReport report) {
		return report.phases()
			.stream()
			.filter((phase) -> phase.phase() == ShutdownPhase.SETTLE)
			.findFirst()
			.orElseThrow()
			.detail()
			.toString();
	}

	private final class Requests implements ActiveRequests {

		@Override
		public int active() {
			return 0;
		}

		@Override
		public long served() {
			return 0;
		}

		@Override
		public long handedOver() {
			return 0;
		}

		@Override
		public long lastBusinessArrival() {
			return SettleParticipantTests.this.lastArrival.getAsLong();
		}

	}

}
