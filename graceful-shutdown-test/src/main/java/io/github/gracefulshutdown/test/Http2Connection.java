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

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 over cleartext by prior knowledge, one stream at a time, written by hand so that
 * it honours {@code GOAWAY} exactly as RFC 9113 has it: a stream above the last stream id
 * was not processed, all others are to complete.
 */
final class Http2Connection implements HttpConnection {

	private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

	private static final int DATA = 0;

	private static final int HEADERS = 1;

	private static final int RST_STREAM = 3;

	private static final int SETTINGS = 4;

	private static final int PUSH_PROMISE = 5;

	private static final int PING = 6;

	private static final int GOAWAY = 7;

	private static final int WINDOW_UPDATE = 8;

	private static final int CONTINUATION = 9;

	private static final int ACK = 0x1;

	private static final int END_STREAM = 0x1;

	private static final int END_HEADERS = 0x4;

	private static final int PADDED = 0x8;

	private static final int PRIORITY = 0x20;

	private static final int SETTINGS_HEADER_TABLE_SIZE = 1;

	private static final int SETTINGS_ENABLE_PUSH = 2;

	private static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;

	private static final int REFUSED_STREAM = 7;

	private static final int MAX_FRAME_SIZE = 16 * 1024;

	private static final int INITIAL_WINDOW_SIZE = 65_535;

	private static final Duration FRAME_TIMEOUT = Duration.ofSeconds(1);

	private final Wire wire;

	private final String authority;

	private int nextStreamId = 1;

	private long sendWindow = INITIAL_WINDOW_SIZE;

	private long initialStreamWindow = INITIAL_WINDOW_SIZE;

	private int consumed;

	private @Nullable Goaway goaway;

	private @Nullable Stream stream;

	Http2Connection(Wire wire, String authority) {
		this.wire = wire;
		this.authority = authority;
	}

	@Override
	public Moment connected() {
		return this.wire.connected();
	}

