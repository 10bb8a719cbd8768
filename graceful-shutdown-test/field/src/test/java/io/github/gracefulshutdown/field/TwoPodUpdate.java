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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.ServiceAddress;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Termination;
import org.apache.http.entity.ContentType;
import org.awaitility.Awaitility;
import us.abstracta.jmeter.javadsl.http.DslHttpSampler;

import static us.abstracta.jmeter.javadsl.JmeterDsl.jsr223PreProcessor;

/**
 * Two pods, replaced one after the other while users pay: a new one is started, and when
 * it is ready an old one is told to go and the next one is started, as a Deployment does.
 * Callers reach them through the address of a Service, which hears of it later than the
 * pod does.
 *
 * @param samples what the users have seen
 * @param stops how the old pods went
 * @param duration from the start of the first new pod to the end of the second old one
 * @param logs of the old pods
 */
record TwoPodUpdate(List<Sample> samples, List<StopReport> stops, Duration duration, List<List<String>> logs) {

	private static final int REPLICAS = 2;

	private static final int USERS = 10;

	/** Until kube-proxy no longer sends connections to a pod that was told to go. */
	private static final long ENDPOINT_DELAY = 1000;

	/**
	 * Runs an update.
	 * @param cluster where
	 * @param device at which the users pay, and with which their keys and payments begin
	 * @param starter whether the starter is on the class path of the service
	 * @param termination how a pod is told to go
	 */
	static TwoPodUpdate run(PayCluster cluster, String device, boolean starter,
			Function<RunningApplication, Termination> termination) throws Exception {
		List<RunningApplication> running = new ArrayList<>();
		try (ServiceAddress address = ServiceAddress.open();
				JmeterUsers users = new JmeterUsers(USERS, () -> address.uri().resolve("/api/pay"),
						(request) -> pay(request, device))) {
			for (int i = 0; i < REPLICAS; i++) {
				running.add(cluster.startPay(device + "-old-" + i, starter));
				address.add(running.get(i).uri());
			}
			users.start();
			awaitSamples(users, 200);
			List<CompletableFuture<StopReport>> leaving = new ArrayList<>();
			Moment started = Moment.now();
			for (int i = 0; i < REPLICAS; i++) {
				RunningApplication replacement = cluster.startPay(device + "-new-" + i, starter);
				running.add(replacement);
				address.add(replacement.uri());
				RunningApplication old = running.get(i);
				CompletableFuture.delayedExecutor(ENDPOINT_DELAY, TimeUnit.MILLISECONDS)
					.execute(() -> address.remove(old.uri()));
				leaving.add(CompletableFuture.supplyAsync(() -> termination.apply(old).stop(old)));
			}
			List<StopReport> stops = leaving.stream().map(CompletableFuture::join).toList();
			Duration duration = Moment.now().since(started);
			// those who are left have all of it
			awaitSamples(users, users.samples().size() + 100);
			List<Sample> samples = users.stop();
			List<String> ordered = cluster.ordered(device);
			Awaitility.await()
				.atMost(ServerProcess.PATIENCE)
				.until(() -> cluster.receipts(device).size() == ordered.size());
			return new TwoPodUpdate(samples, stops, duration,
					running.subList(0, REPLICAS).stream().map(RunningApplication::log).toList());
		}
		finally {
			running.forEach(RunningApplication::close);
		}
	}

	private static void awaitSamples(JmeterUsers users, int samples) {
		Awaitility.await().atMost(ServerProcess.PATIENCE).until(() -> users.samples().size() >= samples);
	}

	/**
	 * Every payment is asked for twice, under one key and with two ids, as by a client
	 * that has lost the answer and does not know what it has asked.
	 */
	private static DslHttpSampler pay(DslHttpSampler request, String device) {
		ThreadLocal<Integer> calls = ThreadLocal.withInitial(() -> 0);
		return request.post("${payment}", ContentType.APPLICATION_JSON)
			.header("Idempotency-Key", "${key}")
			.children(jsr223PreProcessor((script) -> {
				int call = calls.get();
				calls.set(call + 1);
				String key = "%s-%d-%d".formatted(device, script.ctx.getThreadNum(), call / 2);
				script.vars.put("key", key);
				script.vars.put("payment", """
						{"paymentId":"%s-%d","amount":9.90,"deviceCode":"%s"}""".formatted(key, call % 2, device));
			}));
	}

	List<Sample> failures() {
		return this.samples.stream().filter((sample) -> sample.outcome() != Sample.Outcome.OK).toList();
	}

	/**
	 * Returns how long the old pods took to go, hooks included.
	 */
	Duration terminations() {
		return this.stops.stream().map(StopReport::duration).reduce(Duration.ZERO, Duration::plus);
	}

	@Override
	public String toString() {
		return "%d samples, %d failed; both pods replaced in %.1f s, of which they took %.1f s to go".formatted(
				this.samples.size(), failures().size(), this.duration.toMillis() / 1000.0,
				terminations().toMillis() / 1000.0);
	}

}
