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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.web.TrafficClassifier;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.Globals;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TomcatParticipant}, on real sockets.
 */
class TomcatParticipantTests {

	private final AtomicInteger leftBehind = new AtomicInteger();

	private TomcatParticipant participant = participant();

	private static final Duration LINGER = Duration.ofMillis(200);

	private static final int WAITING = 20;

	private final BlockingQueue<CountDownLatch> gates = new LinkedBlockingQueue<>();

	private final BlockingQueue<AsyncContext> asyncs = new LinkedBlockingQueue<>();

	private final AtomicReference<Runnable> inRequest = new AtomicReference<>(() -> {
	});

	private @Nullable Path file;

	private int port;

	private TomcatWebServer server = start(true);

	private GracefulShutdown shutdown = shutdown(Duration.ofSeconds(30));

	@AfterEach
	void stop() {
		this.gates.forEach(CountDownLatch::countDown);
		this.server.stop();
		this.server.destroy();
	}

	@Test
	void whenInServiceThenConnectionsAreKept() throws Exception {
		try (Client client = new Client()) {
			assertThat(client.get("/").headers()).doesNotContainKey("connection");
			assertThat(client.get("/").status()).isEqualTo(200);
		}
	}

	@Test
	void whenLeavingThenOpenConnectionIsMovedOffAndPortStillServes() throws Exception {
		try (Client open = new Client(); Client fresh = new Client()) {
			open.get("/");
			this.shutdown.leave("test").join();
			assertThat(open.get("/").headers()).containsEntry("connection", "close");
			assertThat(fresh.get("/").headers()).containsEntry("connection", "close");
		}
		ShutdownReport report = this.shutdown.report();
		assertThat(report.requests().handedOver()).isEqualTo(2);
		assertThat(report.requests().served()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/?gated=1", "/?gated=1&flush=1" })
	void whenInFlightAsLeavingBeginsThenItsConnectionIsMovedOffToo(String path) throws Exception {
		try (Client client = new Client()) {
			CountDownLatch gate = client.startGated(path);
			this.shutdown.leave("test").join();
			gate.countDown();
			Answer answer = client.read();
			assertThat(answer.headers()).containsEntry("connection", "close");
			assertThat(answer.headers().containsKey("transfer-encoding")).isEqualTo(path.contains("flush"));
			assertThat(answer.body()).isEqualTo("late");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 204, 304 })
	void whenInFlightAnswerHasNoBodyThenItsConnectionIsMovedOffToo(int status) throws Exception {
		try (Client client = new Client()) {
			CountDownLatch gate = client.startGated("/?gated=1&status=" + status);
			this.shutdown.leave("test").join();
			gate.countDown();
			Answer answer = client.readWithoutBody();
			assertThat(answer.status()).isEqualTo(status);
			assertThat(answer.headers()).containsEntry("connection", "close").doesNotContainKey("transfer-encoding");
		}
	}

	@Test
	void whenInFlightAnswerIsSentByKernelThenItsConnectionIsMovedOffToo(@TempDir Path directory) throws Exception {
		this.file = Files.writeString(directory.resolve("file"), "sent");
		try (Client client = new Client()) {
			CountDownLatch gate = client.startGated("/?gated=1&sendfile=1");
			this.shutdown.leave("test").join();
			gate.countDown();
			Answer answer = client.read();
			assertThat(answer.headers()).containsEntry("connection", "close").doesNotContainKey("transfer-encoding");
			assertThat(answer.body()).isEqualTo("sent");
		}
	}

	@Test
	void whenRejoinedThenConnectionsAreKeptAgain() throws Exception {
		this.shutdown.leave("test").join();
		this.shutdown.rejoin();
		try (Client client = new Client()) {
			assertThat(client.get("/").headers()).doesNotContainKey("connection");
			assertThat(client.get("/").status()).isEqualTo(200);
		}
	}

	@Test
	void whenProbesAndHookComeWhileLeavingThenTheyAreNoBusiness() throws Exception {
		this.shutdown.leave("test").join();
		for (String path : List.of("/actuator/health", "/actuator/deregister")) {
			try (Client client = new Client()) {
				client.get(path);
			}
		}
		assertThat(this.shutdown.report().requests().served()).isZero();
		assertThat(this.participant.requests().lastBusinessArrival()).isZero();
		try (Client client = new Client()) {
			client.get("/order");
		}
		assertThat(this.participant.requests().lastBusinessArrival()).isNotZero();
	}

	@Test
	void whenClosedWithRequestInFlightThenPortRefusesAndOpenConnectionsAreServed() throws Exception {
		assertClosedAndDrained();
	}

	@Test
	void whenThereAreOtherConnectorsThenTheyAreClosedAndDrainedToo() throws Exception {
		Connector other = new Connector("org.apache.coyote.http11.Http11Nio2Protocol");
		other.setPort(0);
		other.setProperty("address", "127.0.0.1");
		other.setProperty("bindOnInit", "false");
		this.server.getTomcat().getService().addConnector(other);
		this.port = other.getLocalPort();
		assertClosedAndDrained();
	}

	@Test
	void whenConnectionIsPausedInsteadThenItLosesTheNextRequest() throws Exception {
		try (Client idle = new Client()) {
			idle.get("/");
			this.server.getTomcat().getConnector().pause();
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> idle.get("/"));
		}
	}

	@Test
	void whenAsyncRequestIsWaitingThenDrainWaitsAndItIsAnswered() throws Exception {
		try (Client client = new Client()) {
			client.send("/async");
			AsyncContext async = this.asyncs.take();
			CompletableFuture<ShutdownReport> drained = drain();
			awaitPhase(ShutdownPhase.DRAIN);
			assertThat(this.shutdown.report().requests().active()).isEqualTo(1);
			async.getResponse().getWriter().print("late");
			async.complete();
			assertThat(client.read().body()).isEqualTo("late");
			assertThat(drained.join().requests().cut()).isEmpty();
			assertThat(this.participant.requests().active()).isZero();
		}
	}

	@Test
	void whenReaderIsSlowThenDrainWaitsUntilTheEndOfTheResponseIsWritten() throws Exception {
		try (Client client = new Client()) {
			client.send("/large");
			this.gates.take();
			CompletableFuture<ShutdownReport> drained = drain();
			// longer than connections linger: only the write that is not over holds it
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> drained.get(LINGER.multipliedBy(5).toMillis(), TimeUnit.MILLISECONDS));
			assertThat(this.participant.requests().active()).isZero();
			assertThat(client.read().body()).hasSize(LARGE);
			assertThat(drained.join().requests().cut()).isEmpty();
		}
	}

