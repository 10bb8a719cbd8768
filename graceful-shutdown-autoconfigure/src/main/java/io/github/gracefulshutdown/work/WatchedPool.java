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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pool that can be asked. It stays open: the application context closes it, and what is
 * closed meanwhile may want it. A scheduler is closed, because tasks that schedule
 * themselves again would have it never rest.
 */
final class WatchedPool extends WatchedExecutor {

	private final ThreadPoolExecutor pool;

	private long begun = -1;

	private long begunSince;

	private final AtomicInteger dropped = new AtomicInteger();

	private final Queue<Runnable> notBegun = new ConcurrentLinkedQueue<>();

	private volatile boolean stopped;

	WatchedPool(String name, ThreadPoolExecutor pool) {
		super((pool instanceof ScheduledThreadPoolExecutor) ? "scheduler" : "executor", name);
		this.pool = pool;
	}

	@Override
	int stopPeriodicTasks() {
		int stopped = 0;
		if (this.pool instanceof ScheduledThreadPoolExecutor) {
			for (Runnable task : this.pool.getQueue()) {
				if (task instanceof RunnableScheduledFuture<?> future && future.isPeriodic() && future.cancel(false)) {
					stopped++;
				}
			}
		}
		return stopped;
	}

	@Override
	boolean needsClose() {
		return this.pool instanceof ScheduledThreadPoolExecutor;
	}

	@Override
	void close() {
		if (this.pool instanceof ScheduledThreadPoolExecutor scheduler) {
			scheduler.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
			scheduler.shutdown();
		}
	}

	@Override
	boolean isBusy(Set<Thread> ignored) {
		if (isQueued()) {
			return true;
		}
		Set<Thread> workers = workers();
		int active = this.pool.getActiveCount();
		if (active > 0) {
			age();
			return active > workers.stream().filter(ignored::contains).count();
		}
		// a worker that has taken a task from the queue is not active yet
		return workers.stream().anyMatch((worker) -> isOnProcessor(worker) && !ignored.contains(worker));
	}

	private static boolean isOnProcessor(Thread thread) {
		return thread.getState() == Thread.State.RUNNABLE || thread.getState() == Thread.State.BLOCKED;
	}

	private boolean isQueued() {
		if (this.stopped) {
			return false;
		}
		Runnable head = this.pool.getQueue().peek();
		return head != null && isDue(head);
	}

	private Set<Thread> workers() {
		return (this.pool.getThreadFactory() instanceof TrackingThreadFactory factory) ? factory.threads().keySet()
				: Set.of();
	}

	@Override
	List<RunningTask> running() {
		Duration age = age();
		return workers().stream().map((worker) -> RunningTask.of(worker, age)).filter(Objects::nonNull).toList();
	}

	/**
	 * Return how long what is running has been running at least: since a task was last
	 * seen to begin.
	 */
	private synchronized Duration age() {
		long now = System.nanoTime();
		long current = this.pool.getCompletedTaskCount() + this.pool.getActiveCount();
		if (current != this.begun) {
			this.begun = current;
			this.begunSince = now;
		}
		return Duration.ofNanos(now - this.begunSince);
	}

	@Override
	int queued() {
		return this.dropped.get()
				+ (this.stopped ? 0 : (int) this.pool.getQueue().stream().filter(WatchedExecutor::isDue).count());
	}

	@Override
	int delayed() {
		return (int) this.pool.getQueue()
			.stream()
			.filter((task) -> !isDue(task) && !(task instanceof Future<?> future && future.isCancelled()))
			.count();
	}

	@Override
	void freeze() {
		this.pool.shutdown();
		List<Runnable> dropped = new ArrayList<>();
		this.pool.getQueue().removeIf((task) -> isDue(task) && dropped.add(task));
		drop(dropped);
	}

	private void drop(List<Runnable> tasks) {
		this.dropped.addAndGet(cancel(tasks));
		this.notBegun.addAll(tasks);
	}

	@Override
	int cut(Set<Thread> ignored) {
		Set<Thread> workers = workers();
		if (Collections.disjoint(workers, ignored)) {
			List<Runnable> tasks = this.pool.shutdownNow();
			this.stopped = true;
			drop(tasks);
			// which Spring wants to find: it knows futures that are not the task itself
			this.pool.getQueue().addAll(this.notBegun);
		}
		else {
			freeze();
			workers.stream().filter((worker) -> !ignored.contains(worker)).forEach(Thread::interrupt);
		}
		return this.dropped.get();
	}

}
