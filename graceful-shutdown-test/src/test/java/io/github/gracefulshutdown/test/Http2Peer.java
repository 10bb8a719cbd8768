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

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The server's end of an HTTP/2 connection, which does exactly what a test wants.
 */
final class Http2Peer {

	static final int DATA = 0;

	static final int HEADERS = 1;

	static final int RST_STREAM = 3;

	static final int SETTINGS = 4;

	static final int PING = 6;

	static final int GOAWAY = 7;

	static final int WINDOW_UPDATE = 8;

	static final int CONTINUATION = 9;

	static final int NO_FLAGS = 0;

	static final int END_STREAM = 1;

	static final int ACK = 1;

	static final int END_HEADERS = 4;

	static final int PADDED = 8;

	/** {@code :status 200} as an index into the static table. */
	static final byte[] STATUS_200 = { (byte) 0x88 };

	/** {@code :status 503} with its value as plain text. */
	static final byte[] STATUS_503 = { 0x08, 3, '5', '0', '3' };

	private final Socket socket;

	private final DataInputStream input;

	private final DataOutputStream output;

	Http2Peer(Socket socket) throws IOException {
		this.socket = socket;
		this.input = new DataInputStream(socket.getInputStream());
		this.output = new DataOutputStream(socket.getOutputStream());
		this.input.readFully(new byte[24]);
		send(SETTINGS, NO_FLAGS, 0);
	}

	/**
	 * Skip frames until the one that is awaited.
	 * @param type the type of the frame
	 * @param flags flags the frame has
	 * @return its stream id
	 */
	int await(int type, int flags) throws IOException {
		while (true) {
			int length = (this.input.readUnsignedByte() << 16) | this.input.readUnsignedShort();
			int actualType = this.input.readUnsignedByte();
			int actualFlags = this.input.readUnsignedByte();
			int streamId = this.input.readInt();
			this.input.readFully(new byte[length]);
			if (actualType == type && (actualFlags & flags) == flags) {
				return streamId;
			}
		}
	}

	int awaitRequest() throws IOException {
		return await(HEADERS, END_HEADERS);
	}

	void send(int type, int flags, int streamId, byte... payload) throws IOException {
		this.output.writeInt((payload.length << 8) | type);
		this.output.writeByte(flags);
		this.output.writeInt(streamId);
		this.output.write(payload);
		this.output.flush();
	}

	void data(int streamId, String text, int flags) throws IOException {
		send(DATA, flags, streamId, text.getBytes(StandardCharsets.UTF_8));
	}

	void head(int streamId, byte... block) throws IOException {
		send(HEADERS, END_HEADERS, streamId, block);
	}

	void answer(int streamId) throws IOException {
		send(HEADERS, END_HEADERS | END_STREAM, streamId, STATUS_200);
	}

	void goaway(int lastStreamId) throws IOException {
		send(GOAWAY, NO_FLAGS, 0, (byte) (lastStreamId >>> 24), (byte) (lastStreamId >>> 16),
				(byte) (lastStreamId >>> 8), (byte) lastStreamId, (byte) 0, (byte) 0, (byte) 0, (byte) 0);
	}

	void rstStream(int streamId, int code) throws IOException {
		send(RST_STREAM, NO_FLAGS, streamId, (byte) 0, (byte) 0, (byte) 0, (byte) code);
	}

	void close() throws IOException {
		this.socket.close();
	}

	void reset() throws IOException {
		RawServer.reset(this.socket);
	}

}