	@Test
	void whenHookIsInFlightThenDrainDoesNotWaitForIt() throws Exception {
		try (Client client = new Client()) {
			CountDownLatch gate = client.startGated("/actuator/deregister");
			assertThat(drain().join().requests().cut()).isEmpty();
			gate.countDown();
		}
	}

	@Test
	void whenRequestItselfDrainsThenItDoesNotWaitForItself() throws Exception {
		AtomicReference<ShutdownReport> report = new AtomicReference<>();
		this.inRequest.set(() -> report.set(this.shutdown.drain("request")));
		try (Client client = new Client()) {
			client.send("/");
			awaitPhase(ShutdownPhase.CUT);
		}
		assertThat(this.shutdown.report().requests().cut()).isEmpty();
		assertThat(this.leftBehind).hasPositiveValue();
	}

	@Test
	void whenRequestDoesNotEndThenItIsNamedInterruptedAndCut() throws Exception {
		this.shutdown = shutdown(Duration.ofMillis(600));
		try (Client client = new Client()) {
			client.startGated("/slow?card=4111111111111111");
			ShutdownReport report = this.shutdown.drain("test");
			assertThat(report.requests().cut()).singleElement().satisfies((work) -> {
				assertThat(work.kind()).isEqualTo("http");
				assertThat(work.name()).isEqualTo("GET /slow");
				assertThat(work.thread()).contains("exec");
				assertThat(work.location()).contains(getClass().getSimpleName());
				assertThat(work.toString()).doesNotContain("4111");
			});
			assertThat(client.read().status()).isEqualTo(500);
			assertThat(this.leftBehind).hasValue(0);
		}
	}

