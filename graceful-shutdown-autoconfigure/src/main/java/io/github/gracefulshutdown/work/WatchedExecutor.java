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
import java.util.Set;
import java.util.concurrent.Delayed;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.ActiveWork;
import org.jspecify.annotations.Nullable;

/**
 * One executor or scheduler, looked at from outside.
 */
abstract class WatchedExecutor {

	private final String kind;

	private final String name;

	/**
	 * Watch an executor.
	 * @param kind {@code executor} or {@code scheduler}
	 * @param name the name of the bean
	 */
	WatchedExecutor(String kind, String name) {
		this.kind = kind;
		this.name = name;
	}

	String name() {
		return this.name;
	}

	/**
	 * Drop the periodic tasks that are waiting for their time. Those that run, run on.
	 * @return how many there were
	 */
	int stopPeriodicTasks() {
		return 0;
	}

	/**
	 * Return whether it has to be told that nobody will hand it anything more.
	 */
	boolean needsClose() {
		return false;
	}

	/**
	 * Take nothing more, and finish all there is. May hang if the executor is not one of
	 * the JDK's.
	 */
	void close() {
	}

	/**
	 * Return whether it has anything to do that does not belong to the ignored threads.
	 */
	abstract boolean isBusy(Set<Thread> ignored);

	/**
	 * Return the threads that run a task.
	 */
	abstract List<RunningTask> running();

	final List<RunningTask> running(Set<Thread> ignored) {
		return running().stream().filter((task) -> !ignored.contains(task.thread())).toList();
	}

	/**
	 * Return the number of tasks that are due and have not begun.
	 */
	int queued() {
		return 0;
	}

	/**
	 * Return the number of tasks whose time has not come.
	 */
	int delayed() {
		return 0;
	}

	/**
	 * Say what is left to those who close it, although it may still begin.
	 */
	@Nullable String notWaitedFor() {
		int delayed = delayed();
		return (delayed > 0) ? delayed + " scheduled for later, not waited for" : null;
	}

	/**
	 * Say how many tasks are interrupted if it is cut now.
	 */
	String interrupted(Set<Thread> ignored) {
		return running(ignored).size() + " running tasks interrupted";
	}

	/**
	 * Let no task begin any more. Those that run, run on.
	 */
	void freeze() {
	}

	/**
	 * Interrupt what is running. May hang if the executor is not one of the JDK's.
	 * @return the number of tasks that have not begun and never will
	 */
	abstract int cut(Set<Thread> ignored);

	/**
	 * Name what is still there to do.
	 */
	final List<ActiveWork> activeWork(Set<Thread> ignored) {
		List<ActiveWork> work = new ArrayList<>();
		boolean busy = isBusy(ignored);
		if (busy) {
			for (RunningTask task : running(ignored)) {
				work.add(
						ActiveWork.of(this.kind, (task.method() != null) ? this.name + ": " + task.method() : this.name,
								task.age(), task.thread(), null));
			}
		}
		int queued = queued();
		if (queued > 0) {
			work.add(ActiveWork.of(this.kind, this.name + ": " + neverStarted(queued), Duration.ZERO, null, null));
		}
		if (busy && work.isEmpty()) {
			work.add(ActiveWork.of(this.kind, this.name, Duration.ZERO, null, null));
		}
		return work;
	}

	/**
	 * Have nobody wait for what never begins.
	 * @return the number of tasks that were due
	 */
	static int cancel(List<Runnable> tasks) {
		int due = 0;
		for (Runnable task : tasks) {
			Future<?> future = (task instanceof Future<?> result) ? result : null;
			if (future == null || !future.isCancelled()) {
				due += isDue(task) ? 1 : 0;
			}
			if (future != null) {
				future.cancel(true);
			}
		}
		return due;
	}

	static boolean isDue(Runnable task) {
		return !(task instanceof Delayed delayed) || delayed.getDelay(TimeUnit.NANOSECONDS) <= 0;
	}

	static String neverStarted(int tasks) {
		return tasks + ((tasks == 1) ? " queued task" : " queued tasks") + " never started";
	}

	/**
	 * A thread that runs a task.
	 *
	 * @param thread the thread
	 * @param method where the application's part of the task begins, if that can be seen
	 * @param age how long it has been running, as far as that is known
	 */
	record RunningTask(Thread thread, @Nullable String method, Duration age) {

		static @Nullable RunningTask of(Thread thread, Duration age) {
			StackTraceElement[] stack = thread.getStackTrace();
			return (stack.length == 0 || Stacks.isIdleWorker(stack)) ? null
					: new RunningTask(thread, Stacks.entryPoint(stack), age);
		}

	}

}
