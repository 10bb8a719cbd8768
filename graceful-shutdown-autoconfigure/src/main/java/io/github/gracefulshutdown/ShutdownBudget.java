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
import java.util.EnumMap;
import java.util.Map;

/**
 * The one number, and what each phase may take of it. The phases share one deadline,
 * which is the grace period minus the reserve, from the first trigger; a phase may be
 * capped to leave time for the next. {@link ShutdownPhase#CUT} begins when the deadline
 * has passed, and takes at most a quarter of the reserve.
 *
 * @since 0.1.0
 */
public final class ShutdownBudget {

	private final Duration total;

	private final Duration reserve;

	private final Map<ShutdownPhase, Duration> caps = new EnumMap<>(ShutdownPhase.class);

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
		this.caps.put(ShutdownPhase.SETTLE, this.total.dividedBy(2));
		this.caps.put(ShutdownPhase.CLOSE, min(Duration.ofSeconds(2), this.total.dividedBy(10)));
	}

	/**
	 * Return what the six phases have together.
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
	 * Return the most that a phase may take if all before it took nothing.
	 * @param phase the phase
	 * @return its share
	 */
	public Duration share(ShutdownPhase phase) {
		return (phase != ShutdownPhase.CUT) ? this.caps.getOrDefault(phase, this.total) : this.reserve.dividedBy(4);
	}

	Deadline deadline(ShutdownPhase phase, Deadline overall, ShutdownClock clock) {
		return (phase != ShutdownPhase.CUT) ? overall.within(share(phase)) : Deadline.after(share(phase), clock);
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

}