	@Test
	void whenConnectionsWaitToBeAcceptedThenPortClosesAfterTheyHaveBeen() throws Exception {
		assertThat(answeredOfThoseWaiting(() -> this.participant.connectors().closePorts())).isEqualTo(WAITING);
	}

	@Test
	void whenPortIsClosedInTomcatsWayThenConnectionsThatWaitAreReset() throws Exception {
		this.server.stop();
		this.server.destroy();
		this.server = start(false);
		assertThat(answeredOfThoseWaiting(
				() -> this.server.getTomcat().getConnector().getProtocolHandler().closeServerSocketGraceful()))
			.isZero();
	}

	private void assertClosedAndDrained() throws Exception {
		try (Client busy = new Client(); Client idle = new Client()) {
			idle.get("/");
			CountDownLatch gate = busy.startGated();
			CompletableFuture<ShutdownReport> drained = drain();
			awaitPhase(ShutdownPhase.DRAIN);
			assertThatExceptionOfType(ConnectException.class).isThrownBy(Client::new);
			assertThat(idle.get("/").headers()).containsEntry("connection", "close");
			assertThat(drained).isNotDone();
			gate.countDown();
			assertThat(busy.read().status()).isEqualTo(200);
			assertThat(drained.join().requests().cut()).isEmpty();
		}
	}

	private int answeredOfThoseWaiting(Runnable closePort) throws Exception {
		List<Client> waiting = new ArrayList<>();
		try (Client first = new Client()) {
			first.get("/");
			// the acceptor may hold the next one already, and waits with those behind it
			((AbstractProtocol<?>) this.server.getTomcat().getConnector().getProtocolHandler()).setMaxConnections(1);
			new Client().close();
			for (int i = 0; i < WAITING; i++) {
				waiting.add(new Client());
			}
			closePort.run();
			assertThatExceptionOfType(ConnectException.class).isThrownBy(Client::new);
			int answered = 0;
			for (Client client : waiting) {
				try {
					answered += (client.get("/").status() == 200) ? 1 : 0;
				}
				catch (IOException ex) {
					// reset
				}
			}
			return answered;
		}
		finally {
			for (Client client : waiting) {
				client.close();
			}
		}
	}

	private TomcatParticipant participant() {
		return new TomcatParticipant(
				new TrafficClassifier("/actuator/deregister", List.of("/actuator"), List.of("kube-probe")),
				(request) -> null, true, LINGER, this.leftBehind::incrementAndGet);
	}

	private TomcatWebServer start(boolean graceful) {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
		factory.setAddress(InetAddress.getLoopbackAddress());
		if (graceful) {
			this.participant.customize(factory);
		}
		TomcatWebServer server = (TomcatWebServer) factory.getWebServer((context) -> {
			var registration = context.addServlet("test", new TestServlet());
			registration.setAsyncSupported(true);
			registration.addMapping("/");
			registration.setLoadOnStartup(1);
		});
		server.start();
		this.port = server.getPort();
		return server;
	}

	private GracefulShutdown shutdown(Duration budget) {
		return GracefulShutdown.create(new ShutdownBudget(budget.plusSeconds(5), Duration.ofSeconds(5)),
				List.of(this.participant), List.of(this.participant.requests()), List.of(), ShutdownClock.system());
	}

	private CompletableFuture<ShutdownReport> drain() {
		return CompletableFuture.supplyAsync(() -> this.shutdown.drain("test"), (task) -> new Thread(task).start());
	}

	private void awaitPhase(ShutdownPhase phase) {
		while (this.shutdown.report().phases().stream().noneMatch((entry) -> entry.phase() == phase)) {
			Thread.onSpinWait();
		}
	}

	private static final int LARGE = 8 * 1024 * 1024;

	private final class TestServlet extends HttpServlet {

		private static final long serialVersionUID = 1L;

