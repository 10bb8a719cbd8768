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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A clock that only moves when somebody waits. A wait for a future that a thread is about
 * to complete gives that thread a moment of real time before the clock moves.
 */
public final class ManualShutdownClock implements ShutdownClock {

	private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

	/**
	 * Whoever has just been woken still looks as if it waited.
	 */
	private static final int IDLE_LOOKS = 2;

	private static final Duration LONGEST_BUSY = Duration.ofSeconds(5);

	private final AtomicLong nanos = new AtomicLong();

	private final long realMillis;

	public ManualShutdownClock() {
		this(2000);
	}

	/**
	 * @param realMillis how long a future that will never complete is waited for in real
	 * time, which is longer while one of the shutdown's threads has something to do; a
	 * test that makes something hang sets it low
	 */
	public ManualShutdownClock(long realMillis) {
		this.realMillis = realMillis;
	}

	@Override
	public Instant now() {
		return ORIGIN.plusNanos(this.nanos.get());
	}

	@Override
	public long nanoTime() {
		return this.nanos.get();
	}

	@Override
	public void sleep(Duration duration) throws InterruptedException {
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
		this.nanos.addAndGet(duration.toNanos());
	}

	@Override
	public boolean await(CompletableFuture<?> future, Duration timeout) throws InterruptedException {
		long busyUntil = System.nanoTime() + LONGEST_BUSY.toNanos();
		int idle = 0;
		do {
			try {
				future.get(this.realMillis, TimeUnit.MILLISECONDS);
				return true;
			}
			catch (ExecutionException ex) {
				return true;
			}
			catch (TimeoutException ex) {
				// on a slow machine, nobody may have come to answer yet
			}
		}
		while ((idle = isAnyBusy() ? 0 : idle + 1) < IDLE_LOOKS && System.nanoTime() < busyUntil);
		sleep(timeout);
		return future.isDone();
	}

	private static boolean isAnyBusy() {
		Thread[] threads = new Thread[Thread.activeCount() + 10];
		int count = Thread.enumerate(threads);
		return Stream.of(threads)
			.limit(count)
			.filter((thread) -> thread != Thread.currentThread() && thread.getName().startsWith("graceful-shutdown"))
			.map(Thread::getState)
			.anyMatch((state) -> state == Thread.State.RUNNABLE || state == Thread.State.BLOCKED);
	}

	public Duration elapsed() {
		return Duration.ofNanos(this.nanos.get());
	}

}
