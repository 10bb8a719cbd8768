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
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;

/**
 * Waits until callers have really stopped: as long as they may hold a stale address, then
 * until no business request has come for the quiet period.
 *
 * @since 0.1.0
 */
public final class SettleParticipant implements ShutdownParticipant {

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

	private final BooleanSupplier routed;

	private final Supplier<Duration> min;

	private final Duration quietPeriod;

	private final @Nullable Duration max;

	private final @Nullable ActiveRequests requests;

	/**
	 * Make the participant.
	 * @param routed whether anything routes callers here; if not, there is no wait
	 * @param min how long callers may hold a stale address
	 * @param quietPeriod how long no business request has to come
	 * @param max how long to wait at most, or {@code null} for 10 seconds or {@code min},
	 * whichever is more; the budget caps it in any case
	 * @param requests the requests of the server, or {@code null} if there is none
	 */
	public SettleParticipant(BooleanSupplier routed, Supplier<Duration> min, Duration quietPeriod,
			@Nullable Duration max, @Nullable ActiveRequests requests) {
		this.routed = routed;
		this.min = min;
		this.quietPeriod = quietPeriod;
		this.max = max;
		this.requests = requests;
	}

	/**
	 * Return how long to wait at most where nothing else was asked for.
	 * @param min how long callers may hold a stale address
	 * @return 10 seconds, or {@code min} where that is more
	 */
	public static Duration max(Duration min) {
		return (min.compareTo(LONGEST_WAIT) > 0) ? min : LONGEST_WAIT;
	}

	@Override
	public Set<ShutdownPhase> phases() {
		return EnumSet.of(ShutdownPhase.SETTLE);
	}

	@Override
	public String name() {
		return "settle";
	}

	@Override
	public void onPhase(PhaseContext context) throws Exception {
		if (!this.routed.getAsBoolean()) {
			return;
		}
		ShutdownClock clock = context.clock();
		long begun = clock.nanoTime();
		Duration atLeast = this.min.get();
		Duration atMost = (this.max != null) ? this.max : max(atLeast);
		Deadline end = context.deadline().within(atMost);
		if (atLeast.compareTo(end.remaining()) > 0) {
			end.await();
			context.detail(
					"callers may hold this address for %s, longer than there is to wait".formatted(seconds(atLeast)));
			return;
		}
		boolean quiet = end.await(() -> clock.nanoTime() - begun >= atLeast.toNanos()
				&& clock.nanoTime() - lastArrival(begun) >= this.quietPeriod.toNanos());
		context.detail(quiet ? "callers have been quiet for %s".formatted(seconds(this.quietPeriod))
				: "callers were still calling after %s".formatted(seconds(Duration.ofNanos(clock.nanoTime() - begun))));
	}

	private long lastArrival(long begun) {
		long arrival = (this.requests != null) ? this.requests.lastBusinessArrival() : 0;
		return (arrival != 0 && arrival - begun > 0) ? arrival : begun;
	}

	private static String seconds(Duration duration) {
		return duration.toMillis() / 1000.0 + " s";
	}

}
