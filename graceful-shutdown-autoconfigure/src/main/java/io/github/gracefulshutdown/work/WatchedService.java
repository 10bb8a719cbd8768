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

package io.github.gracefulshutdown.work;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * An executor that cannot be asked. Whether it has anything to do shows when it is
 * closed; where it may also wait for the time of a task, when it gets to a task of ours.
 */
final class WatchedService extends WatchedExecutor {

	/**
	 * How long a scheduler has that has nothing to do but tasks whose time may not have
	 * come.
	 */
	private static final Duration SETTLE_TIME = Duration.ofMillis(250);

	private final ExecutorService service;

	private volatile boolean closing;

	private volatile boolean mayBeDelayed;

	private volatile @Nullable Future<?> probe;

	WatchedService(String name, ExecutorService service) {
		super("executor", name);
		this.service = service;
	}

	@Override
	boolean needsClose() {
		return true;
	}

	@Override
	void close() {
		this.closing = true;
		try {
			if (this.service instanceof ScheduledExecutorService && !this.service.isShutdown()) {
				closeScheduler();
			}
			else {
				this.service.shutdown();
				this.service.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | CancellationException ex) {
			// has been cut
		}
		finally {
			this.closing = false;
		}
	}

	private void closeScheduler() throws InterruptedException, ExecutionException {
		// what is due runs before that
		Future<?> probe = this.service.submit(() -> {
		});
		this.probe = probe;
		probe.get();
		this.service.shutdown();
		this.mayBeDelayed = !this.service.awaitTermination(SETTLE_TIME.toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	boolean isBusy(Set<Thread> ignored) {
		return this.closing;
	}

	@Override
	List<RunningTask> running() {
		return List.of();
	}

	@Override
	@Nullable String notWaitedFor() {
		return this.mayBeDelayed ? "may have tasks scheduled for later, not waited for" : null;
	}

	@Override
	String interrupted(Set<Thread> ignored) {
		return "its tasks interrupted, how many is not known";
	}

	@Override
	int cut(Set<Thread> ignored) {
		Future<?> probe = this.probe;
		if (probe != null) {
			probe.cancel(false);
		}
		return cancel(this.service.shutdownNow());
	}

}
