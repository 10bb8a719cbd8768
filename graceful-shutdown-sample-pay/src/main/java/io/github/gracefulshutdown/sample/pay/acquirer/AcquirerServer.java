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

package io.github.gracefulshutdown.sample.pay.acquirer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * Takes money from cards and remembers it in a ledger. Listens on the loopback interface
 * only.
 * <ul>
 * <li>{@code POST /debits} with the form fields {@code paymentId} and {@code amount}
 * debits: 201, or 200 where the payment was debited before, which changes nothing; 409
 * where it was debited with another amount, 400 where a field is missing</li>
 * <li>{@code GET /debits} lists the ledger, a line {@code paymentId,amount,debitedAt}
 * each</li>
 * </ul>
 *
 * @since 0.1.0
 */
public final class AcquirerServer implements AutoCloseable {

	private static final int THREADS = 32;

	private final ConcurrentMap<String, Debit> ledger = new ConcurrentHashMap<>();

	private final HttpServer server;

	private final ExecutorService executor;

	private AcquirerServer(HttpServer server, ExecutorService executor) {
		this.server = server;
		this.executor = executor;
	}

	/**
	 * Starts an acquirer with an empty ledger.
	 * @param port the port, or 0 for a free one
	 * @return the acquirer, listening
	 * @throws IOException if the port cannot be bound
	 */
	public static AcquirerServer start(int port) throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		AcquirerServer acquirer = new AcquirerServer(server, executor);
		server.createContext("/debits", acquirer::handle);
		server.setExecutor(executor);
		server.start();
		return acquirer;
	}

	public int getPort() {
		return this.server.getAddress().getPort();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			switch (exchange.getRequestMethod()) {
				case "POST" -> answer(exchange, debit(form(exchange)), "");
				case "GET" -> answer(exchange, 200, list());
				default -> answer(exchange, 405, "");
			}
		}
	}

	private int debit(Map<String, String> form) {
		String paymentId = form.get("paymentId");
		String amount = form.get("amount");
		if (paymentId == null || amount == null) {
			return 400;
		}
		Debit before = this.ledger.putIfAbsent(paymentId, new Debit(amount, Instant.now()));
		if (before == null) {
			return 201;
		}
		return before.amount().equals(amount) ? 200 : 409;
	}

	private String list() {
		return this.ledger.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "," + entry.getValue().amount() + "," + entry.getValue().at() + "\n")
			.collect(Collectors.joining());
	}

	private static Map<String, String> form(HttpExchange exchange) throws IOException {
		String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		Map<String, String> form = new ConcurrentHashMap<>();
		for (String field : body.split("&", -1)) {
			int separator = field.indexOf('=');
			if (separator > 0) {
				form.put(field.substring(0, separator),
						URLDecoder.decode(field.substring(separator + 1), StandardCharsets.UTF_8));
			}
		}
		return form;
	}

	private static void answer(HttpExchange exchange, int status, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders(status, (bytes.length > 0) ? bytes.length : -1);
		exchange.getResponseBody().write(bytes);
	}

	private record Debit(String amount, Instant at) {

	}

}
