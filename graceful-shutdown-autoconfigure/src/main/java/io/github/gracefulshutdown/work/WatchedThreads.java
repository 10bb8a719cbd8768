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
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;

/**
 * An executor that makes a thread for each task, virtual or not. Spring's own count of
 * them does not see a thread that has been started and has not got a processor yet.
 */
final class WatchedThreads extends WatchedExecutor {

	private final SimpleAsyncTaskExecutor executor;

	private final Map<Thread, Long> threads;

	private final ApplicationContext context;

	WatchedThreads(String name, SimpleAsyncTaskExecutor executor, ApplicationContext context) {
		super((executor instanceof SimpleAsyncTaskScheduler) ? "scheduler" : "executor", name);
		this.executor = executor;
		this.threads = (executor.getThreadFactory() instanceof TrackingThreadFactory factory) ? factory.threads()
				: Map.of();
		this.context = context;
	}

	@Override
	boolean needsClose() {
		return this.executor instanceof SimpleAsyncTaskScheduler;
	}

	/**
	 * Do what closing the application context does next.
	 */
	@Override
	void close() {
		if (this.executor instanceof SimpleAsyncTaskScheduler scheduler) {
			scheduler.onApplicationEvent(new ContextClosedEvent(this.context));
		}
	}

	@Override
	boolean isBusy(Set<Thread> ignored) {
		return this.threads.keySet().stream().anyMatch((thread) -> !ignored.contains(thread) && isBusy(thread));
	}

	private boolean isBusy(Thread thread) {
		return switch (thread.getState()) {
			case NEW, TERMINATED -> false;
			case RUNNABLE, BLOCKED -> true;
			// a scheduler has threads that wait for the time of a task
			case WAITING, TIMED_WAITING -> !needsClose() || !isIdle(thread);
		};
	}

	private boolean isIdle(Thread thread) {
		boolean idle = Stacks.isIdleWorker(thread.getStackTrace());
		if (idle) {
			this.threads.computeIfPresent(thread, (key, since) -> System.nanoTime());
		}
		return idle;
	}

	@Override
	List<RunningTask> running() {
		List<RunningTask> running = new ArrayList<>();
		long now = System.nanoTime();
		this.threads.forEach((thread, since) -> {
			RunningTask task = RunningTask.of(thread, Duration.ofNanos(now - since));
			if (task != null) {
				running.add(task);
			}
		});
		return running;
	}

	@Override
	int cut(Set<Thread> ignored) {
		this.threads.keySet().stream().filter((thread) -> !ignored.contains(thread)).forEach(Thread::interrupt);
		return 0;
	}

}
