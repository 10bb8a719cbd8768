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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.Stream;

/**
 * A work-stealing pool. It stays open, as any other pool.
 */
final class WatchedForkJoinPool extends WatchedExecutor {

	private final ForkJoinPool pool;

	private volatile long since = System.nanoTime();

	WatchedForkJoinPool(String name, ForkJoinPool pool) {
		super("executor", name);
		this.pool = pool;
	}

	@Override
	boolean isBusy(Set<Thread> ignored) {
		if (queued() == 0 && this.pool.isQuiescent()) {
			this.since = System.nanoTime();
			return false;
		}
		return queued() > 0 || this.pool.getActiveThreadCount() > ignored.stream().filter(this::isWorker).count();
	}

	private boolean isWorker(Thread thread) {
		return thread instanceof ForkJoinWorkerThread worker && worker.getPool() == this.pool;
	}

	@Override
	List<RunningTask> running() {
		// since it was last seen to have nothing to do
		Duration age = Duration.ofNanos(System.nanoTime() - this.since);
		return workers().map((worker) -> RunningTask.of(worker, age)).filter(Objects::nonNull).toList();
	}

	private Stream<Thread> workers() {
		return Thread.getAllStackTraces().keySet().stream().filter(this::isWorker);
	}

	@Override
	int queued() {
		return (int) this.pool.getQueuedTaskCount() + this.pool.getQueuedSubmissionCount();
	}

	@Override
	int cut(Set<Thread> ignored) {
		int queued = queued();
		if (ignored.stream().noneMatch(this::isWorker)) {
			this.pool.shutdownNow();
		}
		return queued;
	}

}
