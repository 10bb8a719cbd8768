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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Remembers what it was asked to do, and does as it is told.
 */
public final class FakeGracefulShutdown implements GracefulShutdown {

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private static final ShutdownPlan PLAN = new ShutdownPlan(Duration.ofSeconds(30), Duration.ofSeconds(30),
			Duration.ofMillis(2500), List.of(new ShutdownPlan.Step("ANNOUNCE", Duration.ZERO, Duration.ofSeconds(1)),
					new ShutdownPlan.Step("DEREGISTER", Duration.ofSeconds(1), Duration.ofSeconds(5))));

	private final List<String> calls = new CopyOnWriteArrayList<>();

	private volatile CompletableFuture<ShutdownReport> leaving = new CompletableFuture<>();

	private volatile boolean ending;

	public FakeGracefulShutdown() {
		reset();
	}

	/**
	 * Forget all calls; leaving is done as soon as it begins.
	 */
	public void reset() {
		this.calls.clear();
		this.ending = false;
		this.leaving = CompletableFuture.completedFuture(left());
	}

	/**
	 * Let leaving take until {@link #finishLeaving()}.
	 */
	public void leaveLater() {
		this.leaving = new CompletableFuture<>();
	}

	/**
	 * Let leaving be over.
	 */
	public void finishLeaving() {
		this.leaving.complete(left());
	}

	/**
	 * Let the second act have begun.
	 */
	public void end() {
		this.ending = true;
	}

	public List<String> calls() {
		return this.calls;
	}

	@Override
	public Deadline gracePeriodEnd() {
		return Deadline.after(Duration.ofSeconds(30), ShutdownClock.system());
	}

	@Override
	public CompletableFuture<ShutdownReport> leave(String trigger) {
		this.calls.add("leave: " + trigger);
		return this.leaving;
	}

	@Override
	public ShutdownReport rejoin() {
		if (this.ending) {
			throw new IllegalStateException("too late");
		}
		this.calls.add("rejoin");
		return up();
	}

	@Override
	public ShutdownReport drain(String trigger) {
		this.calls.add("drain: " + trigger);
		return left();
	}

	@Override
	public Map<String, Integer> activeWork() {
		return Map.of("http", 2, "batch", 1);
	}

	@Override
	public ShutdownReport report() {
		return up();
	}

	private static ShutdownReport up() {
		return new ShutdownReport(ShutdownState.UP, null, null, null, null, PLAN, List.of(), List.of(),
				new ShutdownReport.Requests(0, 0, 0, List.of()), List.of());
	}

	/**
	 * A report in which every field has a value.
	 * @return the report
	 */
	public static ShutdownReport left() {
		return new ShutdownReport(ShutdownState.OUT_OF_SERVICE, "POST /actuator/deregister", START,
				START.plusSeconds(25), Duration.ofMillis(21_500), PLAN,
				List.of(new ShutdownReport.Phase(ShutdownPhase.ANNOUNCE, ShutdownReport.Outcome.DONE, START,
						Duration.ofMillis(3), List.of("Readiness is REFUSING_TRAFFIC"))),
				List.of(new ShutdownReport.Registry("eureka", "absent", 1, false, "none")),
				new ShutdownReport.Requests(2, 40, 3,
						List.of(new ActiveWork("http", "POST /orders/{id}", Duration.ofSeconds(9), "exec-1", "4bf92f35",
								"Orders.place(Orders.java:42)"))),
				List.of(new ShutdownReport.Checkpoint(ShutdownPhase.DRAIN, "settlement", "2026-01-01/4711",
						"disk full")));
	}

}
