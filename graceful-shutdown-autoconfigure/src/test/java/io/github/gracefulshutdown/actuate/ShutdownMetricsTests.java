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

package io.github.gracefulshutdown.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.FakeGracefulShutdown;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ManualShutdownClock;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ShutdownMetrics}.
 */
class ShutdownMetricsTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final ManualShutdownClock clock = new ManualShutdownClock();

	private final AtomicReference<List<ActiveWork>> work = new AtomicReference<>(List.of());

	private final AtomicInteger asked = new AtomicInteger();

	private final GracefulShutdown shutdown = shutdown();

	private volatile Runnable draining = () -> {
	};

	@Test
	void whenServingThenStateIsUpAndNothingElseIsThere() {
		assertThat(this.registry.get("graceful.shutdown.state").gauge().value()).isZero();
		assertThat(this.registry.get("graceful.shutdown.active").gauge().value()).isZero();
		assertThat(this.registry.getMeters()).hasSize(2);
	}

	@Test
	void whenLeftThenStateSaysSoAndIsZeroAgainWhenTakenBack() {
		this.shutdown.leave("test").join();
		assertThat(this.registry.get("graceful.shutdown.state").gauge().value()).isEqualTo(2);
		this.shutdown.rejoin();
		assertThat(this.registry.get("graceful.shutdown.state").gauge().value()).isZero();
	}

	@Test
	void whenPhasesEndThenTheirTimesAreThoseOfTheReport() {
		this.shutdown.drain("test");
		assertThat(
				this.registry.get("graceful.shutdown.phase").tag("phase", "DRAIN").timer().totalTime(TimeUnit.SECONDS))
			.isEqualTo(3);
		assertThat(this.registry.get("graceful.shutdown.phase").timers()).hasSize(6)
			.allMatch((timer) -> timer.count() == 1);
		assertThat(this.registry.get("graceful.shutdown.state").gauge().value()).isEqualTo(4);
	}

	@Test
	void whenTakenBackThenNoPhaseAndNoEvictionIsCountedTwice() {
		this.shutdown.leave("test").join();
		this.shutdown.rejoin();
		assertThat(this.registry.get("graceful.shutdown.phase").timers()).hasSize(3)
			.allMatch((timer) -> timer.count() == 1);
		assertThat(this.registry.get("graceful.shutdown.evictions").tag("registry", "consul").counter().count())
			.isOne();
		assertThat(this.registry.get("graceful.shutdown.evictions").counters()).hasSize(1);
	}

	@Test
	void whenWorkIsCutThenItIsCountedByKind() {
		this.work.set(List.of(work("http"), work("http"), work("batch")));
		this.shutdown.drain("test");
		assertThat(this.registry.get("graceful.shutdown.cut").tag("kind", "http").counter().count()).isEqualTo(2);
		assertThat(this.registry.get("graceful.shutdown.cut").tag("kind", "batch").counter().count()).isOne();
	}

	@Test
	void whenRequestsAreInFlightThenTheyAreShown() {
		SimpleMeterRegistry other = new SimpleMeterRegistry();
		new ShutdownMetrics(FakeGracefulShutdown::left, Map::of).bindTo(other);
		assertThat(other.get("graceful.shutdown.active").tag("kind", "http").gauge().value()).isEqualTo(2);
	}

	@Test
	void whenDrainingThenWorkInFlightIsShownByKindUntilThereIsNone() {
		this.work.set(List.of(work("executor"), work("http"), work("batch"), work("executor")));
		List<String> draining = new ArrayList<>();
		this.draining = () -> {
			Awaitility.await().until(() -> active().size() == 3);
			draining.addAll(active());
			this.work.set(List.of());
		};
		this.shutdown.drain("test");
		// there is no server here that counts requests
		assertThat(draining).containsExactlyInAnyOrder("http 0", "executor 2", "batch 1");
		assertThat(active()).containsExactlyInAnyOrder("http 0", "executor 0", "batch 0");
	}

	@Test
	void whenWorkBeginsWhileDrainingAndDoesNotEndThenItIsShownWhenItIsCut() {
		this.draining = () -> {
			Awaitility.await().until(() -> this.asked.get() > 0);
			this.work.set(List.of(work("job")));
		};
		this.shutdown.drain("test");
		assertThat(active()).containsExactlyInAnyOrder("http 0", "job 1");
	}

	@Test
	void whenNothingIsInFlightThenOnlyRequestsAreShown() {
		this.shutdown.drain("test");
		assertThat(active()).containsExactly("http 0");
	}

	private List<String> active() {
		return this.registry.find("graceful.shutdown.active")
			.gauges()
			.stream()
			.map((gauge) -> gauge.getId().getTag("kind") + " " + (int) gauge.value())
			.toList();
	}

	private GracefulShutdown shutdown() {
		AtomicReference<GracefulShutdown> made = new AtomicReference<>();
		ShutdownMetrics metrics = new ShutdownMetrics(() -> made.get().report(), () -> {
			Map<String, Integer> active = made.get().activeWork();
			this.asked.incrementAndGet();
			return active;
		});
		metrics.bindTo(this.registry);
		made.set(GracefulShutdown.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)),
				List.of(new Participant()), List.of(), List.of(metrics), this.clock));
		return made.get();
	}

	private static ActiveWork work(String kind) {
		return new ActiveWork(kind, "name", Duration.ofSeconds(1), null, null, null);
	}

	/**
	 * Takes three seconds to drain, and leaves two registries.
	 */
	private final class Participant implements ShutdownParticipant {

		@Override
		public void onPhase(PhaseContext context) throws InterruptedException {
			if (context.phase() == ShutdownPhase.DEREGISTER) {
				context.registry(new ShutdownReport.Registry("eureka", "absent", 1, false, null));
				context.registry(new ShutdownReport.Registry("consul", "absent", 3, true, null));
			}
			if (context.phase() == ShutdownPhase.DRAIN) {
				ShutdownMetricsTests.this.draining.run();
				ShutdownMetricsTests.this.clock.sleep(Duration.ofSeconds(3));
			}
		}

		@Override
		public Collection<ActiveWork> activeWork() {
			return ShutdownMetricsTests.this.work.get();
		}

	}

}
