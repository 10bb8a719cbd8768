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

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import io.github.gracefulshutdown.field.Sample.Outcome;
import io.github.gracefulshutdown.test.FreePort;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JmeterUsers}.
 */
class JmeterUsersTests {

	@Test
	void whenRoundsAreGivenThenEachUserCallsThatOftenOverOneConnection() throws Exception {
		Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();
		try (Server server = new Server(200, clients);
				JmeterUsers users = new JmeterUsers("users", 3, 4, server::uri).start()) {
			assertThat(users.await()).hasSize(12).extracting(Sample::outcome).containsOnly(Outcome.OK);
		}
		assertThat(clients).hasSize(3);
	}

	@Test
	void whenStoppedThenCallsThatHaveBegunEnd() throws Exception {
		try (Server server = new Server(503, ConcurrentHashMap.newKeySet());
				JmeterUsers users = new JmeterUsers(2, server::uri).start()) {
			users.await(20, (sample) -> true);
			List<Sample> samples = users.stop();
			assertThat(samples).extracting(Sample::outcome).containsOnly(Outcome.OTHER_STATUS);
			assertThat(users.samples()).isEqualTo(samples);
		}
	}

	@Test
	void whenTheConnectionIsClosedInsteadOfAnAnswerThenNothingIsTriedAgain() throws Exception {
		try (Closing server = new Closing(false);
				JmeterUsers users = new JmeterUsers("users", 1, 2, server::uri).start()) {
			assertThat(users.await()).hasSize(2).extracting(Sample::outcome).containsOnly(Outcome.FAILED_TO_RESPOND);
			assertThat(server.accepted).hasSize(2);
		}
	}

	@Test
	void whenTheConnectionIsResetThenSoIsTheSample() throws Exception {
		try (Closing server = new Closing(true);
				JmeterUsers users = new JmeterUsers("users", 1, 2, server::uri).start()) {
			assertThat(users.await()).hasSize(2).extracting(Sample::outcome).containsOnly(Outcome.CONNECTION_RESET);
		}
	}

	@Test
	void whenNobodyListensThenTheConnectionIsRefused() throws Exception {
		URI uri = URI.create("http://127.0.0.1:" + FreePort.find());
		try (JmeterUsers users = new JmeterUsers("users", 1, 2, () -> uri).start()) {
			assertThat(users.await()).hasSize(2).extracting(Sample::outcome).containsOnly(Outcome.CONNECTION_REFUSED);
		}
	}

	@Test
	void whenSeveralRunAtTheSameTimeThenEachHasItsOwnSamplesAndName() throws Exception {
		String name = "users " + UUID.randomUUID();
		try (Server up = new Server(200, ConcurrentHashMap.newKeySet());
				Server busy = new Server(503, ConcurrentHashMap.newKeySet());
				JmeterUsers one = new JmeterUsers(name, 5, 40, up::uri);
				JmeterUsers other = new JmeterUsers(name + " busy", 5, 10, busy::uri)) {
			JmeterUsers.startAll(List.of(one, other));
			assertThat(other.await()).hasSize(50).extracting(Sample::outcome).containsOnly(Outcome.OTHER_STATUS);
			assertThat(other.summary()).startsWith(name + " busy: 50 samples, 50 failed (100.0 %), ");
			assertThat(one.await()).hasSize(200).extracting(Sample::outcome).containsOnly(Outcome.OK);
			assertThat(one.summary()).startsWith(name + ": 200 samples, 0 failed (0.0 %), ");
			assertThat(results(name)).hasSize(200 + 50);
			assertThat(results("," + name + " 1-")).hasSize(200);
		}
	}

	/**
	 * Returns the lines of JTL files that have this in them.
	 */
	private static List<String> results(String part) throws IOException {
		List<String> results = new ArrayList<>();
		try (Stream<Path> files = Files.list(Path.of("target", "jmeter"))) {
			for (Path file : files.toList()) {
				Files.readAllLines(file).stream().filter((line) -> line.contains(part)).forEach(results::add);
			}
		}
		return results;
	}

	private static final class Server implements AutoCloseable {

		private final HttpServer server;

		Server(int status, Set<InetSocketAddress> clients) throws IOException {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			this.server.setExecutor(Executors.newCachedThreadPool());
			this.server.createContext("/", (exchange) -> {
				clients.add(exchange.getRemoteAddress());
				exchange.sendResponseHeaders(status, -1);
				exchange.close();
			});
			this.server.start();
		}

		URI uri() {
			return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort());
		}

		@Override
		public void close() {
			this.server.stop(0);
		}

	}

	/**
	 * Reads a little of each request and answers none.
	 */
	private static final class Closing implements AutoCloseable {

		private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

		private final ExecutorService executor = Executors.newSingleThreadExecutor();

		private final Set<InetSocketAddress> accepted = ConcurrentHashMap.newKeySet();

		Closing(boolean reset) throws IOException {
			this.executor.execute(() -> {
				while (!this.server.isClosed()) {
					try (Socket socket = this.server.accept()) {
						this.accepted.add((InetSocketAddress) socket.getRemoteSocketAddress());
						// all of it, since closing with something unread would reset
						socket.getInputStream().read(new byte[8192]);
						if (reset) {
							socket.setSoLinger(true, 0);
						}
					}
					catch (IOException ex) {
						// closed
					}
				}
			});
		}

		URI uri() {
			return URI.create("http://127.0.0.1:" + this.server.getLocalPort());
		}

		@Override
		public void close() throws IOException {
			this.server.close();
			this.executor.shutdown();
		}

	}

}
