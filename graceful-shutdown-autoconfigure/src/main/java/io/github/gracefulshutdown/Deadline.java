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
import java.util.function.BooleanSupplier;

/**
 * A point in time after which nobody waits any more. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class Deadline {

	private static final Duration POLL_INTERVAL = Duration.ofMillis(5);

	private final ShutdownClock clock;

	private final long nanos;

	private Deadline(ShutdownClock clock, long nanos) {
		this.clock = clock;
		this.nanos = nanos;
	}

	/**
	 * Return the deadline that passes after the given time.
	 * @param timeout the time from now
	 * @param clock the clock to measure with
	 * @return the deadline
	 */
	public static Deadline after(Duration timeout, ShutdownClock clock) {
		return new Deadline(clock, clock.nanoTime() + timeout.toNanos());
	}

	/**
	 * Return the earlier of this deadline and the one that passes after the given time.
	 * @param timeout the time from now
	 * @return a deadline that is never later than this one
	 */
	public Deadline within(Duration timeout) {
		return (timeout.compareTo(remaining()) < 0) ? after(timeout, this.clock) : this;
	}

	/**
	 * Return the deadline that passes some time before this one.
	 * @param time how long before
	 * @return an earlier deadline, which may have passed
	 */
	public Deadline before(Duration time) {
		return new Deadline(this.clock, this.nanos - time.toNanos());
	}

	/**
	 * Return the time that is left.
	 * @return the time that is left, {@link Duration#ZERO} when the deadline has passed
	 */
	public Duration remaining() {
		return Duration.ofNanos(Math.max(0, this.nanos - this.clock.nanoTime()));
	}

	/**
	 * Return whether no time is left.
	 * @return whether the deadline has passed
	 */
	public boolean hasPassed() {
		return this.nanos - this.clock.nanoTime() <= 0;
	}

	/**
	 * Wait until a condition holds or this deadline has passed. The condition is looked
	 * at every 5 ms.
	 * @param condition the condition, cheap to evaluate
	 * @return whether the condition held in time
	 * @throws InterruptedException if the calling thread is interrupted
	 */
	public boolean await(BooleanSupplier condition) throws InterruptedException {
		while (!condition.getAsBoolean()) {
			Duration remaining = remaining();
			if (remaining.isZero()) {
				return false;
			}
			this.clock.sleep((remaining.compareTo(POLL_INTERVAL) < 0) ? remaining : POLL_INTERVAL);
		}
		return true;
	}

	/**
	 * Wait until this deadline has passed.
	 * @throws InterruptedException if the calling thread is interrupted
	 */
	public void await() throws InterruptedException {
		for (Duration remaining = remaining(); !remaining.isZero(); remaining = remaining()) {
			this.clock.sleep(remaining);
		}
	}

	@Override
	public String toString() {
		return "in " + remaining().toMillis() + " ms";
	}

}
