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

package io.github.gracefulshutdown.inflight;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of messages in hand when their service is stopped, with a real RabbitMQ.
 */
@Tag("environment")
class RabbitListenersIT {

	private static final String QUEUE = "orders";

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static RabbitServer server;

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	Path directory;

	private MessageLedger ledger;

	@BeforeAll
	static void startServer() {
		server = RabbitServer.start();
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@BeforeEach
	void emptyQueue() {
		server.declare(QUEUE);
		this.ledger = new MessageLedger(this.directory.resolve("ledger"));
	}

	private ApplicationBuilder application() {
		return this.kit.application(MessageApplication.class)
			.property("spring.rabbitmq.host", server.address().getHostString())
			.property("spring.rabbitmq.port", String.valueOf(server.address().getPort()))
			.property("rabbit.queue", QUEUE)
			.property("ledger", this.ledger.file().toString());
	}

	private ApplicationBuilder springBootAlone() {
		return application().without("graceful-shutdown-autoconfigure");
	}

	@Test
	void whenInstancesAreRolledOverThenEachMessageIsHandledOnceAndNoneIsRedelivered() {
		List<String> messages = IntStream.range(0, 1000).mapToObj((number) -> number + " 10").toList();
		List<RunningApplication> instances = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			instances.add(start());
		}
		for (int i = 0; i < 2; i++) {
			server.send(QUEUE, messages.subList(i * 500, (i + 1) * 500));
			this.ledger.await("delivered", messages.get(i * 500));
			int before = this.ledger.read("done").size();
			assertThat(before).as("there are messages in hand").isLessThan((i + 1) * 500);
			StopReport stop = Terminations.kubelet(LIMIT).stop(instances.remove(0));
			assertThat(stop.killed()).as(stop.toString()).isFalse();
			assertThat(this.ledger.read("done").size()).isGreaterThan(before);
			instances.add(start());
		}
		Awaitility.await().atMost(LIMIT).until(() -> this.ledger.read("done").size() >= messages.size());
		instances.forEach((instance) -> Terminations.kubelet(LIMIT).stop(instance));
		assertThat(this.ledger.read("done")).containsExactlyInAnyOrderElementsOf(messages);
		assertThat(this.ledger.read("redelivered")).isEmpty();
		assertThat(server.take(QUEUE)).isEmpty();
	}

	private RunningApplication start() {
		return application().property("spring.rabbitmq.listener.simple.prefetch", "20").start();
	}

	@Test
	void whenMessageTakesLongerThanItsContainerWaitsThenItAndWhatWasPrefetchedAreHandledOnce() {
		RunningApplication application = application().start();
		inHand("1 6500", "2 10");
		assertThat(Terminations.kubelet(LIMIT).stop(application).killed()).isFalse();
		assertThat(this.ledger.read("done")).containsExactly("1 6500", "2 10");
		assertThat(server.take(QUEUE)).isEmpty();
	}

	@Test
	void whenSpringBootIsAloneThenMessageThatTakesLongerAndWhatWasPrefetchedAreRedelivered() {
		RunningApplication application = springBootAlone().start();
		inHand("1 60000", "2 10");
		assertThat(Terminations.kubelet(LIMIT).stop(application).killed()).isFalse();
		assertThat(this.ledger.read("done")).isEmpty();
		assertThat(server.take(QUEUE)).containsExactly("1 60000 redelivered", "2 10 redelivered");
	}

	private void inHand(String... messages) {
		server.send(QUEUE, List.of(messages));
		this.ledger.await("delivered", messages[0]);
		Awaitility.await().until(() -> server.ready(QUEUE) == 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "simple", "direct" })
	void whenMessageOutlivesTheBudgetThenItIsNamedAndGoesBackThoughItsHandlerFails(String type) {
		RunningApplication application = application().property("spring.rabbitmq.listener.type", type)
			// what a handler fails with is dropped, without a dead letter queue
			.property("spring.rabbitmq.listener." + type + ".default-requeue-rejected", "false")
			.property("graceful-shutdown.grace-period", "5s")
			.property("graceful-shutdown.reserve", "3s")
			.start();
		inHand("4111111111111111 60000");
		StopReport stop = Terminations.dockerStop(Duration.ofSeconds(5)).stop(application);
		assertThat(stop.killed()).as(stop.toString()).isFalse();
		assertThat(application.log()).anyMatch((line) -> line.contains("Cut after") && line.contains(QUEUE))
			.noneMatch((line) -> line.contains("4111"));
		assertThat(server.take(QUEUE)).containsExactly("4111111111111111 60000 redelivered");
	}

