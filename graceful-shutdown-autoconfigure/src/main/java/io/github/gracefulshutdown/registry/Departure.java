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

package io.github.gracefulshutdown.registry;

import java.time.Duration;

import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownReport;
import org.jspecify.annotations.Nullable;

/**
 * Leaves one registry, and does not believe it: reads back until the registry no longer
 * offers the instance and goes on not offering it, leaves again when something has put it
 * back, and removes it by force when that is of no use.
 */
final class Departure extends RegistryTask {

	/**
	 * Whatever puts the instance back so often does so again.
	 */
	private static final int ATTEMPTS_BEFORE_FORCE = 3;

	private static final Duration SHORTEST_PAUSE = Duration.ofMillis(25);

	private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

	private final ShutdownClock clock;

	private final Duration patience;

	private final Duration limit;

	private final Duration hold;

	private final boolean evict;

	private final Runnable onLeaving;

	private volatile boolean out;

	Departure(RegistryMembership membership, ShutdownClock clock, Duration patience, Duration limit, Duration hold,
			boolean evict, Runnable onLeaving) {
		super(membership);
		this.clock = clock;
		this.patience = patience;
		this.limit = limit;
		this.hold = hold;
		this.evict = evict;
		this.onLeaving = onLeaving;
	}

	@Override
	void doRun() throws InterruptedException {
		Deadline giveUp = Deadline.after(this.patience, this.clock);
		Deadline repeat = Deadline.after(this.patience.dividedBy(2), this.clock);
		Deadline end = Deadline.after(this.limit, this.clock);
		if (!isRegistered()) {
			this.out = true;
			return;
		}
		this.onLeaving.run();
		boolean asked = leave();
		if (!membership().isConfirmable()) {
			return;
		}
		boolean force = this.evict;
		boolean repeated = false;
		Deadline held = null;
		Duration pause = SHORTEST_PAUSE;
		while (true) {
			Presence presence = read();
			if (presence == Presence.ABSENT) {
				held = (held != null) ? held : Deadline.after(this.hold, this.clock);
				if (held.hasPassed()) {
					this.out = true;
					return;
				}
			}
			else if (presence == Presence.PRESENT && force
					&& (giveUp.hasPassed() || (held != null && attempts() >= ATTEMPTS_BEFORE_FORCE))) {
				force = false;
				held = null;
				pause = SHORTEST_PAUSE;
				evict();
			}
			else if (!asked || (presence == Presence.PRESENT && (held != null || (repeat.hasPassed() && !repeated)))) {
				// it may have been put back before it was seen to be absent
				repeated = repeat.hasPassed();
				pause = (held != null) ? SHORTEST_PAUSE : pause;
				held = null;
				asked = leave();
			}
			if (presence == Presence.UNKNOWN) {
				// what is not seen does not count as held
				held = null;
			}
			if (end.hasPassed()) {
				return;
			}
			this.clock.sleep(next(next(end.within(pause), giveUp), held).remaining());
			pause = (pause.compareTo(LONGEST_PAUSE) < 0) ? pause.multipliedBy(2) : pause;
		}
	}

	private static Deadline next(Deadline one, @Nullable Deadline other) {
		return (other != null && !other.hasPassed()) ? one.within(other.remaining()) : one;
	}

	/**
	 * Return whether the registry is known not to offer the instance.
	 * @return whether it was confirmed to be absent, or had never registered
	 */
	boolean isOut() {
		return this.out;
	}

	@Override
	boolean forgives(Presence presence) {
		// out is out, however it came about
		return presence == Presence.ABSENT;
	}

	@Override
	boolean hasFailed(ShutdownReport.Registry registry) {
		return membership().isConfirmable() ? !this.out : registry.error() != null;
	}

	@Override
	String describe(ShutdownReport.Registry registry) {
		return "%s after %d attempt%s%s".formatted(registry.presence(), registry.attempts(),
				(registry.attempts() != 1) ? "s" : "", registry.evicted() ? " and removal by force" : "");
	}

}
