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

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for the life of a load.
 */
class RunningLoadTests {

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	private final CountDownLatch released = new CountDownLatch(1);

	private RawServer server;

	@BeforeEach
	void startServer() throws IOException {
		this.server = new RawServer(this::answer);
	}

	@AfterEach
	void stopServer() throws IOException {
		this.server.close();
	}

	@Test
	void whenSeveralGroupsSendThenEachIsCounted() {
		List<RequestResult> heard = new CopyOnWriteArrayList<>();
		RunningLoad load = builder().group("fast", 3, Connections.KEEP_ALIVE, Request.get("/a"), Request.get("/b"))
			.group(ClientGroup.of("new", 2, Connections.NEW, Request.get("/c"))
				.thinkTime(Duration.ZERO, Duration.ofMillis(1)))
			.onResult(heard::add)
			.start()
			.awaitRequests(50);
		// one of the three has then sent both of its requests
		Latches.awaitUntil(() -> load.report().group("fast").size() > 3);
		LoadReport report = load.stop().assertAllAnswered();
		assertThat(report.size()).isGreaterThanOrEqualTo(50);
		assertThat(load.requests()).isEqualTo(report.size());
		assertThat(load.count(Outcome.ANSWERED)).isEqualTo(report.size());
		assertThat(load.count(Outcome.RESET)).isZero();
		assertThat(load.inFlight()).isZero();
		assertThat(heard).containsExactlyInAnyOrderElementsOf(report.all());
		assertThat(report.all()).extracting(RequestResult::number).doesNotHaveDuplicates();
		assertThat(report.group("fast").all()).extracting(RequestResult::request).contains("GET /a", "GET /b");
		assertThat(report.group("new").all()).extracting(RequestResult::reused).containsOnly(false);
		assertThat(report.group("fast").size() + report.group("new").size()).isEqualTo(report.size());
	}

	@Test
	void whenAGroupHasATargetOfItsOwnThenItSendsThere() throws IOException {
		try (RawServer other = new RawServer(this::answer)) {
			LoadReport report = builder().group("one", 1, Connections.KEEP_ALIVE, Request.get("/"))
				.group(ClientGroup.of("other", 1, Connections.KEEP_ALIVE, Request.get("/")).target(other::uri))
				.start()
				.awaitRequests(10)
				.stop();
			assertThat(report.group("one").all()).extracting(RequestResult::target).containsOnly(this.server.uri());
			assertThat(report.group("other").all()).extracting(RequestResult::target).containsOnly(other.uri());
		}
	}

	@Test
	void whenTheTargetChangesThenAConnectionIsKeptForEach() throws IOException {
		try (RawServer other = new RawServer(this::answer)) {
			List<URI> turns = new CopyOnWriteArrayList<>(
					List.of(this.server.uri(), other.uri(), this.server.uri(), other.uri()));
			LoadReport report = this.kit.load()
				.target(() -> turns.isEmpty() ? null : turns.remove(0))
				.group("one", 1, Connections.KEEP_ALIVE, Request.get("/"))
				.start()
				.awaitRequests(5)
				.stop();
			assertThat(report.all()).extracting(RequestResult::reused).startsWith(false, false, true, true);
			assertThat(report.all().get(4).outcome()).isEqualTo(Outcome.NO_TARGET);
		}
	}

	@Test
	void whenStoppedThenRequestsInFlightAreAwaited() throws Exception {
		RunningLoad load = builder().group("waiting", 3, Connections.KEEP_ALIVE, Request.get("/wait"))
			.start()
			.awaitInFlight(3)
			.awaitInFlight("waiting", 3);
		assertThat(load.inFlight("waiting")).isEqualTo(3);
		assertThat(load.inFlight("none")).isZero();
		Moment before = Moment.now();
		CompletableFuture<LoadReport> stopped = new CompletableFuture<>();
		Thread stopping = new Thread(() -> stopped.complete(load.stop()));
		stopping.start();
		while (stopping.getState() != Thread.State.TIMED_WAITING) {
			// all have been told once it waits for the first
			Thread.onSpinWait();
		}
		assertThat(stopped).isNotDone();
		this.released.countDown();
		LoadReport report = stopped.get(10, TimeUnit.SECONDS);
		assertThat(report.inFlightAt(before).assertNothingLost().size()).isEqualTo(3);
		assertThat(report.size()).isEqualTo(3);
	}

	@Test
	void whenClosedThenWhatWeCutOurselvesIsNotReported() {
		RunningLoad load = builder().group("waiting", 3, Connections.KEEP_ALIVE, Request.get("/wait"))
			.start()
			.awaitInFlight(3);
		load.close();
		assertThat(load.stop().isEmpty()).isTrue();
	}

	@Test
	void whenPausedThenNothingIsSentUntilResumed() {
		RunningLoad load = builder().group("one", 1, Connections.KEEP_ALIVE, Request.get("/wait")).start();
		load.awaitInFlight(1);
		load.pause();
		this.released.countDown();
		load.awaitRequests(1);
		assertThat(load.requests()).isOne();
		load.resume();
		assertThat(load.awaitRequests(3).stop().all()).extracting(RequestResult::reused).startsWith(false, true, true);
	}

	@Test
	void whenAListenerFailsThenTheLoadProvesNothing() {
		RunningLoad load = builder().group("one", 1, Connections.KEEP_ALIVE, Request.get("/")).onResult((result) -> {
			throw new IllegalArgumentException("listener");
		}).start();
		assertThatIllegalStateException().isThrownBy(() -> load.awaitRequests(100))
			.withCauseInstanceOf(IllegalArgumentException.class);
		assertThatIllegalStateException().isThrownBy(load::stop)
			.withMessageContaining("proves nothing")
			.withCauseInstanceOf(IllegalArgumentException.class);
	}

	@Test
	void whenItCannotSendThenItIsRefused() {
		assertThatIllegalStateException().isThrownBy(() -> builder().start()).withMessageContaining("no");
		assertThatIllegalStateException()
			.isThrownBy(() -> this.kit.load().group("one", 1, Connections.NEW, Request.get("/")).start())
			.withMessageContaining("'one' has no target");
		assertThatIllegalArgumentException().isThrownBy(() -> ClientGroup.of("none", 0, Connections.NEW));
		assertThatIllegalArgumentException().isThrownBy(() -> Request.get("relative"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Request.post("/").body("text/plain", "x").inPieces(0, Duration.ZERO));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ClientGroup.of("one", 1, Connections.NEW, Request.get("/"))
				.thinkTime(Duration.ofMillis(2), Duration.ofMillis(1)));
	}

	private LoadBuilder builder() {
		return this.kit.load().target(this.server.uri());
	}

	private void answer(Socket socket) throws IOException {
		String request = RawServer.readRequest(socket);
		while (!request.isEmpty()) {
			if (request.startsWith("GET /wait")) {
				Latches.await(this.released);
			}
			RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
			request = RawServer.readRequest(socket);
		}
	}

}
