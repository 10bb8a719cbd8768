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

/**
 * Time as a parameter, so that nothing has to be waited for in a test. Implementations
 * are thread-safe.
 *
 * @since 0.1.0
 */
public interface ShutdownClock {

	/**
	 * Return the time of day, for people to read. It may jump; nothing is measured with
	 * it.
	 * @return the current instant
	 */
	Instant now();

	/**
	 * Return the reading of a clock that never jumps.
	 * @return nanoseconds since an arbitrary origin
	 * @see System#nanoTime()
	 */
	long nanoTime();

	/**
	 * Let time pass.
	 * @param duration how long
	 * @throws InterruptedException if the calling thread is interrupted
	 */
	void sleep(Duration duration) throws InterruptedException;

	/**
	 * Wait for a future, in whatever way it may complete.
	 * @param future the future to wait for
	 * @param timeout how long to wait at most; not positive means not at all
	 * @return whether the future is done
	 * @throws InterruptedException if the calling thread is interrupted
	 */
	boolean await(CompletableFuture<?> future, Duration timeout) throws InterruptedException;

	/**
	 * Return the clock of the machine.
	 * @return a clock in real time
	 */
	static ShutdownClock system() {
		return SystemShutdownClock.INSTANCE;
	}

	/**
	 * The clock of the machine.
	 */
	enum SystemShutdownClock implements ShutdownClock {

		/**
		 * The only instance.
		 */
		INSTANCE;

		@Override
		public Instant now() {
			return Instant.now();
		}

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

		@Override
		public void sleep(Duration duration) throws InterruptedException {
			TimeUnit.NANOSECONDS.sleep(duration.toNanos());
		}

		@Override
		public boolean await(CompletableFuture<?> future, Duration timeout) throws InterruptedException {
			try {
				future.get(Math.max(0, timeout.toNanos()), TimeUnit.NANOSECONDS);
			}
			catch (ExecutionException | TimeoutException ex) {
				// how it ended is for the owner of the future to say
			}
			return future.isDone();
		}

	}

}