	/**
	 * Look at what has come in the meantime, such as {@code GOAWAY}.
	 */
	@Override
	public boolean isUsable() {
		try {
			if (!this.wire.isOpen()) {
				return false;
			}
			int available = this.wire.poll();
			while (available > 0) {
				this.wire.begin(System.nanoTime() + FRAME_TIMEOUT.toNanos());
				readFrame();
				available = this.wire.poll();
			}
			return available == 0 && this.goaway == null;
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public void idle() {
		if (this.wire.isOpen() && !isUsable()) {
			close();
		}
	}

	@Override
	public Answer exchange(Request.Prepared request, long deadline, Runnable onSent) {
		this.wire.begin(deadline);
		Moment sent = Moment.now();
		Stream stream = new Stream(this.nextStreamId, this.initialStreamWindow);
		this.stream = stream;
		this.nextStreamId += 2;
		boolean reusable = false;
		try {
			IOException notWritten = write(request, stream, onSent);
			try {
				while (!stream.ended) {
					readFrame();
				}
			}
			catch (StreamException | ProtocolException | SocketTimeoutException ex) {
				throw ex;
			}
			catch (IOException ex) {
				throw (notWritten != null) ? notWritten : ex;
			}
			stream.verifyLength(request.method());
			reusable = stream.uploaded && this.goaway == null;
			return Answer.complete(stream.status, sent, stream.body);
		}
		catch (StreamException ex) {
			reusable = this.goaway == null;
			return new Answer(ex.outcome, stream.status, sent, stream.body.text(), String.valueOf(ex.getMessage()));
		}
		catch (IOException ex) {
			Answer answer = Answer.incomplete(ex, stream.status != 0, stream.status, sent, stream.body);
			return (this.goaway != null) ? answer.withDetail(answer.detail() + " after " + this.goaway) : answer;
		}
		finally {
			this.stream = null;
			if (!reusable) {
				close();
			}
		}
	}

	/**
	 * Send the request.
	 * @param request the request
	 * @param stream the stream
	 * @param onSent called when the head of it is on its way
	 * @return why it could not be written, although an answer may be there to be read
	 * @throws IOException if there is nothing to be read either
	 */
	private @Nullable IOException write(Request.Prepared request, Stream stream, Runnable onSent) throws IOException {
		try {
			if (stream.id == 1) {
				writePreface();
			}
			boolean withBody = request.body().length > 0;
			write(HEADERS, END_HEADERS | (withBody ? 0 : END_STREAM), stream.id, ByteBuffer.wrap(head(request)));
			onSent.run();
			stream.uploaded = !withBody || writeBody(request, stream);
			return null;
		}
		catch (StreamException | ProtocolException | SocketTimeoutException | EOFException ex) {
			throw ex;
		}
		catch (IOException ex) {
			return ex;
		}
	}

	private void writePreface() throws IOException {
		this.wire.write(ByteBuffer.wrap(PREFACE.getBytes(StandardCharsets.ISO_8859_1)));
		ByteBuffer settings = ByteBuffer.allocate(12);
		settings.putShort((short) SETTINGS_HEADER_TABLE_SIZE).putInt(0);
		settings.putShort((short) SETTINGS_ENABLE_PUSH).putInt(0);
		write(SETTINGS, 0, 0, settings.flip());
	}

	private byte[] head(Request.Prepared request) {
		ByteArrayOutputStream head = new ByteArrayOutputStream();
		Hpack.encode(Hpack.METHOD, request.method(), head);
		Hpack.encode(Hpack.SCHEME, "http", head);
		Hpack.encode(Hpack.AUTHORITY, this.authority, head);
		Hpack.encode(Hpack.PATH, request.path(), head);
		request.headers().forEach((name, value) -> Hpack.encode(name.toLowerCase(Locale.ROOT), value, head));
		if (request.hasBody()) {
			Hpack.encode("content-length", Integer.toString(request.body().length), head);
		}
		return head.toByteArray();
	}

	/**
	 * Send the body as far as the server's windows allow.
	 * @param request the request
	 * @param stream the stream
	 * @return whether all of it was sent, {@code false} if it was answered before
	 * @throws IOException if the body could not be sent
	 */
	private boolean writeBody(Request.Prepared request, Stream stream) throws IOException {
		ByteBuffer body = ByteBuffer.wrap(request.body());
		int piece = request.pace().bytes();
		while (body.hasRemaining()) {
			while (this.wire.poll() > 0 || Math.min(this.sendWindow, stream.sendWindow) <= 0) {
				readFrame();
				if (stream.ended) {
					return false;
				}
			}
			long window = Math.min(this.sendWindow, stream.sendWindow);
			int length = (int) Math.min(Math.min(window, MAX_FRAME_SIZE), Math.min(piece, body.remaining()));
			ByteBuffer data = body.slice(body.position(), length);
			body.position(body.position() + length);
			piece -= length;
			write(DATA, body.hasRemaining() ? 0 : END_STREAM, stream.id, data);
			this.sendWindow -= length;
			stream.sendWindow -= length;
			if (piece == 0 && body.hasRemaining()) {
				piece = request.pace().bytes();
				this.wire.pause(request.pace().pause());
			}
		}
		return true;
	}

	private void write(int type, int flags, int streamId, ByteBuffer payload) throws IOException {
		ByteBuffer frame = ByteBuffer.allocate(9 + payload.remaining());
		frame.putInt((payload.remaining() << 8) | type).put((byte) flags).putInt(streamId).put(payload);
		this.wire.write(frame.flip());
	}

	private Frame readFrame(int expectedType) throws IOException {
		int length = number(3);
		int type = this.wire.require();
		int flags = this.wire.require();
		int streamId = number(4) & Integer.MAX_VALUE;
		if (length > MAX_FRAME_SIZE) {
			throw new ProtocolException("a frame of " + length + " bytes: is this HTTP/2?");
		}
		if (expectedType >= 0 && type != expectedType) {
			throw new ProtocolException("a frame of type " + type + " within a header block");
		}
		byte[] payload = new byte[length];
		for (int i = 0; i < length; i++) {
			payload[i] = (byte) this.wire.require();
		}
		return new Frame(type, flags, streamId, ByteBuffer.wrap(payload));
	}

	private int number(int bytes) throws IOException {
		int number = 0;
		for (int i = 0; i < bytes; i++) {
			number = (number << 8) | this.wire.require();
		}
		return number;
	}

	private void readFrame() throws IOException {
		Frame frame = readFrame(-1);
		try {
			handle(frame);
		}
		catch (BufferUnderflowException ex) {
			throw new ProtocolException("a frame of type " + frame.type + " is too short");
		}
	}

	private void handle(Frame frame) throws IOException {
		Stream stream = (this.stream != null && this.stream.id == frame.streamId) ? this.stream : null;
		switch (frame.type) {
			case DATA -> handleData(frame, stream);
			case HEADERS -> handleHeaders(frame, stream);
			case RST_STREAM -> handleReset(frame, stream);
			case SETTINGS -> handleSettings(frame);
			case PUSH_PROMISE -> throw new ProtocolException("a push, which was not allowed");
			case PING -> {
				if (!frame.has(ACK)) {
					write(PING, ACK, 0, frame.payload);
				}
			}
			case GOAWAY -> handleGoaway(frame);
			case WINDOW_UPDATE -> {
				int increment = frame.payload.getInt();
				if (frame.streamId == 0) {
					this.sendWindow += increment;
				}
				else if (stream != null) {
					stream.sendWindow += increment;
				}
			}
			default -> {
				// others are to be ignored
			}
		}
	}

	private void handleData(Frame frame, @Nullable Stream stream) throws IOException {
		int length = frame.payload.remaining();
		if (stream != null) {
			if (stream.status == 0) {
				throw new ProtocolException("a body without a head");
			}
			frame.stripPadding();
			while (frame.payload.hasRemaining()) {
				stream.body.add(frame.payload.get());
			}
			stream.ended = frame.has(END_STREAM);
		}
		this.consumed = reopenWindow(0, this.consumed + length);
		if (stream != null && !stream.ended) {
			stream.consumed = reopenWindow(stream.id, stream.consumed + length);
		}
	}

	/**
	 * Let the server send more, but not for each frame: Tomcat takes many small updates
	 * for an attack.
	 * @param streamId the stream, 0 for the connection
	 * @param consumed how much of the window is used
	 * @return how much of it is used then
	 * @throws IOException if the update could not be written
	 */
	private int reopenWindow(int streamId, int consumed) throws IOException {
		if (consumed < INITIAL_WINDOW_SIZE / 2) {
			return consumed;
		}
		write(WINDOW_UPDATE, 0, streamId, ByteBuffer.allocate(4).putInt(consumed).flip());
		return 0;
	}

	private void handleHeaders(Frame frame, @Nullable Stream stream) throws IOException {
		frame.stripPadding();
		if (frame.has(PRIORITY)) {
			frame.payload.position(frame.payload.position() + 5);
		}
		ByteArrayOutputStream block = new ByteArrayOutputStream();
		Frame part = frame;
		part.copyTo(block);
		while (!part.has(END_HEADERS)) {
			part = readFrame(CONTINUATION);
			part.copyTo(block);
		}
		Hpack.Head head = Hpack.decode(ByteBuffer.wrap(block.toByteArray()));
		if (stream == null) {
			return;
		}
		boolean trailers = stream.status != 0;
		if (!trailers && head.status() == 0) {
			throw new ProtocolException("a head without a status");
		}
		if (!trailers && head.status() >= 200) {
			stream.status = head.status();
			stream.length = head.length();
		}
		stream.ended = frame.has(END_STREAM);
	}

	private static void handleReset(Frame frame, @Nullable Stream stream) throws StreamException {
		if (stream == null || stream.ended) {
			return;
		}
		int code = frame.payload.getInt();
		Outcome outcome = (code == REFUSED_STREAM) ? Outcome.UNPROCESSED : Outcome.RESET;
		throw new StreamException((stream.status != 0) ? Outcome.TRUNCATED : outcome,
				"RST_STREAM with error code " + code);
	}

	private void handleSettings(Frame frame) throws IOException {
		if (frame.has(ACK)) {
			return;
		}
		while (frame.payload.hasRemaining()) {
			int id = frame.payload.getShort();
			int value = frame.payload.getInt();
			if (id == SETTINGS_INITIAL_WINDOW_SIZE) {
				if (this.stream != null) {
					this.stream.sendWindow += value - this.initialStreamWindow;
				}
				this.initialStreamWindow = value;
			}
		}
		write(SETTINGS, ACK, 0, ByteBuffer.allocate(0));
	}

	private void handleGoaway(Frame frame) throws StreamException {
		Goaway goaway = new Goaway(frame.payload.getInt() & Integer.MAX_VALUE, frame.payload.getInt());
		this.goaway = goaway;
		Stream stream = this.stream;
		if (stream != null && stream.id > goaway.lastStreamId && stream.status == 0) {
			throw new StreamException(Outcome.UNPROCESSED, "stream " + stream.id + " is not in " + goaway);
		}
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
	 * The stream that is under way.
	 */
	private static final class Stream {

		private final int id;

		private final Answer.Body body = new Answer.Body();

		private long sendWindow;

		private int consumed;

		private int status;

		private long length = -1;

		private boolean uploaded;

		private boolean ended;

		Stream(int id, long sendWindow) {
			this.id = id;
			this.sendWindow = sendWindow;
		}

		void verifyLength(String method) throws ProtocolException {
			boolean bodiless = method.equals("HEAD") || this.status == 304;
			if (this.length >= 0 && this.length != this.body.length() && !bodiless) {
				throw new ProtocolException(
						"%d bytes of the body instead of %d".formatted(this.body.length(), this.length));
			}
		}

	}

	private record Frame(int type, int flags, int streamId, ByteBuffer payload) {

		boolean has(int flag) {
			return (this.flags & flag) != 0;
		}

		void stripPadding() throws ProtocolException {
			if (has(PADDED)) {
				int padding = this.payload.get() & 0xff;
				if (padding > this.payload.remaining()) {
					throw new ProtocolException("more padding than frame");
				}
				this.payload.limit(this.payload.limit() - padding);
			}
		}

		void copyTo(ByteArrayOutputStream output) {
			while (this.payload.hasRemaining()) {
				output.write(this.payload.get());
			}
		}

	}

	private record Goaway(int lastStreamId, int code) {

		@Override
		public String toString() {
			return "GOAWAY with last stream id " + this.lastStreamId + " and error code " + this.code;
		}

	}

	/**
	 * The end of one stream, of which the connection may live on.
	 */
	private static final class StreamException extends IOException {

		private static final long serialVersionUID = 1L;

		private final Outcome outcome;

		StreamException(Outcome outcome, String message) {
			super(message);
			this.outcome = outcome;
		}

	}

}
