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

package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Sends requests that no HTTP client would, from whatever local address.
 */
final class RawHttp {

	private RawHttp() {
	}

	/**
	 * Send one request.
	 * @param from the local address to send it from
	 * @param port the port to send it to
	 * @param requestLine method and target
	 * @param body the body, which may be empty
	 * @param headers the headers besides {@code Host} and {@code Content-Length}
	 * @return the answer
	 */
	static Response send(String from, int port, String requestLine, String body, String... headers) {
		StringBuilder request = new StringBuilder(requestLine).append(" HTTP/1.0\r\nHost: localhost\r\n");
		for (String header : headers) {
			request.append(header).append("\r\n");
		}
		if (!requestLine.startsWith("GET") && !requestLine.startsWith("HEAD")) {
			request.append("Content-Length: ").append(body.length()).append("\r\n");
		}
		request.append("\r\n").append(body);
		try (Socket socket = new Socket()) {
			socket.bind(new InetSocketAddress(from, 0));
			socket.connect(new InetSocketAddress(from.contains(":") ? "::1" : "127.0.0.1", port), 10_000);
			socket.setSoTimeout(30_000);
			socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
			return Response.of(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	record Response(int status, String head, String body) {

		static Response of(String text) {
			int end = text.indexOf("\r\n\r\n");
			String head = text.substring(0, end);
			return new Response(Integer.parseInt(head.split(" ", 3)[1]), head, text.substring(end + 4));
		}

	}

}
