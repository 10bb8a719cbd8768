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

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1, written by hand so that nothing is retried, pooled or hidden.
 */
final class Http1Connection implements HttpConnection {

	private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.([01]) (\\d{3})( .*)?");

	private static final Pattern CHUNK_SIZE = Pattern.compile("([0-9a-fA-F]{1,15})\\s*(;.*)?");

	private static final int MAX_LINE = 64 * 1024;

	private final Wire wire;

	private final String authority;

	private final boolean keepAlive;

	Http1Connection(Wire wire, String authority, boolean keepAlive) {
		this.wire = wire;
		this.authority = authority;
		this.keepAlive = keepAlive;
	}

	@Override
	public Moment connected() {
		return this.wire.connected();
	}

	@Override
	public boolean isUsable() {
		try {
			return this.wire.isOpen() && this.wire.poll() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public Answer exchange(Request.Prepared request, long deadline, Runnable onSent) {
		this.wire.begin(deadline);
		Moment sent = Moment.now();
		IOException notWritten = write(request, onSent);
		Reading reading = new Reading();
		boolean reusable = false;
		try {
			if (notWritten instanceof SocketTimeoutException) {
				throw notWritten;
			}
			// even a server that no longer reads may have answered before
			reusable = reading.read(request.method()) && notWritten == null && this.keepAlive;
			return Answer.complete(reading.status, sent, reading.body);
		}
		catch (IOException ex) {
			boolean begun = this.wire.received() > 0;
			IOException failure = (notWritten != null && !begun) ? notWritten : ex;
			return Answer.incomplete(failure, begun, reading.status, sent, reading.body);
		}
		finally {
			if (!reusable) {
				close();
			}
		}
	}

	private @Nullable IOException write(Request.Prepared request, Runnable onSent) {
		try {
			byte[] head = head(request).getBytes(StandardCharsets.ISO_8859_1);
			int first = Math.min(request.pace().bytes(), request.body().length);
			this.wire.write(ByteBuffer.allocate(head.length + first).put(head).put(request.body(), 0, first).flip());
			onSent.run();
			for (int i = first; i < request.body().length; i += request.pace().bytes()) {
				this.wire.pause(request.pace().pause());
				int length = Math.min(request.pace().bytes(), request.body().length - i);
				this.wire.write(ByteBuffer.wrap(request.body(), i, length));
			}
			return null;
		}
		catch (IOException ex) {
			return ex;
		}
	}

	private String head(Request.Prepared request) {
		StringBuilder head = new StringBuilder();
		head.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\n");
		head.append("Host: ").append(this.authority).append("\r\n");
		request.headers().forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
		if (request.hasBody()) {
			head.append("Content-Length: ").append(request.body().length).append("\r\n");
		}
		if (!this.keepAlive) {
			head.append("Connection: close\r\n");
		}
		return head.append("\r\n").toString();
	}

	@Override
	public void close() {
		try {
			this.wire.close();
		}
		catch (IOException ex) {
			// nothing is under way any more
		}
	}

	/**
	 * The state of reading one answer.
	 */
	private final class Reading {

		private int status;

		private final Answer.Body body = new Answer.Body();

		/**
		 * Read the answer to its end.
		 * @param method the method of the request
		 * @return whether the connection stays open
		 * @throws IOException if the answer is not complete
		 */
		boolean read(String method) throws IOException {
			Matcher statusLine = statusLine();
			Map<String, String> headers = headers();
			while (isInterim(statusLine)) {
				statusLine = statusLine();
				headers = headers();
			}
			this.status = Integer.parseInt(statusLine.group(2));
			String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
			boolean open = statusLine.group(1).equals("1") && !connection.contains("close");
			if (method.equals("HEAD") || this.status == 204 || this.status == 304) {
				return open;
			}
			String length = headers.get("content-length");
			if (headers.getOrDefault("transfer-encoding", "").toLowerCase(Locale.ROOT).endsWith("chunked")) {
				readChunks();
			}
			else if (length != null) {
				readFixed(parseLength(length));
			}
			else {
				open = false;
				readToEnd();
			}
			return open;
		}

		private Matcher statusLine() throws IOException {
			String line = line();
			Matcher matcher = STATUS_LINE.matcher(line);
			if (!matcher.matches()) {
				throw new ProtocolException("'" + line + "' is no status line");
			}
			return matcher;
		}

		private static boolean isInterim(Matcher statusLine) {
			return statusLine.group(2).startsWith("1");
		}

		private Map<String, String> headers() throws IOException {
			Map<String, String> headers = new HashMap<>();
			for (String line = line(); !line.isEmpty(); line = line()) {
				int colon = line.indexOf(':');
				if (colon < 1) {
					throw new ProtocolException("'" + line + "' is no header");
				}
				headers.merge(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip(),
						(first, second) -> first + ", " + second);
			}
			return headers;
		}

		private static long parseLength(String length) throws ProtocolException {
			try {
				return Long.parseUnsignedLong(length);
			}
			catch (NumberFormatException ex) {
				throw new ProtocolException("'" + length + "' is no length");
			}
		}

		private void readChunks() throws IOException {
			for (long size = chunkSize(); size > 0; size = chunkSize()) {
				readFixed(size);
				if (!line().isEmpty()) {
					throw new ProtocolException("a chunk is longer than its size");
				}
			}
			headers();
		}

		private long chunkSize() throws IOException {
			String line = line();
			Matcher matcher = CHUNK_SIZE.matcher(line);
			if (!matcher.matches()) {
				throw new ProtocolException("'" + line + "' is no chunk size");
			}
			return Long.parseLong(matcher.group(1), 16);
		}

		private void readFixed(long length) throws IOException {
			for (long i = 0; i < length; i++) {
				this.body.add(Http1Connection.this.wire.require());
			}
		}

		private void readToEnd() throws IOException {
			for (int value = Http1Connection.this.wire.read(); value >= 0; value = Http1Connection.this.wire.read()) {
				this.body.add(value);
			}
		}

		private String line() throws IOException {
			StringBuilder line = new StringBuilder();
			for (int value = Http1Connection.this.wire.require(); value != '\n'; value = Http1Connection.this.wire
				.require()) {
				if (line.length() == MAX_LINE) {
					throw new ProtocolException("a line of more than " + MAX_LINE + " characters");
				}
				line.append((char) value);
			}
			int end = line.length() - 1;
			if (end >= 0 && line.charAt(end) == '\r') {
				line.setLength(end);
			}
			return line.toString();
		}

	}

}
