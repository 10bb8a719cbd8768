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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each class of outcome over HTTP/2, as the server that causes it knows it to be.
 */
class Http2OutcomeTests {

	private static final int REFUSED_STREAM = 7;

	private static final int CANCEL = 8;

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	private final List<RawServer> servers = new CopyOnWriteArrayList<>();

	@AfterEach
	void stopServers() throws IOException {
		for (RawServer server : this.servers) {
			server.close();
		}
	}

	static Stream<byte[]> statuses() {
		return Stream.of(bytes(0x88), // indexed
				bytes(0x20, 0x88), // after a change of the dynamic table's size
				bytes(0x08, 3, '2', '0', '0'), // literal, not indexed
				bytes(0x18, 3, '2', '0', '0'), // literal, never indexed
				bytes(0x48, 3, '2', '0', '0'), // literal, to be indexed
				bytes(0x08, 0x82, 0x10, 0x01), // Huffman: 00010 00000 00000 1
				bytes(0x00, 7, ':', 's', 't', 'a', 't', 'u', 's', 3, '2', '0', '0'), // literal
																						// name
				bytes(0x88, 0x0f, 0x10, 3, 'a', '/', 'b'), // content-type
				bytes(0x88, 0x0f, 0x0d, 1, '0'), // content-length
				bytes(0x88, 0x00, 0x82, 0xff, 0xff, 0x83, 0x9f, 0xff, 0xff)); // Huffman
																				// text
	}

