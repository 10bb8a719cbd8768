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

package io.github.gracefulshutdown.scenario;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A connection on which bytes are sent that no HTTP client would send, or not in that
 * way.
 */
final class RawConnection implements AutoCloseable {

	private final SocketChannel channel;

	private final InputStream in;

	private RawConnection(SocketChannel channel) {
		this.channel = channel;
		this.in = new BufferedInputStream(Channels.newInputStream(channel));
	}

	static RawConnection open(SocketAddress address) throws IOException {
		return new RawConnection(SocketChannel.open(address));
	}

	/**
	 * Return a request without a body.
	 * @param path the path
	 * @param headers headers besides {@code Host}
	 * @return method, path and headers
	 */
	static String request(String method, String path, String... headers) {
		StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
		for (String header : headers) {
			request.append(header).append("\r\n");
		}
		return request.append("\r\n").toString();
	}

	RawConnection write(String text) throws IOException {
		return write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	RawConnection write(byte[] bytes) throws IOException {
		ByteBuffer buffer = ByteBuffer.wrap(bytes);
		while (buffer.hasRemaining()) {
			this.channel.write(buffer);
		}
		return this;
	}

	byte[] read(int length) throws IOException {
		byte[] bytes = this.in.readNBytes(length);
		if (bytes.length < length) {
			throw new EOFException("closed after %d of %d bytes".formatted(bytes.length, length));
		}
		return bytes;
	}

	/**
	 * Read an answer.
	 * @return the answer
	 * @throws IOException if the connection ends before
	 */
	Answer answer() throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			head.append((char) read(1)[0]);
		}
		String lowerCase = head.toString().toLowerCase(Locale.ROOT);
		int length = lowerCase.indexOf("content-length: ");
		int body = (length < 0) ? 0
				: Integer.parseInt(lowerCase.substring(length + 16, lowerCase.indexOf('\r', length)));
		return new Answer(Integer.parseInt(head.substring(9, 12)), lowerCase.contains("\r\nconnection: close\r\n"),
				new String(read(body), StandardCharsets.ISO_8859_1));
	}

	/**
	 * Read until the other side closes the connection.
	 * @return what else it had to say
	 */
	String rest() throws IOException {
		return new String(this.in.readAllBytes(), StandardCharsets.ISO_8859_1);
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
	}

	/**
	 * An answer without chunks.
	 *
	 * @param status the status
	 * @param close whether it is said that no other one follows
	 * @param body the body
	 */
	record Answer(int status, boolean close, String body) {

	}

}
