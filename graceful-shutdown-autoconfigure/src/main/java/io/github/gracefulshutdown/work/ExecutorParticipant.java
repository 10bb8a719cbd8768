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
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * The part of executors and schedulers: schedulers begin nothing new from
 * {@link ShutdownPhase#CLOSE} on; executors take what work in flight hands them until
 * that is done, and then finish all they have, their queues among it.
 * <p>
 * Executors are looked up when they are needed, and never made for it. Each is closed and
 * cut on a thread of its own: none that hangs or fails costs another its turn.
 *
 * @since 0.1.0
 */
public final class ExecutorParticipant implements ShutdownParticipant {

	private static final Duration POLL_INTERVAL = Duration.ofMillis(5);

	/**
	 * Looking at every stack is not for each time that something is waited for.
	 */
	private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);

	private final ContextExecutors executors;

	private volatile List<WatchedExecutor> watched = List.of();

	private volatile @Nullable Thread waiter;

	private volatile Set<Thread> ignored = Set.of();

	private volatile long lookedAt;

	private volatile boolean over;

	/**
	 * Make the participant.
	 * @param context the context whose executors are meant
	 * @param excluded the names of beans to leave alone
	 */
	public ExecutorParticipant(ConfigurableApplicationContext context, Set<String> excluded) {
		this.executors = new ContextExecutors(context, excluded);
	}

	/**
	 * Return the participant that waits for the executors. It has to be told after those
	 * that hand work to them.
	 * @return the participant, for the order of its own that it has
	 */
	public ShutdownParticipant finisher() {
		return new Finisher();
	}

	@Override
	public String name() {
		return "executors";
	}

	@Override
	public Set<ShutdownPhase> phases() {
		return EnumSet.of(ShutdownPhase.CLOSE);
	}

	@Override
	public void onPhase(PhaseContext context) {
		stopSchedules(context);
	}

	private void stopSchedules(PhaseContext context) {
		find(context);
		int stopped = this.executors.stopScheduledTasks();
		List<WatchedExecutor> rescheduling = new ArrayList<>();
		for (WatchedExecutor executor : this.watched) {
			boolean busy = isBusy(executor);
			stopped += executor.stopPeriodicTasks();
			if (busy && executor.needsClose()) {
				rescheduling.add(executor);
			}
		}
		if (!rescheduling.isEmpty()) {
			start("schedules", () -> stopRescheduled(rescheduling, context.clock()));
		}
		if (stopped > 0) {
			context.detail("%d schedules stopped".formatted(stopped));
		}
	}

	/**
	 * Have a periodic task that is running now not begin again, which is scheduled again
	 * when it is done.
	 */
	private void stopRescheduled(List<WatchedExecutor> executors, ShutdownClock clock) {
		try {
			while (!this.over && !executors.isEmpty()) {
				clock.sleep(POLL_INTERVAL);
				executors.removeIf((executor) -> {
					boolean done = !isBusy(executor);
					executor.stopPeriodicTasks();
					return done;
				});
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void finish(PhaseContext context) throws InterruptedException, TimeoutException {
		find(context);
		List<WatchedExecutor> busy = this.watched.stream().filter(this::isBusy).toList();
		Deadline deadline = context.deadline();
		// what has to be closed may be handed work by what has not
		deadline.within(deadline.remaining().dividedBy(4).multipliedBy(3))
			.await(() -> this.watched.stream().noneMatch((executor) -> !executor.needsClose() && isBusy(executor)));
		CompletableFuture<Void> closed = onOwnThreads("close", context,
				this.watched.stream().filter(WatchedExecutor::needsClose).toList(), WatchedExecutor::close);
		boolean finished = false;
		try {
			finished = context.clock().await(closed, deadline.remaining())
					&& deadline.await(() -> this.watched.stream().noneMatch(this::isBusy));
		}
		finally {
			this.over = true;
			if (!finished) {
				freeze(context);
			}
		}
		if (!finished) {
			throw new TimeoutException();
		}
		if (!busy.isEmpty()) {
			context.detail("finished: " + names(busy));
		}
		for (WatchedExecutor executor : this.watched) {
			String left = executor.notWaitedFor();
			if (left != null) {
				context.detail(executor.name() + ": " + left);
			}
		}
	}

	private void freeze(PhaseContext context) {
		for (WatchedExecutor executor : this.watched) {
			try {
				executor.freeze();
			}
			catch (RuntimeException ex) {
				context.detail("%s failed: %s".formatted(executor.name(), ex));
			}
		}
	}

	private void cut(PhaseContext context) throws InterruptedException {
		find(context);
		this.over = true;
		List<WatchedExecutor> busy = this.watched.stream()
			.filter((executor) -> isBusy(executor) || executor.queued() > 0)
			.toList();
		CompletableFuture<Void> cut = onOwnThreads("cut", context, busy, (executor) -> {
			String interrupted = executor.interrupted(this.ignored);
			int queued = executor.cut(this.ignored);
			context.detail("%s: %s, %s".formatted(executor.name(), interrupted, WatchedExecutor.neverStarted(queued)));
		});
		// half of the time for those who react, while the application is still complete
		Deadline deadline = context.deadline().within(context.deadline().remaining().dividedBy(2));
		context.clock().await(cut, deadline.remaining());
		deadline.await(() -> busy.stream().noneMatch(this::isBusy));
	}

	private void find(PhaseContext context) {
		this.waiter = context.waiter();
		this.watched = this.executors.find();
		findIgnored();
	}

	/**
	 * Find the threads that nobody may wait for, because they wait for the shutdown.
	 */
	private void findIgnored() {
		Set<Thread> threads = new HashSet<>();
		Thread waiter = this.waiter;
		if (waiter != null) {
			threads.add(waiter);
		}
		for (WatchedExecutor executor : this.watched) {
			for (WatchedExecutor.RunningTask task : executor.running()) {
				if (PhaseContext.isExiting(task.thread())) {
					threads.add(task.thread());
				}
			}
		}
		this.ignored = threads;
		this.lookedAt = System.nanoTime();
	}

	private boolean isBusy(WatchedExecutor executor) {
		if (!executor.isBusy(this.ignored)) {
			return false;
		}
		if (System.nanoTime() - this.lookedAt < LOOK_INTERVAL.toNanos()) {
			return true;
		}
		// it may have called System.exit meanwhile
		findIgnored();
		return executor.isBusy(this.ignored);
	}

	private static String names(List<WatchedExecutor> executors) {
		return executors.stream().map(WatchedExecutor::name).sorted().collect(Collectors.joining(", "));
	}

	private static CompletableFuture<Void> onOwnThreads(String what, PhaseContext context,
			List<WatchedExecutor> executors, Consumer<WatchedExecutor> action) {
		List<CompletableFuture<Void>> done = new ArrayList<>();
		for (WatchedExecutor executor : executors) {
			done.add(CompletableFuture.runAsync(() -> {
				try {
					action.accept(executor);
				}
				catch (RuntimeException | Error ex) {
					context.detail("%s failed: %s".formatted(executor.name(), ex));
				}
			}, (task) -> start(what + "-" + executor.name(), task)));
		}
		return CompletableFuture.allOf(done.toArray(CompletableFuture[]::new));
	}

	private static void start(String name, Runnable task) {
		Thread thread = new Thread(task, "graceful-shutdown-" + name);
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Waits for the executors when nobody is left who hands them work. What they still do
	 * is interrupted after requests are: a response that one of them writes must not come
	 * to an end because of it.
	 */
	private final class Finisher implements ShutdownParticipant {

		@Override
		public String name() {
			return ExecutorParticipant.this.name();
		}

		@Override
		public Set<ShutdownPhase> phases() {
			return EnumSet.of(ShutdownPhase.DRAIN, ShutdownPhase.CUT);
		}

		@Override
		public void onPhase(PhaseContext context) throws InterruptedException, TimeoutException {
			if (context.phase() == ShutdownPhase.DRAIN) {
				finish(context);
			}
			else {
				cut(context);
			}
		}

		@Override
		public Collection<ActiveWork> activeWork() {
			Set<Thread> ignored = ExecutorParticipant.this.ignored;
			List<ActiveWork> work = new ArrayList<>();
			for (WatchedExecutor executor : ExecutorParticipant.this.executors.find()) {
				work.addAll(executor.activeWork(ignored));
			}
			return work;
		}

	}

}
