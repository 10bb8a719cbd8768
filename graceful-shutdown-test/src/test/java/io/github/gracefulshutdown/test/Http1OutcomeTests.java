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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each class of outcome, as the server that causes it knows it to be.
 */
class Http1OutcomeTests {

	private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	private final List<RawServer> servers = new CopyOnWriteArrayList<>();

	@AfterEach
	void stopServers() throws IOException {
		for (RawServer server : this.servers) {
			server.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { OK, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nTrailer: x\r\n\r\n",
			"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
			"HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n" + OK })
	void whenTheAnswerIsCompleteThenItIsAnswered(String answer) throws IOException {
		RequestResult result = result(Request.get("/"), (socket) -> {
			RawServer.readRequest(socket);
			RawServer.write(socket, answer);
			RawServer.readRequest(socket);
		});
		assertThat(result.outcome()).isEqualTo(Outcome.ANSWERED);
		assertThat(result.detail()).isEmpty();
		assertThat(result.sent()).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP/1.1 200 OK\r\n\r\nuntil the end", "HTTP/1.0 200 OK\r\n\r\nuntil the end" })
	void whenTheAnswerEndsWithTheConnectionThenItIsAnswered(String answer) throws IOException {
		RequestResult result = result(Request.get("/").expecting("until the end"::equals), answerAndClose(answer));
		assertThat(result.outcome()).isEqualTo(Outcome.ANSWERED);
	}

	@ParameterizedTest
	@ValueSource(ints = { 500, 502, 503 })
	void whenTheStatusIsOfTheServerThenItIsServerError(int status) throws IOException {
		RequestResult result = result(Request.get("/"),
				answerAndClose("HTTP/1.1 " + status + " No\r\nContent-Length: 7\r\n\r\nstopped"));
		assertThat(result.outcome()).isEqualTo(Outcome.SERVER_ERROR);
		assertThat(result.status()).isEqualTo(status);
		assertThat(result.detail()).isEqualTo("stopped");
		assertThat(result.isLost()).isTrue();
	}

	@Test
	void whenNobodyListensThenItIsRefused() throws IOException {
		URI nobody;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
		}
		RequestResult result = first(
				this.kit.load().target(nobody).group("one", 1, Connections.KEEP_ALIVE, Request.get("/")).start());
		assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
		assertThat(result.sent()).isNull();
		assertThat(result.connected()).isNull();
		assertThat(result.isLost()).isFalse();
	}

	@Test
	void whenThereIsNoTargetThenItIsNoTarget() {
		RequestResult result = first(
				this.kit.load().target(() -> null).group("one", 1, Connections.KEEP_ALIVE, Request.get("/")).start());
		assertThat(result.outcome()).isEqualTo(Outcome.NO_TARGET);
		assertThat(result.target()).isNull();
	}

	@Test
	void whenTheServerClosesAfterTheRequestThenItIsNoResponse() throws IOException {
		RequestResult result = result(Request.get("/"), (socket) -> {
			RawServer.readRequest(socket);
			socket.close();
		});
		assertThat(result.outcome()).isEqualTo(Outcome.NO_RESPONSE);
		assertThat(result.status()).isZero();
		assertThat(result.sent()).isNotNull();
	}

	@Test
	void whenTheServerResetsAfterTheRequestThenItIsReset() throws IOException {
		RequestResult result = result(Request.get("/"), (socket) -> {
			RawServer.readRequest(socket);
			RawServer.reset(socket);
		});
		assertThat(result.outcome()).isEqualTo(Outcome.RESET);
		assertThat(result.detail()).containsIgnoringCase("reset");
	}

	@Test
	void whenTheServerResetsDuringTheUploadThenItIsReset() throws IOException {
		CountDownLatch reset = new CountDownLatch(1);
		Request upload = Request.post("/").body("text/plain", "x".repeat(4000)).inPieces(1000, Duration.ofMillis(20));
		RequestResult result = result(upload, (socket) -> {
			assertThat(socket.getInputStream().readNBytes(500)).hasSize(500);
			RawServer.reset(socket);
			reset.countDown();
		});
		assertThat(result.outcome()).isEqualTo(Outcome.RESET);
		Latches.await(reset);
	}

	@ParameterizedTest
	@ValueSource(strings = { "H", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Le",
			"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123456789",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nevent\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nevent\r\n0\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nev",
			"HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\n1" })
	void whenTheServerClosesInTheMiddleOfTheAnswerThenItIsTruncated(String part) throws IOException {
		RequestResult result = result(Request.get("/"), answerAndClose(part));
		assertThat(result.outcome()).isEqualTo(Outcome.TRUNCATED);
		assertThat(result.detail()).contains("closed").contains("bytes of the body");
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123", "HTTP/1.1 200 OK\r\n\r\n123" })
	void whenTheServerResetsInTheMiddleOfTheAnswerThenItIsTruncated(String part) throws IOException {
		RequestResult result = result(Request.get("/"), (socket) -> {
			RawServer.readRequest(socket);
			RawServer.write(socket, part);
			RawServer.reset(socket);
		});
		assertThat(result.outcome()).isEqualTo(Outcome.TRUNCATED);
		assertThat(result.detail()).containsIgnoringCase("reset");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123" })
	void whenTheAnswerDoesNotEndInTimeThenItIsTimeout(String part) throws IOException {
		RawServer server = server((socket) -> {
			RawServer.readRequest(socket);
			RawServer.write(socket, part);
			RawServer.readRequest(socket);
		});
		RequestResult result = first(this.kit.load()
			.target(server.uri())
			.requestTimeout(Duration.ofMillis(100))
			.group("one", 1, Connections.KEEP_ALIVE, Request.get("/"))
			.start());
		assertThat(result.outcome()).isEqualTo(Outcome.TIMEOUT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nlonger\r\n0\r\n\r\n" })
	void whenTheAnswerIsNotHttpThenItIsInvalid(String answer) throws IOException {
		RequestResult result = result(Request.get("/"), answerAndClose(answer));
		assertThat(result.outcome()).isEqualTo(Outcome.INVALID);
	}

	@Test
	void whenTheBodyIsNotAsExpectedThenItIsInvalid() throws IOException {
		Request stream = Request.get("/events").expecting((body) -> body.endsWith("last"));
		RequestResult result = result(stream, answerAndClose(OK));
		assertThat(result.outcome()).isEqualTo(Outcome.INVALID);
		assertThat(result.detail()).contains("ok");
	}

	@Test
	void whenTheBodyOfAnErrorIsNotAsExpectedThenItIsStillAnswered() throws IOException {
		RequestResult result = result(Request.get("/").expecting("ok"::equals),
				answerAndClose("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
		assertThat(result.outcome()).isEqualTo(Outcome.ANSWERED);
	}

	@Test
	void whenTheServerAnswersBeforeTheUploadEndsThenItIsAnswered() throws IOException {
		Request upload = Request.post("/").body("text/plain", "x".repeat(4000)).inPieces(1000, Duration.ofMillis(10));
		RequestResult result = result(upload, (socket) -> {
			assertThat(socket.getInputStream().readNBytes(500)).hasSize(500);
			RawServer.write(socket, "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
			socket.shutdownOutput();
			socket.getInputStream().readAllBytes();
		});
		assertThat(result.outcome()).isEqualTo(Outcome.ANSWERED);
		assertThat(result.status()).isEqualTo(413);
	}

	@Test
	void whenTheConnectionIsKeptThenItIsUsedAgain() throws IOException {
		RawServer server = server(Http1OutcomeTests::answerEachRequest);
		List<RequestResult> results = results(server, Connections.KEEP_ALIVE, 3);
		assertThat(results).extracting(RequestResult::outcome).containsOnly(Outcome.ANSWERED);
		assertThat(results).extracting(RequestResult::reused).startsWith(false, true, true);
		assertThat(results.get(2).connected()).isEqualTo(results.get(0).connected());
		assertThat(server.connections()).isOne();
	}

	@Test
	void whenConnectionsAreNewThenNoneIsUsedAgain() throws IOException {
		List<String> requests = new CopyOnWriteArrayList<>();
		RawServer server = server((socket) -> {
			requests.add(RawServer.readRequest(socket));
			RawServer.write(socket, OK);
			requests.add(RawServer.readRequest(socket));
		});
		List<RequestResult> results = results(server, Connections.NEW, 2);
		assertThat(results).extracting(RequestResult::reused).containsOnly(false);
		assertThat(requests.get(0)).contains("\r\nConnection: close\r\n");
		assertThat(server.connections()).isGreaterThanOrEqualTo(2);
		// the client has closed its side
		Latches.awaitUntil(() -> requests.contains(""));
	}

	@ParameterizedTest
	@ValueSource(strings = { "close", "Close", "keep-alive, close" })
	void whenTheServerSaysCloseThenTheConnectionIsNotUsedAgain(String connection) throws IOException {
		RawServer server = server((socket) -> {
			while (!RawServer.readRequest(socket).isEmpty()) {
				RawServer.write(socket,
						"HTTP/1.1 200 OK\r\nConnection: " + connection + "\r\nContent-Length: 0\r\n\r\n");
			}
		});
		List<RequestResult> results = results(server, Connections.KEEP_ALIVE, 2);
		assertThat(results).extracting(RequestResult::outcome).containsOnly(Outcome.ANSWERED);
		assertThat(results).extracting(RequestResult::reused).containsOnly(false);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheServerHasClosedTheIdleConnectionThenItIsNotUsedAgain(boolean reset) throws IOException {
		CountDownLatch closed = new CountDownLatch(1);
		AtomicInteger asked = new AtomicInteger();
		RawServer server = server((socket) -> {
			if (closed.getCount() == 0) {
				answerEachRequest(socket);
				return;
			}
			RawServer.readRequest(socket);
			RawServer.write(socket, OK);
			// the client has read the answer when it asks for the next target
			Latches.awaitUntil(() -> asked.get() > 1);
			if (reset) {
				RawServer.reset(socket);
			}
			socket.close();
			closed.countDown();
		});
		RunningLoad load = this.kit.load().target(() -> {
			if (asked.incrementAndGet() > 1) {
				Latches.await(closed);
			}
			return server.uri();
		}).group("one", 1, Connections.KEEP_ALIVE, Request.get("/")).start().awaitRequests(3);
		List<RequestResult> results = load.stop().all();
		assertThat(results).extracting(RequestResult::outcome).containsOnly(Outcome.ANSWERED);
		assertThat(results).extracting(RequestResult::reused).startsWith(false, false, true);
	}

	@Test
	void whenTheServerClosesAsTheNextRequestComesThenItIsNoResponseAndNotRetried() throws IOException {
		AtomicInteger requests = new AtomicInteger();
		RawServer server = server((socket) -> {
			RawServer.readRequest(socket);
			requests.incrementAndGet();
			RawServer.write(socket, OK);
			// nothing is read where the client has closed
			if (!RawServer.readRequest(socket).isEmpty()) {
				requests.incrementAndGet();
			}
			socket.close();
		});
		RunningLoad load = this.kit.load()
			.target(server.uri())
			.group("one", 1, Connections.KEEP_ALIVE, Request.get("/"))
			.start()
			.awaitRequests(2);
		load.pause();
		LoadReport report = load.stop();
		assertThat(report.all()).extracting(RequestResult::outcome).startsWith(Outcome.ANSWERED, Outcome.NO_RESPONSE);
		assertThat(report.all()).extracting(RequestResult::reused).startsWith(false, true);
		assertThat(requests).hasValue(report.size());
	}

	@Test
	void whenARequestIsATemplateThenItIsFilledIn() throws IOException {
		List<String> requests = new CopyOnWriteArrayList<>();
		Request request = Request.post("/pay?id={n}").header("X-Request", "r{n}").json("{\"id\":{n}}");
		RequestResult result = result(request, (socket) -> {
			requests.add(RawServer.readRequest(socket));
			RawServer.write(socket, OK);
		});
		assertThat(result.number()).isOne();
		assertThat(result.request()).isEqualTo("POST /pay?id={n}");
		assertThat(requests.get(0)).startsWith("POST /pay?id=1 HTTP/1.1\r\nHost: 127.0.0.1:")
			.contains("\r\nX-Request: r1\r\n", "\r\nContent-Type: application/json\r\n", "\r\nContent-Length: 8\r\n")
			.endsWith("\r\n\r\n{\"id\":1}")
			.doesNotContain("Connection:");
	}

	@Test
	void whenTheUploadIsSlowThenItArrivesWhole() throws IOException {
		List<String> requests = new CopyOnWriteArrayList<>();
		String body = "0123456789";
		RequestResult result = result(Request.post("/").body("text/plain", body).inPieces(3, Duration.ofMillis(2)),
				(socket) -> {
					requests.add(RawServer.readRequest(socket));
					RawServer.write(socket, OK);
				});
		assertThat(result.outcome()).isEqualTo(Outcome.ANSWERED);
		assertThat(requests.get(0)).endsWith("\r\n\r\n" + body);
	}

	private static void answerEachRequest(Socket socket) throws IOException {
		while (!RawServer.readRequest(socket).isEmpty()) {
			RawServer.write(socket, OK);
		}
	}

	private static RawServer.Handler answerAndClose(String answer) {
		return (socket) -> {
			RawServer.readRequest(socket);
			RawServer.write(socket, answer);
			socket.close();
		};
	}

	private RawServer server(RawServer.Handler handler) throws IOException {
		RawServer server = new RawServer(handler);
		this.servers.add(server);
		return server;
	}

	private RequestResult result(Request request, RawServer.Handler handler) throws IOException {
		return first(
				this.kit.load().target(server(handler).uri()).group("one", 1, Connections.KEEP_ALIVE, request).start());
	}

	private static RequestResult first(RunningLoad load) {
		load.awaitRequests(1);
		load.close();
		return load.report().all().get(0);
	}

	private List<RequestResult> results(RawServer server, Connections connections, int requests) {
		return this.kit.load()
			.target(server.uri())
			.group("one", 1, connections, Request.get("/"))
			.start()
			.awaitRequests(requests)
			.stop()
			.all();
	}

}
