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
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A clock and threads that together make a simulation: one thread runs at a time, in an
 * order that is always the same, and when none can, time goes on to the moment at which
 * the first of them wakes up. It does so only while somebody waits for a future, so that
 * it stands still between one act and the next. An hour takes no time, and whatever hangs
 * can be left behind.
 */
final class VirtualTime implements ShutdownClock, ThreadFactory, AutoCloseable {

	private static final ExecutorService workers = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "virtual-time");
		thread.setDaemon(true);
		return thread;
	});

	private static final ThreadLocal<@Nullable Simulated> current = new ThreadLocal<>();

	private final Queue<Simulated> ready = new ArrayDeque<>();

	private final PriorityQueue<Wait> waits = new PriorityQueue<>(
			Comparator.<Wait>comparingLong((wait) -> wait.until).thenComparingLong((wait) -> wait.number));

	private final Set<Simulated> alive = new HashSet<>();

	private volatile @Nullable Simulated running;

	private volatile boolean closed;

	private volatile long now;

	private long number;

	private int waitingForFutures;

	@Override
	public Instant now() {
		return Instant.EPOCH.plusNanos(this.now);
	}

	@Override
	public long nanoTime() {
		return this.now;
	}

	@Override
	public Thread newThread(Runnable task) {
		return new Simulated(task);
	}

	@Override
	public void sleep(Duration duration) throws InterruptedException {
		if (block(new CompletableFuture<>(), duration, false).takeInterrupt()) {
			throw new InterruptedException();
		}
	}

	@Override
	public boolean await(CompletableFuture<?> future, Duration timeout) {
		if (!future.isDone() && !timeout.isNegative() && !timeout.isZero()) {
			block(future, timeout, true);
		}
		return future.isDone();
	}

	/**
	 * Let time pass, and do not come back before all is done that happens meanwhile.
	 */
	void pass(Duration time) {
		CompletableFuture<Void> passed = new CompletableFuture<>();
		newThread(() -> {
			await(new CompletableFuture<>(), time);
			passed.complete(null);
		}).start();
		passed.join();
		awaitIdle();
	}

	/**
	 * Wait until nobody can go on. That is soon, and in real time.
	 */
	synchronized void awaitIdle() {
		while (this.running != null) {
			try {
				wait();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private Simulated block(CompletableFuture<?> future, Duration time, boolean forFuture) {
		Simulated thread = current.get();
		if (thread == null) {
			throw new IllegalStateException("Not in this simulation");
		}
		if (this.closed) {
			throw new LeftBehind();
		}
		Wait wait;
		synchronized (this) {
			long until = this.now + Math.min(time.toNanos(), Long.MAX_VALUE / 4);
			wait = new Wait(thread, until, this.number++, forFuture);
			if (!thread.interrupted) {
				thread.wait = wait;
				this.waits.add(wait);
				this.waitingForFutures += forFuture ? 1 : 0;
			}
			else {
				this.ready.add(thread);
			}
		}
		if (forFuture) {
			var unused = future.whenComplete((result, failure) -> wake(wait));
		}
		synchronized (this) {
			next();
		}
		thread.awaitTurn();
		return thread;
	}

	private synchronized void wake(Wait wait) {
		if (wait.thread.wait == wait) {
			this.waits.remove(wait);
			woken(wait);
			this.ready.add(wait.thread);
			if (this.running == null) {
				next();
			}
		}
	}

	private void woken(Wait wait) {
		wait.thread.wait = null;
		this.waitingForFutures -= wait.forFuture ? 1 : 0;
	}

	/**
	 * Have the next thread run, if there is one.
	 */
	private void next() {
		Simulated next = this.ready.poll();
		if (next == null && this.waitingForFutures > 0) {
			Wait wait = this.waits.remove();
			this.now = Math.max(this.now, wait.until);
			woken(wait);
			next = wait.thread;
		}
		this.running = next;
		if (next == null) {
			notifyAll();
		}
		else {
			next.goOn();
		}
	}

	/**
	 * Leave behind whatever hangs.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		this.alive.forEach(Simulated::goOn);
	}

	/**
	 * A thread of the simulation, which borrows a real one.
	 */
	private final class Simulated extends Thread {

		private final Runnable task;

		private @Nullable Wait wait;

		private boolean interrupted;

		private volatile @Nullable Thread worker;

		private boolean begun;

		private Simulated(Runnable task) {
			this.task = task;
		}

		@Override
		public synchronized void start() {
			synchronized (VirtualTime.this) {
				VirtualTime.this.alive.add(this);
				VirtualTime.this.ready.add(this);
				if (VirtualTime.this.running == null) {
					next();
				}
			}
		}

		@Override
		public void interrupt() {
			synchronized (VirtualTime.this) {
				this.interrupted = true;
				if (this.wait != null) {
					wake(this.wait);
				}
			}
		}

		private boolean takeInterrupt() {
			synchronized (VirtualTime.this) {
				boolean wasInterrupted = this.interrupted;
				this.interrupted = false;
				return wasInterrupted;
			}
		}

		private void goOn() {
			if (!this.begun && !VirtualTime.this.closed) {
				this.begun = true;
				workers.execute(this::work);
			}
			else {
				LockSupport.unpark(this.worker);
			}
		}

		private void work() {
			this.worker = Thread.currentThread();
			current.set(this);
			try {
				this.task.run();
			}
			catch (LeftBehind ex) {
				// nobody waits for it
			}
			finally {
				current.remove();
				synchronized (VirtualTime.this) {
					VirtualTime.this.alive.remove(this);
					if (VirtualTime.this.running == this) {
						next();
					}
				}
			}
		}

		private void awaitTurn() {
			while (VirtualTime.this.running != this) {
				if (VirtualTime.this.closed) {
					throw new LeftBehind();
				}
				LockSupport.park(this);
			}
		}

	}

	/**
	 * A thread that waits for some time to come, or for somebody to wake it up.
	 */
	private static final class Wait {

		private final Simulated thread;

		private final long until;

		private final long number;

		private final boolean forFuture;

		private Wait(Simulated thread, long until, long number, boolean forFuture) {
			this.thread = thread;
			this.until = until;
			this.number = number;
			this.forFuture = forFuture;
		}

	}

	/**
	 * Thrown where something hangs that nobody is interested in any more.
	 */
	private static final class LeftBehind extends Error {

		private static final long serialVersionUID = 1L;

		private LeftBehind() {
			super(null, null, false, false);
		}

	}

}