	@ParameterizedTest
	@ValueSource(strings = { "simple", "direct" })
	void whenPrefetchedMessagesOutliveTheBudgetThenThoseInHandAreHandledAndNoneIsLost(String type) {
		RunningApplication application = application().property("spring.rabbitmq.listener.type", type)
			.property("graceful-shutdown.grace-period", "9s")
			.property("graceful-shutdown.reserve", "4s")
			.start();
		List<String> messages = IntStream.range(0, 100).mapToObj((number) -> number + " 100").toList();
		server.send(QUEUE, messages);
		this.ledger.await("delivered", messages.get(0));
		assertThat(Terminations.dockerStop(Duration.ofSeconds(9)).stop(application).killed()).isFalse();
		List<String> all = new ArrayList<>(this.ledger.read("done"));
		assertThat(all).isNotEmpty();
		assertThat(application.log()).as("the message in hand is handled")
			.noneMatch((line) -> line.contains("Cut after"));
		server.take(QUEUE).forEach((message) -> all.add(message.replace(" redelivered", "")));
		assertThat(all).containsExactlyInAnyOrderElementsOf(messages);
	}

	@Test
	void whenMessageAndRequestAreInHandThenTheirDrainsOverlap() {
		RunningApplication application = application().start();
		inHand("1 12000");
		CompletableFuture<Integer> answered = requests(application);
		Moment signalled = application.signal("TERM");
		String close = application.awaitLog("phase=CLOSE outcome=DONE", LIMIT);
		assertThat(close).contains("ports are closed").contains("rabbit listeners take no more messages");
		// the broker hears of it a moment later
		Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> server.consumers(QUEUE) == 0);
		server.send(QUEUE, List.of("2 10"));
		assertThat(answered).as("the HTTP drain is going on").isNotDone();
		assertThat(this.ledger.read("done")).as("so is that of the listeners").isEmpty();
		assertThat(answered.join()).as("those in hand").isOne();
		assertThat(this.ledger.read("done")).as("the listeners go on").isEmpty();
		print("Spring Boot with the starter", 12, application, signalled);
		assertThat(this.ledger.read("done")).containsExactly("1 12000");
		assertThat(server.take(QUEUE)).as("nobody took the message that came later").containsExactly("2 10");
	}

	@Test
	void whenSpringBootIsAloneThenRequestsAreTakenAsLongAsMessageIsInHand() {
		RunningApplication application = springBootAlone().start();
		inHand("1 6000");
		CompletableFuture<Integer> answered = requests(application);
		Moment signalled = application.signal("TERM");
		assertThat(answered.join()).as("those in hand and those that came later").isGreaterThan(1);
		print("Spring Boot alone", 6, application, signalled);
	}

	/**
	 * Send requests of 3.5 s one after the other, each on a connection of its own, until
	 * one is not answered.
	 * @return how many were answered
	 */
	private static CompletableFuture<Integer> requests(RunningApplication application) {
		HttpRequest request = HttpRequest.newBuilder(application.uri().resolve("/wait?millis=3500")).build();
		CompletableFuture<Integer> answered = CompletableFuture.supplyAsync(() -> {
			for (int count = 0;; count++) {
				try {
					HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
					client.send(request, HttpResponse.BodyHandlers.ofString());
				}
				catch (IOException ex) {
					return count;
				}
				catch (InterruptedException ex) {
					throw new AssertionError(ex);
				}
			}
		});
		application.awaitLog("in flight", LIMIT);
		return answered;
	}

	private static void print(String who, int seconds, RunningApplication application, Moment signalled) {
		assertThat(application.awaitExit(LIMIT)).isEqualTo(143);
		System.out.printf("%s, with a message of %d s and requests of 3.5 s: %d ms from SIGTERM to the end%n", who,
				seconds, Moment.now().since(signalled).toMillis());
	}

}
