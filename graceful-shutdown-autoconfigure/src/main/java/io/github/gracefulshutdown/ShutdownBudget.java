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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The one number, and what each phase may take of it. The first five phases share one
 * deadline, which is the grace period minus the reserve, from the first trigger; a phase
 * may be capped to leave time for the next. {@link ShutdownPhase#CUT} and the rest of the
 * close live in the reserve. All deadlines, and the {@link ShutdownPlan}, come from here.
 *
 * @since 0.1.0
 */
public final class ShutdownBudget {

	/**
	 * Time for those who watch the deadline of a phase to end by themselves, and for
	 * those who react to an interrupt.
	 */
	private static final Duration LONGEST_REACTION = Duration.ofMillis(100);

	/**
	 * Time for those who write down what happened in a phase.
	 */
	static final Duration LONGEST_RENDERING = Duration.ofMillis(250);

	private static final Duration LONGEST_WATCHDOG = Duration.ofSeconds(1);

	/**
	 * What the budget has to be of the time that {@link ShutdownPhase#SETTLE} may take.
	 */
	private static final int SETTLE_SHARES = 2;

	private static final Duration LIFECYCLE_TIMEOUT = Duration.ofSeconds(30);

	private final Duration total;

	private final Duration reserve;

	private final Map<ShutdownPhase, Duration> caps = new EnumMap<>(ShutdownPhase.class);

	private Duration lifecycleTimeout = LIFECYCLE_TIMEOUT;

	private Duration server = Duration.ZERO;

	/**
	 * Make a budget.
	 * @param gracePeriod the time from the first trigger to the end of the process
	 * @param reserve what is kept of it for closing the rest of the application
	 * @throws IllegalArgumentException if nothing would be left
	 */
	public ShutdownBudget(Duration gracePeriod, Duration reserve) {
		this.total = gracePeriod.minus(reserve);
		this.reserve = reserve;
		if (reserve.isNegative() || this.total.isNegative() || this.total.isZero()) {
			throw new IllegalArgumentException("A reserve of " + reserve + " leaves nothing of a grace period of "
					+ gracePeriod + " to shut down in");
		}
		this.caps.put(ShutdownPhase.ANNOUNCE, min(Duration.ofSeconds(1), this.total.dividedBy(20)));
		this.caps.put(ShutdownPhase.DEREGISTER, this.total.dividedBy(4));
		this.caps.put(ShutdownPhase.SETTLE, this.total.dividedBy(SETTLE_SHARES));
		this.caps.put(ShutdownPhase.CLOSE, min(Duration.ofSeconds(2), this.total.dividedBy(10)));
	}

	/**
	 * Return what the phases before {@link ShutdownPhase#CUT} have together.
	 * @return the grace period minus the reserve
	 */
	public Duration total() {
		return this.total;
	}

	/**
	 * Return the one number.
	 * @return the time from the first trigger to the end of the process
	 */
	public Duration gracePeriod() {
		return this.total.plus(this.reserve);
	}

	/**
	 * Lower what a phase may take. A cap is never raised.
	 * @param phase the phase
	 * @param cap the most it may take
	 * @return this budget
	 */
	public ShutdownBudget cap(ShutdownPhase phase, Duration cap) {
		this.caps.merge(phase, cap, ShutdownBudget::min);
		return this;
	}

	/**
	 * Set how long Spring waits for a lifecycle phase where time is not short.
	 * @param timeout {@code spring.lifecycle.timeout-per-shutdown-phase}, 30 seconds by
	 * default
	 * @return this budget
	 */
	public ShutdownBudget lifecycleTimeout(Duration timeout) {
		this.lifecycleTimeout = timeout;
		return this;
	}

	/**
	 * Set how long the web server takes to end when all is done that could be waited for.
	 * @param time the time, none by default
	 * @return this budget
	 */
	public ShutdownBudget server(Duration time) {
		this.server = time;
		return this;
	}

	/**
	 * Return the most that a phase may take if all before it took nothing.
	 * @param phase the phase
	 * @return its share
	 */
	public Duration share(ShutdownPhase phase) {
		return (phase != ShutdownPhase.CUT) ? this.caps.getOrDefault(phase, this.total)
				: this.reserve.multipliedBy(3).dividedBy(10);
	}

	/**
	 * Return the grace period that {@link ShutdownPhase#SETTLE} needs, with the same
	 * reserve, to take as long as that where nothing else caps it.
	 * @param time the time it is to take
	 * @return the grace period
	 */
	public Duration gracePeriodToSettle(Duration time) {
		return time.multipliedBy(SETTLE_SHARES).plus(this.reserve);
	}

	/**
	 * Return what is kept at the end of the grace period for those who hang in closing
	 * the application: to name, to interrupt and, if asked for, to halt them.
	 * @return a fifth of the reserve, a second at most
	 */
	public Duration watchdog() {
		return min(this.reserve.dividedBy(5), LONGEST_WATCHDOG);
	}

	/**
	 * Return how long Spring may wait for lifecycle phases.
	 * @param left what is left of the grace period
	 * @return the time for all of them together, not negative
	 */
	public Duration lifecycle(Duration left) {
		return notNegative(left.minus(watchdog()).minus(this.server));
	}

	/**
	 * Return how long Spring waits for a lifecycle phase where time is not short.
	 * @return the time without this library
	 */
	public Duration lifecycleTimeout() {
		return this.lifecycleTimeout;
	}

	/**
	 * Return the plan of a shutdown that begins now.
	 * @return the plan
	 */
	public ShutdownPlan plan() {
		return plan(ShutdownPhase.ANNOUNCE, this.total, gracePeriod());
	}

	/**
	 * Return the plan of what is left of a shutdown.
	 * @param from the next phase
	 * @param left the time until the deadline
	 * @param gracePeriodLeft the time until the end of the process
	 */
	ShutdownPlan plan(ShutdownPhase from, Duration left, Duration gracePeriodLeft) {
		Steps steps = new Steps();
		for (ShutdownPhase phase : ShutdownPhase.values()) {
			if (phase.compareTo(from) >= 0) {
				steps.add(phase.name(), (phase == ShutdownPhase.CUT) ? share(phase)
						: min(share(phase), notNegative(left.minus(steps.end))));
			}
		}
		Duration rest = notNegative(gracePeriodLeft.minus(steps.end));
		Duration lifecycle = lifecycle(rest);
		Duration watchdog = min(watchdog(), rest);
		steps.add(ShutdownPlan.LIFECYCLE, lifecycle);
		steps.add(ShutdownPlan.SERVER, rest.minus(lifecycle).minus(watchdog));
		steps.add(ShutdownPlan.WATCHDOG, watchdog);
		return new ShutdownPlan(gracePeriod(), gracePeriodLeft, min(this.lifecycleTimeout, lifecycle), steps.all);
	}

	/**
	 * Return how long a phase before {@link ShutdownPhase#CUT} takes at most, in which
	 * its participants have all but the last {@link #reaction()} of it: never less than
	 * that, so that everybody has a turn.
	 * @param left the time until the deadline
	 */
	Duration time(ShutdownPhase phase, Duration left) {
		return max(min(share(phase).plus(reaction()), left), reaction());
	}

	/**
	 * Return what is kept at the end of a phase for those who do not end by themselves.
	 */
	Duration reaction() {
		return reaction(this.total.dividedBy(5));
	}

	/**
	 * Return what is kept at the end of some time for those who do not end by themselves.
	 */
	static Duration reaction(Duration time) {
		return min(LONGEST_REACTION, time.dividedBy(10));
	}

	/**
	 * Return how long to wait for those who write down what happened in a phase.
	 * @param left what is left of the grace period
	 */
	static Duration rendering(Duration left) {
		return min(LONGEST_RENDERING, left.dividedBy(20));
	}

	/**
	 * Return what {@link ShutdownPhase#CUT} has for naming and interrupting: its share
	 * without the time in which that and the phase before are written down.
	 */
	Duration cutting() {
		return share(ShutdownPhase.CUT).minus(rendering(this.reserve).multipliedBy(2));
	}

	/**
	 * Return how long to wait for what is left of both acts, whatever happens to them.
	 * @param left what is left of the grace period
	 * @return the time until the watchdog has its turn, and where that is over what both
	 * acts take that have no time
	 */
	Duration patience(Duration left) {
		return max(left.minus(watchdog()),
				share(ShutdownPhase.CUT).plus(reaction().multipliedBy(ShutdownPhase.values().length)));
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private static Duration max(Duration one, Duration other) {
		return (one.compareTo(other) > 0) ? one : other;
	}

	private static Duration notNegative(Duration duration) {
		return max(duration, Duration.ZERO);
	}

	/**
	 * Steps, one after the other.
	 */
	private static final class Steps {

		private final List<ShutdownPlan.Step> all = new ArrayList<>();

		private Duration end = Duration.ZERO;

		private void add(String name, Duration time) {
			this.all.add(new ShutdownPlan.Step(name, this.end, time));
			this.end = this.end.plus(time);
		}

	}

}