	@ParameterizedTest
	@MethodSource("statuses")
	void whenTheAnswerIsCompleteThenItIsAnswered(byte[] head) throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> {
			int stream = peer.awaitRequest();
			peer.send(Http2Peer.HEADERS, Http2Peer.END_HEADERS | Http2Peer.END_STREAM, stream, head);
		});
		assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.ANSWERED);
		assertThat(result.status()).isEqualTo(200);
	}

	@Test
	void whenTheAnswerHasManyFramesThenItIsReadToItsEnd() throws IOException {
		RequestResult result = result(Request.get("/").expecting("one two three"::equals), (peer) -> {
			int stream = peer.awaitRequest();
			peer.head(stream, bytes(0x08, 3, '1', '0', '3'));
			peer.send(Http2Peer.HEADERS, Http2Peer.NO_FLAGS, stream, bytes(0x08, 3, '2'));
			peer.send(Http2Peer.CONTINUATION, Http2Peer.END_HEADERS, stream, bytes('0', '1'));
			peer.data(stream, "one ", Http2Peer.NO_FLAGS);
			peer.send(Http2Peer.DATA, Http2Peer.PADDED, stream, bytes(2, 't', 'w', 'o', ' ', 0, 0));
			peer.data(99, "of another stream", Http2Peer.NO_FLAGS);
			peer.data(stream, "three", Http2Peer.NO_FLAGS);
			peer.send(Http2Peer.HEADERS, Http2Peer.END_HEADERS | Http2Peer.END_STREAM, stream,
					bytes(0x00, 1, 't', 1, 'x'));
		});
		assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.ANSWERED);
		assertThat(result.status()).isEqualTo(201);
	}

	@Test
	void whenTheStatusIsOfTheServerThenItIsServerError() throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> {
			int stream = peer.awaitRequest();
			peer.head(stream, Http2Peer.STATUS_503);
			peer.data(stream, "stopped", Http2Peer.END_STREAM);
		});
		assertThat(result.outcome()).isEqualTo(Outcome.SERVER_ERROR);
		assertThat(result.status()).isEqualTo(503);
		assertThat(result.detail()).isEqualTo("stopped");
	}

	@Test
	void whenGoawayLeavesTheStreamOutThenItIsUnprocessed() throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> {
			peer.awaitRequest();
			peer.goaway(0);
		});
		assertThat(result.outcome()).isEqualTo(Outcome.UNPROCESSED);
		assertThat(result.isLost()).isFalse();
		assertThat(result.sent()).isNotNull();
	}

	@Test
	void whenTheStreamIsRefusedThenItIsUnprocessed() throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> peer.rstStream(peer.awaitRequest(), REFUSED_STREAM));
		assertThat(result.outcome()).isEqualTo(Outcome.UNPROCESSED);
	}

	@Test
	void whenTheStreamIsRefusedDuringTheUploadThenItIsUnprocessed() throws IOException {
		Request upload = Request.post("/").body("text/plain", "x".repeat(70_000));
		RequestResult result = result(upload, (peer) -> peer.rstStream(peer.awaitRequest(), REFUSED_STREAM));
		assertThat(result.outcome()).isEqualTo(Outcome.UNPROCESSED);
	}

	@Test
	void whenGoawayIncludesTheStreamThenItsAnswerIsAwaited() throws IOException {
		List<RequestResult> results = results(2, (peer) -> {
			int stream = peer.awaitRequest();
			peer.goaway(Integer.MAX_VALUE);
			peer.goaway(stream);
			peer.answer(stream);
			peer.await(Http2Peer.HEADERS, Http2Peer.NO_FLAGS);
		});
		assertThat(results).extracting(RequestResult::outcome).containsOnly(Outcome.ANSWERED);
		assertThat(results).extracting(RequestResult::reused).containsOnly(false);
	}

	@Test
	void whenGoawayIncludesTheStreamButNoAnswerComesThenItIsLost() throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> {
			peer.goaway(peer.awaitRequest());
			peer.close();
		});
		assertThat(result.outcome()).isEqualTo(Outcome.NO_RESPONSE);
		assertThat(result.detail()).contains("GOAWAY with last stream id 1");
	}

	@Test
	void whenGoawayComesWhileIdleThenTheConnectionIsNotUsedAgain() throws IOException {
		CountDownLatch goneAway = new CountDownLatch(1);
		AtomicBoolean first = new AtomicBoolean(true);
		RawServer server = server((peer) -> {
			if (first.getAndSet(false)) {
				peer.answer(peer.awaitRequest());
				peer.goaway(1);
				goneAway.countDown();
			}
			while (true) {
				peer.answer(peer.awaitRequest());
			}
		});
		AtomicBoolean asked = new AtomicBoolean();
		List<RequestResult> results = this.kit.load().target(() -> {
			if (asked.getAndSet(true)) {
				Latches.await(goneAway);
			}
			return server.uri();
		}).group("one", 1, Connections.HTTP2, Request.get("/")).start().awaitRequests(3).stop().all();
		assertThat(results).extracting(RequestResult::outcome).containsOnly(Outcome.ANSWERED);
		assertThat(results).extracting(RequestResult::reused).startsWith(false, false, true);
	}

	@Test
	void whenTheServerClosesAfterTheRequestThenItIsNoResponse() throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> {
			peer.awaitRequest();
			peer.await(Http2Peer.SETTINGS, Http2Peer.ACK);
			peer.close();
		});
		assertThat(result.outcome()).isEqualTo(Outcome.NO_RESPONSE);
	}

	@Test
	void whenTheServerResetsTheConnectionThenItIsReset() throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> {
			peer.awaitRequest();
			peer.reset();
		});
		assertThat(result.outcome()).isEqualTo(Outcome.RESET);
	}

	@Test
	void whenTheServerResetsTheStreamThenItIsReset() throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> peer.rstStream(peer.awaitRequest(), CANCEL));
		assertThat(result.outcome()).isEqualTo(Outcome.RESET);
		assertThat(result.detail()).contains("RST_STREAM with error code 8");
	}

	@ParameterizedTest
	@ValueSource(strings = { "close", "reset", "rst_stream", "refused" })
	void whenTheAnswerEndsInTheMiddleThenItIsTruncated(String how) throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> {
			int stream = peer.awaitRequest();
			peer.head(stream, Http2Peer.STATUS_200);
			peer.data(stream, "event", Http2Peer.NO_FLAGS);
			peer.send(Http2Peer.PING, Http2Peer.NO_FLAGS, 0, new byte[8]);
			// the client has read it
			peer.await(Http2Peer.PING, Http2Peer.ACK);
			switch (how) {
				case "close" -> peer.close();
				case "reset" -> peer.reset();
				case "refused" -> peer.rstStream(stream, REFUSED_STREAM);
				default -> peer.rstStream(stream, CANCEL);
			}
		});
		assertThat(result.outcome()).isEqualTo(Outcome.TRUNCATED);
		assertThat(result.status()).isEqualTo(200);
	}

	@Test
	void whenTheAnswerDoesNotEndInTimeThenItIsTimeout() throws IOException {
		RawServer server = server((peer) -> {
			peer.head(peer.awaitRequest(), Http2Peer.STATUS_200);
			peer.awaitRequest();
		});
		RequestResult result = first(this.kit.load()
			.target(server.uri())
			.requestTimeout(Duration.ofMillis(100))
			.group("one", 1, Connections.HTTP2, Request.get("/"))
			.start());
		assertThat(result.outcome()).isEqualTo(Outcome.TIMEOUT);
	}

	static Stream<byte[]> malformed() {
		return Stream.of(bytes(0xbe), // index 62
				bytes(0x80), // index 0
				bytes(0x08, 9, '2'), // too long a string
				bytes(0x0f, 0x10, 1, 'x')); // no status
	}

	@ParameterizedTest
	@MethodSource("malformed")
	void whenTheHeadIsMalformedThenItIsInvalid(byte[] head) throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> peer.head(peer.awaitRequest(), head));
		assertThat(result.outcome()).isEqualTo(Outcome.INVALID);
	}

	@Test
	void whenTheBodyIsShorterThanItsLengthThenItIsInvalid() throws IOException {
		RequestResult result = result(Request.get("/"), (peer) -> {
			int stream = peer.awaitRequest();
			peer.head(stream, bytes(0x88, 0x0f, 0x0d, 1, '9'));
			peer.data(stream, "short", Http2Peer.END_STREAM);
		});
		assertThat(result.outcome()).isEqualTo(Outcome.INVALID);
		assertThat(result.detail()).contains("5 bytes of the body instead of 9");
	}

	@Test
	void whenTheServerSpeaksHttp1ThenItIsInvalid() throws IOException {
		RawServer server = new RawServer((socket) -> {
			RawServer.readRequest(socket);
			RawServer.write(socket, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
		});
		this.servers.add(server);
		RequestResult result = first(
				this.kit.load().target(server.uri()).group("one", 1, Connections.HTTP2, Request.get("/")).start());
		assertThat(result.outcome()).isEqualTo(Outcome.INVALID);
	}

	@Test
	void whenPingedThenTheClientAnswersEvenWhileIdle() throws IOException {
		CountDownLatch answered = new CountDownLatch(1);
		RawServer server = server((peer) -> {
			peer.answer(peer.awaitRequest());
			peer.send(Http2Peer.PING, Http2Peer.NO_FLAGS, 0, new byte[8]);
			peer.await(Http2Peer.PING, Http2Peer.ACK);
			answered.countDown();
		});
		RunningLoad load = this.kit.load()
			.target(server.uri())
			.group("idle", 1, Connections.HTTP2, Request.get("/"))
			.start()
			.awaitRequests(1);
		load.pause();
		Latches.await(answered);
	}

	@Test
	void whenTheWindowIsClosedThenTheUploadWaitsForIt() throws IOException {
		CountDownLatch opened = new CountDownLatch(1);
		Request upload = Request.post("/").body("text/plain", "x".repeat(65_535 + 10));
		RequestResult result = result(upload, (peer) -> {
			int stream = peer.awaitRequest();
			for (int i = 0; i < 4; i++) {
				peer.await(Http2Peer.DATA, Http2Peer.NO_FLAGS);
			}
			peer.send(Http2Peer.WINDOW_UPDATE, Http2Peer.NO_FLAGS, 0, bytes(0, 0, 0, 10));
			peer.send(Http2Peer.WINDOW_UPDATE, Http2Peer.NO_FLAGS, stream, bytes(0, 0, 0, 10));
			opened.countDown();
			peer.await(Http2Peer.DATA, Http2Peer.END_STREAM);
			peer.answer(stream);
		});
		assertThat(result.outcome()).isEqualTo(Outcome.ANSWERED);
		assertThat(opened.getCount()).isZero();
	}

	@Test
	void whenTheUploadIsAnsweredEarlyThenItIsAnswered() throws IOException {
		Request upload = Request.post("/").body("text/plain", "x".repeat(70_000));
		RequestResult result = result(upload, (peer) -> peer.send(Http2Peer.HEADERS,
				Http2Peer.END_HEADERS | Http2Peer.END_STREAM, peer.awaitRequest(), bytes(0x08, 3, '4', '1', '3')));
		assertThat(result.outcome()).isEqualTo(Outcome.ANSWERED);
		assertThat(result.status()).isEqualTo(413);
	}

	private static byte[] bytes(int... values) {
		byte[] bytes = new byte[values.length];
		for (int i = 0; i < values.length; i++) {
			bytes[i] = (byte) values[i];
		}
		return bytes;
	}

	private RawServer server(Script script) throws IOException {
		RawServer server = new RawServer((Socket socket) -> {
			Http2Peer peer = new Http2Peer(socket);
			script.run(peer);
			peer.awaitRequest();
		});
		this.servers.add(server);
		return server;
	}

	private RequestResult result(Request request, Script script) throws IOException {
		return first(this.kit.load().target(server(script).uri()).group("one", 1, Connections.HTTP2, request).start());
	}

	private List<RequestResult> results(int requests, Script script) throws IOException {
		return this.kit.load()
			.target(server(script).uri())
			.group("one", 1, Connections.HTTP2, Request.get("/"))
			.start()
			.awaitRequests(requests)
			.stop()
			.all();
	}

	private static RequestResult first(RunningLoad load) {
		load.awaitRequests(1);
		load.close();
		return load.report().all().get(0);
	}

	private interface Script {

		void run(Http2Peer peer) throws IOException;

	}

}
