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
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import com.sun.net.httpserver.HttpServer;

/**
 * An application that logs like Spring Boot, and does what its arguments tell it to:
 * {@code --exit=1} at once, {@code --silent} at the start, {@code --hang} at the end.
 */
final class TestApplication {

	private TestApplication() {
	}

	public static void main(String[] args) throws Exception {
		List<String> arguments = List.of(args);
		System.out.println("arguments " + arguments);
		System.out.println("environment " + System.getenv("PROOF"));
		System.out.println("property " + System.getProperty("proof"));
		System.out.println("class " + isPresent("org.assertj.core.api.Assertions"));
		if (arguments.contains("--exit=1")) {
			System.exit(1);
		}
		Runtime.getRuntime().addShutdownHook(new Thread(() -> terminate(arguments)));
		if (arguments.contains("--silent")) {
			hang();
		}
		serve();
		serve();
		System.out.println("Started TestApplication in 0.1 seconds (process running for 0.2)");
		hang();
	}

	private static boolean isPresent(String name) {
		try {
			Class.forName(name);
			return true;
		}
		catch (ClassNotFoundException ex) {
			return false;
		}
	}

	private static void serve() throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		int port = server.getAddress().getPort();
		server.createContext("/", (exchange) -> {
			String path = exchange.getRequestURI().getPath();
			System.out.println("%s %s by %s on %d".formatted(exchange.getRequestMethod(), path,
					exchange.getRequestHeaders().getFirst("User-Agent"), port));
			if (path.equals("/exit")) {
				Runtime.getRuntime().halt(7);
			}
			if (path.equals("/hang")) {
				hang();
			}
			byte[] body = "hooked".getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(path.equals("/fail") ? 503 : 200, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		server.start();
		System.out.println("Tomcat started on port " + port + " (http) with context path '/'");
	}

	private static void terminate(List<String> arguments) {
		System.out.println("terminating");
		if (arguments.contains("--hang")) {
			hang();
		}
		System.out.println("terminated");
	}

	private static void hang() {
		try {
			new CountDownLatch(1).await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
