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

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownState;
import io.github.gracefulshutdown.Timeline;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the timeline. They are updated as each phase ends, which is before Spring
 * Boot closes the registries, so that a registry that pushes takes them along with its
 * last publication.
 *
 * @since 0.1.0
 */
public final class ShutdownMetrics implements MeterBinder, Timeline.Listener {

	private static final String REQUESTS = "http";

	private final Supplier<ShutdownReport> report;

	private final Supplier<Map<String, Integer>> activeWork;

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final Set<ShutdownPhase> running = EnumSet.noneOf(ShutdownPhase.class);

	/**
	 * Make the meters.
	 * @param report gives the report as of now
	 * @param activeWork gives how much is in flight, by kind; not asked before the
	 * application drains
	 */
	public ShutdownMetrics(Supplier<ShutdownReport> report, Supplier<Map<String, Integer>> activeWork) {
		this.report = report;
		this.activeWork = activeWork;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		Gauge.builder("graceful.shutdown.state", this.report, (report) -> number(report.get().state()))
			.description("0 up, 1 leaving, 2 out of service, 3 draining, 4 stopped")
			.strongReference(true)
			.register(registry);
		showActive(REQUESTS, () -> this.report.get().requests().active(), registry);
	}

	private static void showActive(String kind, Supplier<Number> active, MeterRegistry registry) {
		Gauge.builder("graceful.shutdown.active", active)
			.description("Requests and other work in flight")
			.tag("kind", kind)
			.strongReference(true)
			.register(registry);
	}

	/**
	 * Show all there is besides requests, which servers have counted all along. What has
	 * nothing in flight is not shown.
	 */
	private void showActiveWork() {
		for (String kind : this.activeWork.get().keySet()) {
			if (!kind.equals(REQUESTS)) {
				this.registries.forEach(
						(registry) -> showActive(kind, () -> this.activeWork.get().getOrDefault(kind, 0), registry));
			}
		}
	}

	private static int number(ShutdownState state) {
		return switch (state) {
			case UP -> 0;
			case LEAVING -> 1;
			case OUT_OF_SERVICE -> 2;
			case DRAINING -> 3;
			case STOPPED -> 4;
		};
	}

	@Override
	public void phaseStarted(ShutdownPhase phase) {
		this.running.add(phase);
		if (phase == ShutdownPhase.DRAIN) {
			showActiveWork();
		}
	}

	@Override
	public void phaseEnded(ShutdownReport.Phase phase, ShutdownReport report) {
		// one that is undone has been counted
		if (this.running.remove(phase.phase())) {
			this.registries.forEach((registry) -> record(phase, report, registry));
			if (phase.phase() == ShutdownPhase.DRAIN && phase.outcome() == ShutdownReport.Outcome.TIMED_OUT) {
				// what was begun in the meantime is about to be cut
				showActiveWork();
			}
		}
	}

	private static void record(ShutdownReport.Phase phase, ShutdownReport report, MeterRegistry registry) {
		registry.timer("graceful.shutdown.phase", "phase", phase.phase().name(), "outcome", phase.outcome().name())
			.record(phase.duration());
		if (phase.phase() == ShutdownPhase.DEREGISTER) {
			report.registries()
				.stream()
				.filter(ShutdownReport.Registry::evicted)
				.forEach((evicted) -> registry.counter("graceful.shutdown.evictions", "registry", evicted.name())
					.increment());
		}
		if (phase.phase() == ShutdownPhase.CUT) {
			report.requests()
				.cut()
				.forEach((work) -> registry.counter("graceful.shutdown.cut", "kind", work.kind()).increment());
		}
	}

}
