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

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A connection as a web server opens it to Tomcat.
 *
 * @see <a href="https://tomcat.apache.org/connectors-doc/ajp/ajpv13a.html">AJP13</a>
 */
final class AjpConnection implements AutoCloseable {

	private static final int TO_CONTAINER = 0x1234;

	private static final byte FORWARD_REQUEST = 2;

	private static final byte CPING = 10;

	private static final byte CPONG = 9;

	private static final byte BODY_CHUNK = 3;

	private static final byte HEADERS = 4;

	private static final byte END_RESPONSE = 5;

	private static final byte GET = 2;

	private static final int HOST = 0xA00B;

	private static final byte NO_ATTRIBUTES = (byte) 0xFF;

	private final RawConnection connection;

	private AjpConnection(RawConnection connection) {
		this.connection = connection;
	}

	/**
	 * Open a connection and see that somebody is there.
	 * @param address the address of the connector
	 * @return the connection
	 * @throws IOException if nobody is there
	 */
	static AjpConnection open(SocketAddress address) throws IOException {
		AjpConnection connection = new AjpConnection(RawConnection.open(address));
		connection.send(new byte[] { CPING });
		byte answer = connection.receive().get();
		if (answer != CPONG) {
			throw new IOException("no pong but " + answer);
		}
		return connection;
	}

	void get(String path) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		DataOutputStream request = new DataOutputStream(bytes);
		request.write(FORWARD_REQUEST);
		request.write(GET);
		for (String text : new String[] { "HTTP/1.1", path, "127.0.0.1", "localhost", "localhost" }) {
			write(request, text);
		}
		request.writeShort(80);
		request.writeBoolean(false);
		request.writeShort(1);
		request.writeShort(HOST);
		write(request, "localhost");
		request.write(NO_ATTRIBUTES);
		send(bytes.toByteArray());
	}

	private static void write(DataOutputStream out, String text) throws IOException {
		out.writeShort(text.length());
		out.writeBytes(text);
		out.write(0);
	}

	/**
	 * Read an answer.
	 * @return the status and the body
	 * @throws IOException if the connection ends before
	 */
	String answer() throws IOException {
		StringBuilder answer = new StringBuilder();
		while (true) {
			ByteBuffer packet = receive();
			switch (packet.get()) {
				case HEADERS -> answer.append(packet.getShort()).append(' ');
				case BODY_CHUNK -> {
					byte[] chunk = new byte[packet.getShort()];
					packet.get(chunk);
					answer.append(new String(chunk, StandardCharsets.ISO_8859_1));
				}
				case END_RESPONSE -> {
					return answer.toString();
				}
				default -> throw new IOException("unknown packet");
			}
		}
	}

	private void send(byte[] payload) throws IOException {
		this.connection.write(ByteBuffer.allocate(4 + payload.length)
			.putShort((short) TO_CONTAINER)
			.putShort((short) payload.length)
			.put(payload)
			.array());
	}

	private ByteBuffer receive() throws IOException {
		int length = ByteBuffer.wrap(this.connection.read(4)).getShort(2);
		return ByteBuffer.wrap(this.connection.read(length));
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
	}

}
