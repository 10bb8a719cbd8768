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
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that does to each connection exactly what a test wants.
 */
final class RawServer implements AutoCloseable {

	private static final Pattern LENGTH = Pattern.compile("Content-Length: (\\d+)");

	private final ServerSocket server;

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	RawServer(Handler handler) throws IOException {
		this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		start("acceptor", () -> {
			while (true) {
				Socket socket = this.server.accept();
				socket.setTcpNoDelay(true);
				this.sockets.add(socket);
				start("handler", () -> handler.handle(socket));
			}
		});
	}

	private static void start(String name, Action action) {
		Thread thread = new Thread(() -> {
			try {
				action.run();
			}
			catch (IOException ex) {
				// the client or the test is gone
			}
		}, name);
		thread.setDaemon(true);
		thread.start();
	}

	URI uri() {
		return URI.create("http://127.0.0.1:" + this.server.getLocalPort());
	}

	int connections() {
		return this.sockets.size();
	}

	/** Read one HTTP/1.1 request, or return an empty text at the end. */
	static String readRequest(Socket socket) throws IOException {
		InputStream input = socket.getInputStream();
		StringBuilder request = new StringBuilder();
		while (request.indexOf("\r\n\r\n") < 0) {
			int value = input.read();
			if (value < 0) {
				return "";
			}
			request.append((char) value);
		}
		Matcher length = LENGTH.matcher(request);
		if (length.find()) {
			byte[] body = input.readNBytes(Integer.parseInt(length.group(1)));
			request.append(new String(body, StandardCharsets.UTF_8));
		}
		return request.toString();
	}

	static void write(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	static void reset(Socket socket) throws IOException {
		socket.setSoLinger(true, 0);
		socket.close();
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	interface Handler {

		void handle(Socket socket) throws IOException;

	}

	private interface Action {

		void run() throws IOException;

	}

}
