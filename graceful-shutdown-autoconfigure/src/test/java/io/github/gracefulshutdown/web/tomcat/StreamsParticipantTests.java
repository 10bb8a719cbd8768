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

package io.github.gracefulshutdown.web.tomcat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.web.OpenStream;
import io.github.gracefulshutdown.web.OpenStreams;
import io.github.gracefulshutdown.web.tomcat.RealApplication.Gate;
import io.github.gracefulshutdown.web.tomcat.RealApplication.Streams;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link StreamsParticipant}, on real applications and sockets.
 */
class StreamsParticipantTests {

	private static final String SHORT = "graceful-shutdown.drain.stream-timeout=300ms";

	/** Tomcat waits 20 s for a peer to read, if it is not interrupted in that. */
	private static final String SHORTER_THAN_A_WRITE = "graceful-shutdown.grace-period=20s";

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@ParameterizedTest
	@CsvSource({ "SERVLET, NEW, /streams/1", "SERVLET, NEW, /emitters/1", "SERVLET, HTTP2, /streams/1",
			"SERVLET, HTTP2, /emitters/1", "REACTIVE, NEW, /streams/1", "REACTIVE, HTTP2, /streams/1" })
	void whenEventStreamIsEndlessThenItIsEndedAndPeerSeesTheEnd(WebApplicationType type, Connections connections,
			String path) {
		try (RealApplication application = RealApplication.start(type, SHORT);
				RunningLoad load = open(application, 1, connections,
						Request.get(path).expecting("data:opened 1\n\n"::equals))) {
			application.awaitStreams(1);
			ShutdownReport report = drainInFlight(application, load, 1);
			assertThat(RealApplication.detail(report, ShutdownPhase.DRAIN))
				.contains("1 event streams ended after 0.3 s");
			assertThat(report.requests().cut()).isEmpty();
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, NEW", "SERVLET, HTTP2", "REACTIVE, NEW", "REACTIVE, HTTP2" })
	void whenEventStreamEndsByItselfThenAllOfItIsSeen(WebApplicationType type, Connections connections)
			throws Exception {
		try (RealApplication application = RealApplication.start(type);
				RunningLoad load = open(application, 1, connections,
						Request.get("/streams/1").expecting("data:opened 1\n\ndata:last\n\n"::equals))) {
			application.awaitStreams(1);
			Moment before = Moment.now();
			CompletableFuture<ShutdownReport> report = application.drain();
			application.awaitPhase(ShutdownPhase.DRAIN);
			var sink = application.bean(Streams.class).next();
			sink.tryEmitNext("last").orThrow();
			sink.tryEmitComplete().orThrow();
			assertThat(RealApplication.detail(report.join(), ShutdownPhase.DRAIN))
				.containsExactly("nothing is in flight");
			assertAllAnswered(load, before, 1);
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, NEW, /flood", "SERVLET, NEW, /emitters/flood", "SERVLET, HTTP2, /flood",
			"SERVLET, HTTP2, /emitters/flood", "REACTIVE, NEW, /flood", "REACTIVE, HTTP2, /flood" })
	void whenSenderDoesNotStopThenTheEndIsWellFormedAllTheSame(WebApplicationType type, Connections connections,
			String path) {
		try (RealApplication application = RealApplication.start(type, SHORT);
				RunningLoad load = open(application, 8, connections,
						Request.get(path).expecting(StreamsParticipantTests::areEvents))) {
			application.awaitStreams(8);
			ShutdownReport report = drainInFlight(application, load, 8);
			assertThat(RealApplication.detail(report, ShutdownPhase.DRAIN))
				.contains("8 event streams ended after 0.3 s");
		}
	}

	/**
	 * All events are there, but the last may be half, which a peer drops.
	 */
	private static boolean areEvents(String body) {
		String[] events = body.split("\n\n", -1);
		for (int event = 0; event < events.length; event++) {
			String expected = "data:" + event + " " + "x".repeat(event % 300);
			if (!((event < events.length - 1) ? expected.equals(events[event]) : expected.startsWith(events[event]))) {
				return false;
			}
		}
		return events.length > 10 + 1;
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, /flood", "SERVLET, /emitters/flood", "REACTIVE, /flood" })
	void whenPeerDoesNotReadThenItsConnectionIsClosed(WebApplicationType type, String path) throws Exception {
		try (RealApplication application = RealApplication.start(type, SHORT);
				Socket peer = openWithoutReading(application, path)) {
			application.awaitStreams(1);
			ShutdownReport report = application.drain().join();
			assertThat(report.requests().cut()).isEmpty();
			assertThat(RealApplication.detail(report, ShutdownPhase.DRAIN))
				.contains("1 streams did not end, their connections were closed");
			InputStream in = peer.getInputStream();
			String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
			assertThat(answer).startsWith("HTTP/1.1 200").doesNotEndWith("0\r\n\r\n");
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, /emitters/flood", "REACTIVE, /flood" })
	void whenManyPeersDoNotReadThenStreamsOfTheOthersAreEndedAsTheyShould(WebApplicationType type, String path)
			throws Exception {
		List<Socket> heldUp = new ArrayList<>();
		try (RealApplication application = RealApplication.start(type, SHORT, SHORTER_THAN_A_WRITE)) {
			for (int i = 0; i < 40; i++) {
				heldUp.add(openWithoutReading(application, path));
			}
			application.awaitStreams(40);
			try (RunningLoad load = open(application, 4, Connections.NEW,
					Request.get("/streams/1").expecting("data:opened 1\n\n"::equals))) {
				application.awaitStreams(44);
				ShutdownReport report = drainInFlight(application, load, 4);
				assertThat(report.phases()).extracting(ShutdownReport.Phase::outcome)
					.doesNotContain(ShutdownReport.Outcome.TIMED_OUT);
				assertThat(report.requests().cut()).isEmpty();
				assertThat(RealApplication.detail(report, ShutdownPhase.DRAIN)).contains(
						"44 event streams ended after 0.3 s", "40 streams did not end, their connections were closed");
			}
		}
		finally {
			for (Socket peer : heldUp) {
				peer.close();
			}
		}
	}

	private static Socket openWithoutReading(RealApplication application, String path) throws IOException {
		Socket peer = new Socket();
		peer.setReceiveBufferSize(4096);
		peer.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), application.port()));
		peer.getOutputStream()
			.write("GET %s?more=1000000 HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path)
				.getBytes(StandardCharsets.US_ASCII));
		// more than headers: the first event is on its way, and too long to arrive
		Awaitility.await().until(() -> peer.getInputStream().available() > 1024);
		return peer;
	}

	@Test
	void whenApplicationKeepsOrEndsItsStreamsThenSoTheyAre() throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET,
				new Class<?>[] { KeepOneEndTheOther.class }, "graceful-shutdown.grace-period=7s");
				RunningLoad kept = open(application, 1, Connections.NEW,
						Request.get("/streams/1").expecting("data:opened 1\n\ndata:last\n\n"::equals));
				RunningLoad ended = open(application, 1, Connections.NEW,
						Request.get("/emitters/2").expecting("data:opened 2\n\n"::equals))) {
			application.awaitStreams(2);
			Moment before = Moment.now();
			CompletableFuture<ShutdownReport> report = application.drain();
			application.awaitStreams(1);
			assertThat(report).isNotDone();
			assertAllAnswered(ended, before, 1);
			var sink = application.bean(Streams.class).next();
			sink.tryEmitNext("last").orThrow();
			sink.tryEmitComplete().orThrow();
			assertThat(report.join().requests().cut()).isEmpty();
			assertAllAnswered(kept, before, 1);
		}
	}

	@Test
	void whenStreamIsKeptToTheDeadlineThenItIsNamedAndEndedAsItShould() {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET,
				new Class<?>[] { KeepOneEndTheOther.class }, SHORT, "graceful-shutdown.grace-period=6s",
				"graceful-shutdown.reserve=5s");
				RunningLoad load = open(application, 1, Connections.NEW,
						Request.get("/streams/1?card=4111111111111111").expecting("data:opened 1\n\n"::equals))) {
			application.awaitStreams(1);
			ShutdownReport report = drainInFlight(application, load, 1);
			assertThat(report.requests().cut()).singleElement().satisfies((work) -> {
				assertThat(work.kind()).isEqualTo("sse");
				assertThat(work.name()).isEqualTo("GET /streams/{id}");
				assertThat(work.thread()).isNull();
			});
			assertThat(RealApplication.detail(report, ShutdownPhase.CUT)).contains("1 streams ended");
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void whenWebSocketsAreOpenThenAllAreToldToGo(WebApplicationType type) throws Exception {
		try (RealApplication application = RealApplication.start(type)) {
			application.addWebSocket("/chats/{room}");
			List<Peer> peers = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				peers.add(Peer.connect(application, "/chats/" + i));
			}
			application.awaitStreams(20);
			assertThat(application.bean(OpenStreams.class).all()).hasSize(20)
				.allSatisfy((stream) -> assertThat(stream.route()).isEqualTo("GET /chats/{room}"));
			ShutdownReport report = application.drain().join();
			for (Peer peer : peers) {
				assertThat(peer.closed.join()).isEqualTo(1001);
			}
			assertThat(RealApplication.detail(report, ShutdownPhase.CLOSE)).contains("20 WebSockets told to go");
			assertThat(report.requests().cut()).isEmpty();
		}
	}

	@Test
	void whenWebSocketIsKeptWhileOthersAreToldThenItIsNotTold() throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET)) {
			application.addWebSocket("/chats/{room}");
			Peer.connect(application, "/chats/1");
			Peer.connect(application, "/chats/2");
			application.awaitStreams(2);
			TomcatParticipant server = application.bean(TomcatParticipant.class);
			List<WebSocketProcessor> open = server.streams().webSockets();
			ShutdownClock clock = mock(ShutdownClock.class);
			willAnswer((sleep) -> {
				open.forEach(OpenStream::keep);
				return null;
			}).given(clock).sleep(any());
			Deadline deadline = Deadline.after(Duration.ofSeconds(1), clock);
			PhaseContext context = mock(PhaseContext.class);
			given(context.phase()).willReturn(ShutdownPhase.CLOSE);
			given(context.clock()).willReturn(clock);
			given(context.deadline()).willReturn(deadline);
			new StreamsParticipant(server, Duration.ofSeconds(5)).onPhase(context);
			assertThat(open).extracting(WebSocketProcessor::isLeaving).containsExactlyInAnyOrder(true, false);
			then(context).should().detail("1 WebSockets told to go");
		}
	}

	@Test
	void whenWebSocketCannotBeOpenedThenNobodyWaitsForIt() throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET)) {
			application.addWebSocket("/chats/{room}");
			Peer peer = Peer.connect(application, "/chats/broken");
			assertThat(peer.closed.join()).isEqualTo(Peer.NO_CLOSE);
			application.awaitStreams(0);
			assertThat(RealApplication.detail(application.drain().join(), ShutdownPhase.DRAIN))
				.containsExactly("nothing is in flight");
		}
	}

	@Test
	void whenWebSocketIsOfWebFluxThenItIsToldToGo() throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.REACTIVE)) {
			Peer peer = Peer.connect(application, "/sockets/1");
			// the peer has its answer before the server has its socket
			application.awaitStreams(1);
			assertThat(application.bean(OpenStreams.class).all()).singleElement()
				.satisfies((stream) -> assertThat(stream.route()).isEqualTo("GET /sockets/{id}"));
			application.drain();
			assertThat(peer.closed.join()).isEqualTo(1001);
		}
	}

	@Test
	void whenMessageIsBeingHandledThenItIsAnsweredBeforePeerIsToldToGo() throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET)) {
			Gate gate = application.addWebSocket("/chat");
			Peer peer = Peer.connect(application, "/chat");
			peer.send("pay");
			gate.awaitMessage();
			CompletableFuture<ShutdownReport> report = application.drain();
			application.awaitPhase(ShutdownPhase.DRAIN);
			assertThat(peer.closed).isNotDone();
			gate.open();
			assertThat(peer.messages.take()).isEqualTo("echo pay");
			assertThat(peer.closed.join()).isEqualTo(1001);
			assertThat(report.join().requests().cut()).isEmpty();
		}
	}

	@Test
	void whenMessageIsHandledForTooLongThenItIsNamedAndInterrupted() throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET, SHORT,
				"graceful-shutdown.grace-period=6s", "graceful-shutdown.reserve=5s")) {
			Gate gate = application.addWebSocket("/chats/{room}");
			Peer peer = Peer.connect(application, "/chats/1?card=4111111111111111");
			peer.send("pay");
			gate.awaitMessage();
			ShutdownReport report = application.drain().join();
			assertThat(report.requests().cut()).singleElement().satisfies((work) -> {
				assertThat(work.kind()).isEqualTo("websocket");
				assertThat(work.name()).isEqualTo("GET /chats/{room}");
				assertThat(work.thread()).contains("exec");
				assertThat(work.location()).contains(RealApplication.class.getSimpleName());
			});
			assertThat(gate.interrupted()).isTrue();
			assertThat(peer.closed.join()).isEqualTo(Peer.NO_CLOSE);
		}
	}

	@Test
	void whenPeerDoesNotAnswerTheCloseThenItsConnectionIsClosed() throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET, SHORT);
				Socket peer = new Socket(InetAddress.getLoopbackAddress(), application.port())) {
			application.addWebSocket("/chat");
			peer.getOutputStream().write("""
					GET /chat HTTP/1.1
					Host: localhost
					Upgrade: websocket
					Connection: Upgrade
					Sec-WebSocket-Version: 13
					Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

					""".replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
			application.awaitStreams(1);
			ShutdownReport report = application.drain().join();
			assertThat(report.requests().cut()).isEmpty();
			assertThat(RealApplication.detail(report, ShutdownPhase.DRAIN))
				.contains("1 streams did not end, their connections were closed");
			byte[] answer = peer.getInputStream().readAllBytes();
			// a close frame with 1001, and the end
			assertThat(new String(answer, StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 101")
				.containsSubsequence("\r\n\r\n\u0088", "\u0003\u00e9");
		}
	}

	private RunningLoad open(RealApplication application, int peers, Connections connections, Request request) {
		return this.kit.load()
			.target(application.uri())
			.group(ClientGroup.of("peers", peers, connections, request))
			.start();
	}

	private static ShutdownReport drainInFlight(RealApplication application, RunningLoad load, int inFlight) {
		Moment before = Moment.now();
		ShutdownReport report = application.drain().join();
		assertAllAnswered(load, before, inFlight);
		return report;
	}

	private static void assertAllAnswered(RunningLoad load, Moment before, int inFlight) {
		LoadReport report = load.stop().inFlightAt(before);
		assertThat(report.size()).isEqualTo(inFlight);
		report.assertAllAnswered();
	}

	/**
	 * Keeps one kind of stream and ends the other, before the library looks at them.
	 */
	@Order(-1)
	static final class KeepOneEndTheOther implements ShutdownParticipant {

		private final OpenStreams streams;

		KeepOneEndTheOther(OpenStreams streams) {
			this.streams = streams;
		}

		@Override
		public Set<ShutdownPhase> phases() {
			return EnumSet.of(ShutdownPhase.CLOSE);
		}

		@Override
		public void onPhase(PhaseContext context) {
			for (OpenStream stream : this.streams.all()) {
				Consumer<OpenStream> what = stream.route().contains("/streams/") ? OpenStream::keep : OpenStream::end;
				what.accept(stream);
			}
		}

	}

	/**
	 * A WebSocket client.
	 */
	private static final class Peer implements WebSocket.Listener {

		static final int NO_CLOSE = 1006;

		private final BlockingQueue<CharSequence> messages = new LinkedBlockingQueue<>();

		private final CompletableFuture<Integer> closed = new CompletableFuture<>();

		private @Nullable WebSocket socket;

		static Peer connect(RealApplication application, String path) {
			Peer peer = new Peer();
			peer.socket = HttpClient.newHttpClient()
				.newWebSocketBuilder()
				.buildAsync(URI.create("ws://127.0.0.1:" + application.port() + path), peer)
				.join();
			return peer;
		}

		void send(String message) {
			Objects.requireNonNull(this.socket).sendText(message, true).join();
		}

		@Override
		public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
			this.messages.add(data.toString());
			return WebSocket.Listener.super.onText(webSocket, data, last);
		}

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
			this.closed.complete(statusCode);
			return null;
		}

		@Override
		public void onError(WebSocket webSocket, Throwable error) {
			this.closed.complete(NO_CLOSE);
		}

	}

}
