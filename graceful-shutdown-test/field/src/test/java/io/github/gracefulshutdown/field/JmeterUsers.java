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

package io.github.gracefulshutdown.field;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.github.gracefulshutdown.field.Sample.Outcome;
import org.apache.jmeter.samplers.SampleResult;
import us.abstracta.jmeter.javadsl.JmeterDsl;
import us.abstracta.jmeter.javadsl.core.DslTestPlan;
import us.abstracta.jmeter.javadsl.core.TestPlanStats;
import us.abstracta.jmeter.javadsl.core.engines.EmbeddedJmeterEngine;
import us.abstracta.jmeter.javadsl.core.stats.StatsSummary;
import us.abstracta.jmeter.javadsl.core.threadgroups.DslThreadGroup;
import us.abstracta.jmeter.javadsl.http.DslHttpSampler;

import static us.abstracta.jmeter.javadsl.JmeterDsl.httpSampler;
import static us.abstracta.jmeter.javadsl.JmeterDsl.jsr223PostProcessor;
import static us.abstracta.jmeter.javadsl.JmeterDsl.jtlWriter;
import static us.abstracta.jmeter.javadsl.JmeterDsl.testPlan;
import static us.abstracta.jmeter.javadsl.JmeterDsl.whileController;

/**
 * Users of JMeter, who call over connections that are kept alive, and never try again.
 * They do not pause between two calls, unless nobody listens, which would keep the
 * machine busy.
 */
final class JmeterUsers implements AutoCloseable {

	private static final Duration CONNECTION_LIFE = Duration.ofHours(1);

	private static final String RESULTS = "target/jmeter";

	private static final Duration PATIENCE = Duration.ofMinutes(10);

	private static final Duration PAUSE = Duration.ofMillis(100);

	private final String name;

	private final int users;

	private final int rounds;

	private final Supplier<URI> uri;

	private final UnaryOperator<DslHttpSampler> request;

	private final List<Sample> samples = new CopyOnWriteArrayList<>();

	private final CompletableFuture<String> done = new CompletableFuture<>();

	private volatile boolean stopped;

	/**
	 * Creates users who will call until they are stopped.
	 * @param users how many
	 * @param uri asked before each call
	 */
	JmeterUsers(int users, Supplier<URI> uri) {
		this("users", users, Integer.MAX_VALUE, uri);
	}

	/**
	 * Creates users who will call as many times as there are rounds, unless they are
	 * stopped.
	 * @param name what JMeter calls them, other than those who run at the same time
	 * @param users how many
	 * @param rounds how many times each calls
	 * @param uri asked before each call
	 */
	JmeterUsers(String name, int users, int rounds, Supplier<URI> uri) {
		this(name, users, rounds, uri, UnaryOperator.identity());
	}

	/**
	 * Creates users who will call until they are stopped, and not with GET alone.
	 * @param users how many
	 * @param uri asked before each call
	 * @param request makes the request of a GET
	 */
	JmeterUsers(int users, Supplier<URI> uri, UnaryOperator<DslHttpSampler> request) {
		this("users", users, Integer.MAX_VALUE, uri, request);
	}

	private JmeterUsers(String name, int users, int rounds, Supplier<URI> uri, UnaryOperator<DslHttpSampler> request) {
		this.name = name;
		this.users = users;
		this.rounds = rounds;
		this.uri = uri;
		this.request = request;
	}

	/**
	 * Starts the users. JMeter can run once at a time in a process.
	 */
	JmeterUsers start() {
		startAll(List.of(this));
		return this;
	}

	/**
	 * Starts several groups of users at the same time. JMeter's summary of each goes to
	 * the standard output, and the results of all to a JTL file below
	 * {@code target/jmeter}, in which label and thread begin with the name of the group.
	 * @param groups the groups, which all have come to their end when the last of them
	 * has
	 */
	static void startAll(List<JmeterUsers> groups) {
		new Thread(() -> {
			try {
				DslTestPlan plan = testPlan(
						groups.stream().map(JmeterUsers::threadGroup).toArray(DslThreadGroup[]::new));
				// JMeter reads no properties but strings
				TestPlanStats stats = plan.children(jtlWriter(RESULTS))
					.runIn(new EmbeddedJmeterEngine().prop("summariser.out", "false")
						// on its own it leaves a connection after a minute
						.prop("httpclient4.time_to_live", String.valueOf(CONNECTION_LIFE.toMillis())));
				groups.forEach((group) -> group.done.complete(group.summary(stats)));
				groups.forEach((group) -> System.out.println("JMeter: " + group.done.join()));
			}
			catch (Exception ex) {
				groups.forEach((group) -> group.done.completeExceptionally(ex));
			}
		}, "jmeter").start();
	}

	/**
	 * Returns what has been sampled so far.
	 */
	List<Sample> samples() {
		return List.copyOf(this.samples);
	}

	/**
	 * Waits for calls to have come to their end.
	 * @param count how many
	 * @param which those to count
	 */
	void await(int count, Predicate<Sample> which) {
		Instant limit = Instant.now().plus(PATIENCE);
		while (this.samples.stream().filter(which).count() < count) {
			if (this.done.isDone() || Instant.now().isAfter(limit)) {
				throw new IllegalStateException("Less than %d such samples among %s".formatted(count, this.samples));
			}
			LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
		}
	}

	/**
	 * Waits until each user has called as many times as there are rounds.
	 * @return all samples
	 */
	List<Sample> await() throws InterruptedException {
		try {
			this.done.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
			return samples();
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new IllegalStateException("JMeter has not come to its end", ex);
		}
	}

	/**
	 * Waits as {@link #await()} does.
	 * @return what JMeter says of them
	 */
	String summary() throws InterruptedException {
		await();
		return this.done.join();
	}

	/**
	 * Lets each user's present call come to its end, and no other begin.
	 * @return all samples
	 */
	List<Sample> stop() throws InterruptedException {
		this.stopped = true;
		return await();
	}

	@Override
	public void close() {
		this.stopped = true;
	}

	private String summary(TestPlanStats stats) {
		StatsSummary summary = stats.byLabel(this.name);
		if (summary == null) {
			return this.name + ": 0 samples";
		}
		return "%s: %d samples, %d failed (%.1f %%), %.0f ms on average, %d at most".formatted(this.name,
				summary.samplesCount(), summary.errorsCount(), 100.0 * summary.errorsCount() / summary.samplesCount(),
				summary.sampleTime().mean().toNanos() / 1e6, summary.sampleTime().max().toMillis());
	}

	private DslThreadGroup threadGroup() {
		ThreadLocal<Integer> calls = ThreadLocal.withInitial(() -> 0);
		// a loop of the thread group itself would begin each round with a new connection
		return JmeterDsl.threadGroup(this.name, this.users, 1,
				whileController((script) -> !this.stopped && calls.get() < this.rounds,
						this.request.apply(httpSampler(this.name, (script) -> this.uri.get().toString()))
							.children(jsr223PostProcessor((script) -> {
								calls.set(calls.get() + 1);
								pauseIfRefused(sampled(script.prev));
							}))));
	}

	private Sample sampled(SampleResult result) {
		Sample sample = new Sample(Instant.ofEpochMilli(result.getStartTime()), Duration.ofMillis(result.getTime()),
				Outcome.of(result.getResponseCode(), result.getResponseMessage()),
				result.getResponseCode() + " " + result.getResponseMessage());
		this.samples.add(sample);
		return sample;
	}

	private static void pauseIfRefused(Sample sample) {
		if (sample.outcome() == Outcome.CONNECTION_REFUSED) {
			LockSupport.parkNanos(PAUSE.toNanos());
		}
	}

}
