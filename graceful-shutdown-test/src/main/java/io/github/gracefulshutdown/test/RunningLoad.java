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

package io.github.gracefulshutdown.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A load that is under way. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RunningLoad implements AutoCloseable {

	private static final Duration AWAIT_TIMEOUT = Duration.ofSeconds(60);

	private static final long IDLE_INTERVAL = Duration.ofMillis(20).toNanos();

	private static final Duration STOP_MARGIN = Duration.ofSeconds(5);

	private final Duration requestTimeout;

	private final Consumer<RequestResult> listener;

	private final List<Client> clients = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private final AtomicLong numbers = new AtomicLong();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition stateChanged = this.lock.newCondition();

	private final Condition progressed = this.lock.newCondition();

	private final List<RequestResult> results = new ArrayList<>();

	private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);

	private final Map<String, Integer> inFlight = new HashMap<>();

	private State state = State.RUNNING;

	private boolean cut;

	private @Nullable Throwable failure;

	RunningLoad(List<ClientGroup> groups, Duration requestTimeout, Consumer<RequestResult> listener) {
		this.requestTimeout = requestTimeout;
		this.listener = listener;
		for (ClientGroup group : groups) {
			for (int i = 1; i <= group.clients(); i++) {
				Client client = new Client(this, group, requestTimeout);
				Thread thread = new Thread(client, group.name() + "-" + i);
				thread.setDaemon(true);
				this.clients.add(client);
				this.threads.add(thread);
			}
		}
	}

	void start() {
		this.threads.forEach(Thread::start);
	}

	/**
	 * Wait until it is a client's turn to send.
	 * @param pause how long the client thinks
	 * @param idle what it does meanwhile, called now and then
	 * @return {@code false} if the client is to end
	 * @throws InterruptedException if the client's thread was interrupted
	 */
	boolean awaitTurn(Duration pause, Runnable idle) throws InterruptedException {
		long start = System.nanoTime();
		while (true) {
			idle.run();
			this.lock.lock();
			try {
				long remaining = pause.toNanos() - (System.nanoTime() - start);
				if (this.state == State.STOPPED) {
					return false;
				}
				if (this.state == State.RUNNING && remaining <= 0) {
					return true;
				}
				long interval = (remaining > 0) ? Math.min(remaining, IDLE_INTERVAL) : IDLE_INTERVAL;
				this.stateChanged.awaitNanos(interval);
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	long nextNumber() {
		return this.numbers.incrementAndGet();
	}

	void sent(ClientGroup group) {
		locked(() -> {
			this.progressed.signalAll();
			return this.inFlight.merge(group.name(), 1, Integer::sum);
		});
	}

	void record(RequestResult result, boolean wasInFlight) {
		boolean recorded = locked(() -> {
			if (wasInFlight) {
				this.inFlight.merge(result.group(), -1, Integer::sum);
			}
			if (this.cut) {
				return false; // not what the server did, but what we did
			}
			this.results.add(result);
			this.progressed.signalAll();
			this.counts.merge(result.outcome(), 1L, Long::sum);
			return true;
		});
		if (recorded) {
			this.listener.accept(result);
		}
	}

	void failed(Throwable failure) {
		locked(() -> {
			if (this.failure == null && !this.cut) {
				this.failure = failure;
				this.progressed.signalAll();
			}
			return null;
		});
	}

	/**
	 * Return the number of requests that have ended.
	 * @return the number of requests
	 */
	public long requests() {
		return locked(this.results::size);
	}

	/**
	 * Return the number of requests that have ended in a certain way.
	 * @param outcome the outcome
	 * @return the number of requests
	 */
	public long count(Outcome outcome) {
		return locked(() -> this.counts.getOrDefault(outcome, 0L));
	}

	/**
	 * Return the number of requests that are under way.
	 * @return the number of requests, at most the number of clients
	 */
	public int inFlight() {
		return locked(() -> this.inFlight.values().stream().mapToInt(Integer::intValue).sum());
	}

	/**
	 * Return the number of requests of one group that are under way.
	 * @param group the name of the group
	 * @return the number of requests, at most the number of the group's clients
	 */
	public int inFlight(String group) {
		return locked(() -> this.inFlight.getOrDefault(group, 0));
	}

	/**
	 * Wait for at most 60 s until so many requests have ended since the start.
	 * @param requests the number of requests
	 * @return this load
	 * @throws IllegalStateException if they have not ended in time
	 */
	public RunningLoad awaitRequests(long requests) {
		return await(() -> requests() >= requests, requests + " requests have ended");
	}

	/**
	 * Wait for at most 60 s until so many requests are under way at once.
	 * @param requests the number of requests
	 * @return this load
	 * @throws IllegalStateException if it did not come to that
	 */
	public RunningLoad awaitInFlight(int requests) {
		return await(() -> inFlight() >= requests, requests + " requests are under way");
	}

	/**
	 * Wait for at most 60 s until so many requests of one group are under way at once.
	 * @param group the name of the group
	 * @param requests the number of requests
	 * @return this load
	 * @throws IllegalStateException if it did not come to that
	 */
	public RunningLoad awaitInFlight(String group, int requests) {
		return await(() -> inFlight(group) >= requests, requests + " requests of group " + group + " are under way");
	}

	/**
	 * Send no further requests until {@link #resume()}. Requests under way go on, and
	 * connections stay open.
	 */
	public void pause() {
		changeState(State.PAUSED);
	}

	/**
	 * Send again after {@link #pause()}.
	 */
	public void resume() {
		changeState(State.RUNNING);
	}

	/**
	 * Return what has ended so far.
	 * @return the report so far
	 */
	public LoadReport report() {
		return new LoadReport(locked(() -> List.copyOf(this.results)));
	}

	/**
	 * Send no further requests, wait for those under way, which the request timeout
	 * bounds, and close the connections. A second call only returns the report.
	 * @return the report
	 */
	public LoadReport stop() {
		changeState(State.STOPPED);
		join(this.requestTimeout.plus(STOP_MARGIN));
		close();
		Throwable failure = locked(() -> this.failure);
		if (failure != null) {
			throw new IllegalStateException("A client failed, so this load proves nothing", failure);
		}
		return report();
	}

	/**
	 * Close all connections at once, without regard to requests under way. Called by the
	 * kit.
	 */
	@Override
	public void close() {
		changeState(State.STOPPED);
		locked(() -> this.cut = true);
		this.clients.forEach(Client::closeConnections);
	}

	private void join(Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		try {
			for (Thread thread : this.threads) {
				TimeUnit.NANOSECONDS.timedJoin(thread, deadline - System.nanoTime());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void changeState(State state) {
		locked(() -> {
			if (this.state != State.STOPPED) {
				this.state = state;
			}
			this.stateChanged.signalAll();
			return null;
		});
	}

	private RunningLoad await(BooleanSupplier condition, String description) {
		long remaining = AWAIT_TIMEOUT.toNanos();
		this.lock.lock();
		try {
			while (!condition.getAsBoolean()) {
				if (remaining <= 0 || this.failure != null) {
					throw new IllegalStateException(
							"It did not come to pass that %s: %s".formatted(description, report()), this.failure);
				}
				remaining = this.progressed.awaitNanos(remaining);
			}
			return this;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	private <T extends @Nullable Object> T locked(Supplier<T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	private enum State {

		RUNNING, PAUSED, STOPPED

	}

}