		@Override
		protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
			request.setAttribute("org.springframework.web.servlet.HandlerMapping.bestMatchingPattern",
					request.getServletPath());
			TomcatParticipantTests.this.inRequest.get().run();
			if (request.getServletPath().equals("/async")) {
				AsyncContext async = request.startAsync();
				async.setTimeout(0);
				TomcatParticipantTests.this.asyncs.add(async);
			}
			else if (request.getServletPath().equals("/large")) {
				TomcatParticipantTests.this.gates.add(new CountDownLatch(1));
				// all of it stays in Tomcat's buffer until the servlet has returned
				response.setBufferSize(LARGE + 1);
				response.getOutputStream().write(new byte[LARGE]);
			}
			else if (request.getParameter("gated") != null || request.getServletPath().equals("/slow")) {
				CountDownLatch gate = new CountDownLatch(1);
				TomcatParticipantTests.this.gates.add(gate);
				try {
					gate.await();
				}
				catch (InterruptedException ex) {
					throw new IOException("interrupted", ex);
				}
				if (request.getParameter("status") != null) {
					response.setStatus(Integer.parseInt(request.getParameter("status")));
					return;
				}
				if (request.getParameter("sendfile") != null) {
					sendfile(request, response);
					return;
				}
				response.getWriter().print("late");
				if (request.getParameter("flush") != null) {
					response.flushBuffer();
				}
			}
			else {
				response.getWriter().print("ok");
			}
		}

		private void sendfile(HttpServletRequest request, HttpServletResponse response) throws IOException {
			Path file = Objects.requireNonNull(TomcatParticipantTests.this.file);
			assertThat(request.getAttribute(Globals.SENDFILE_SUPPORTED_ATTR)).isEqualTo(true);
			request.setAttribute(Globals.SENDFILE_FILENAME_ATTR, file.toString());
			request.setAttribute(Globals.SENDFILE_FILE_START_ATTR, 0L);
			request.setAttribute(Globals.SENDFILE_FILE_END_ATTR, Files.size(file));
			response.setContentLengthLong(Files.size(file));
		}

	}

	private record Answer(int status, Map<String, String> headers, String body) {

	}

	private final class Client implements AutoCloseable {

		private final Socket socket;

		private final OutputStream out;

		private final BufferedReader in;

		private Client() throws IOException {
			this.socket = new Socket(InetAddress.getLoopbackAddress(), TomcatParticipantTests.this.port);
			this.socket.setSoTimeout(30_000);
			this.out = this.socket.getOutputStream();
			this.in = new BufferedReader(
					new InputStreamReader(this.socket.getInputStream(), StandardCharsets.ISO_8859_1));
		}

		private Answer get(String path) throws IOException {
			send(path);
			return read();
		}

		private void send(String path) throws IOException {
			this.out.write(
					"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path).getBytes(StandardCharsets.ISO_8859_1));
		}

		private CountDownLatch startGated() throws Exception {
			return startGated("/?gated=1");
		}

		private CountDownLatch startGated(String path) throws Exception {
			send(path.contains("?") ? path : path + "?gated=1");
			return TomcatParticipantTests.this.gates.take();
		}

		private Answer readWithoutBody() throws IOException {
			String line = this.in.readLine();
			if (line == null) {
				throw new SocketException("closed without an answer");
			}
			int status = Integer.parseInt(line.substring(9, 12));
			Map<String, String> headers = new HashMap<>();
			for (line = this.in.readLine(); !line.isEmpty(); line = this.in.readLine()) {
				String[] header = line.split(": ", 2);
				headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
			}
			return new Answer(status, headers, "");
		}

		private Answer read() throws IOException {
			Answer head = readWithoutBody();
			Map<String, String> headers = head.headers();
			if (!headers.containsKey("content-length")) {
				StringBuilder body = new StringBuilder();
				for (int size = chunkSize(); size > 0; size = chunkSize()) {
					body.append(read(size));
					this.in.readLine();
				}
				this.in.readLine();
				return new Answer(head.status(), headers, body.toString());
			}
			return new Answer(head.status(), headers, read(Integer.parseInt(headers.get("content-length"))));
		}

		private int chunkSize() throws IOException {
			return Integer.parseInt(this.in.readLine(), 16);
		}

		private String read(int length) throws IOException {
			char[] body = new char[length];
			int read = 0;
			while (read < length) {
				int count = this.in.read(body, read, length - read);
				if (count < 0) {
					throw new SocketException("closed in the middle of an answer");
				}
				read += count;
			}
			return new String(body);
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

}
