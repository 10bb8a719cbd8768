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
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.web.TrafficClassifier;

import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

/**
 * How many connections are accepted only to be reset while the port closes under clients
 * that connect without pause, by the library and by Tomcat's own way. Between the last
 * look and the close there are microseconds that no server can avoid, so this is counted
 * and not tested.
 */
public final class PortCloseBenchmark {

	private static final int CLOSES = 50;

	private static final int CLIENTS = 4;

	private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
		.getBytes(StandardCharsets.ISO_8859_1);

	private PortCloseBenchmark() {
	}

	public static void main(String[] args) throws Exception {
		int[] reset = new int[2];
		for (int close = 0; close < CLOSES; close++) {
			reset[0] += countResets(false);
			reset[1] += countResets(true);
		}
		System.out.printf("reset in %d closes: %d by Tomcat's own way, %d by the library%n", CLOSES, reset[0],
				reset[1]);
		System.exit(0);
	}

	private static int countResets(boolean library) throws Exception {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
		factory.setAddress(InetAddress.getLoopbackAddress());
		TomcatParticipant participant = new TomcatParticipant(
				new TrafficClassifier("/actuator/deregister", List.of("/actuator"), List.of()), (request) -> null, true,
				Duration.ofMillis(200), () -> {
				});
		if (library) {
			participant.customize(factory);
		}
		TomcatWebServer server = (TomcatWebServer) factory.getWebServer();
		server.start();
		AtomicInteger answered = new AtomicInteger();
		AtomicInteger reset = new AtomicInteger();
		List<Thread> clients = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			Thread client = new Thread(() -> connectUntilRefused(server.getPort(), answered, reset));
			client.start();
			clients.add(client);
		}
		while (answered.get() < 50) {
			Thread.onSpinWait();
		}
		if (library) {
			participant.connectors().closePorts();
		}
		else {
			server.getTomcat().getConnector().getProtocolHandler().closeServerSocketGraceful();
		}
		for (Thread client : clients) {
			client.join();
		}
		server.stop();
		server.destroy();
		return reset.get();
	}

	private static void connectUntilRefused(int port, AtomicInteger answered, AtomicInteger reset) {
		while (true) {
			try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
				socket.getOutputStream().write(REQUEST);
				(isAnswered(socket) ? answered : reset).incrementAndGet();
			}
			catch (ConnectException ex) {
				return;
			}
			catch (IOException ex) {
				reset.incrementAndGet();
			}
		}
	}

	private static boolean isAnswered(Socket socket) throws IOException {
		return socket.getInputStream().readAllBytes().length > 0;
	}

}
