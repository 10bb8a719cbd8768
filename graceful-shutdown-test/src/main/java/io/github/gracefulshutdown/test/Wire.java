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

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A TCP connection whose every operation ends by a deadline. It is never blocking, so
 * that it can also tell what has come without waiting for anything. For one thread, apart
 * from {@link #close()}.
 */
final class Wire implements Closeable {

	private static final int DEFAULT_PORT = 80;

	private final SocketChannel channel;

	private final Selector selector;

	private final SelectionKey key;

	private final ByteBuffer input = ByteBuffer.allocate(16 * 1024).flip();

	private final Moment connected;

	private long deadline;

	private long received;

	private Wire(InetSocketAddress address, long deadline) throws IOException {
		this.deadline = deadline;
		this.selector = Selector.open();
		try {
			this.channel = SocketChannel.open();
		}
		catch (IOException ex) {
			this.selector.close();
			throw ex;
		}
		try {
			this.channel.configureBlocking(false);
			this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			this.key = this.channel.register(this.selector, 0);
			this.channel.connect(address);
			while (!this.channel.finishConnect()) {
				await(SelectionKey.OP_CONNECT);
			}
			this.connected = Moment.now();
		}
		catch (IOException ex) {
			close();
			throw ex;
		}
	}

	/**
	 * Connect.
	 * @param target gives host and port
	 * @param deadline when to give up, as {@link System#nanoTime()}
	 * @return the connection
	 * @throws SocketTimeoutException if the deadline has passed
	 * @throws IOException if there is no connection
	 */
	static Wire connect(URI target, long deadline) throws IOException {
		int port = (target.getPort() != -1) ? target.getPort() : DEFAULT_PORT;
		InetSocketAddress address = new InetSocketAddress(target.getHost(), port);
		if (address.isUnresolved()) {
			throw new UnknownHostException(target.getHost());
		}
		return new Wire(address, deadline);
	}

	Moment connected() {
		return this.connected;
	}

	boolean isOpen() {
		return this.channel.isOpen();
	}

	/**
	 * Begin something new.
	 * @param deadline when to give up, as {@link System#nanoTime()}
	 */
	void begin(long deadline) {
		this.deadline = deadline;
		this.received = 0;
	}

	/**
	 * Return the number of bytes read since {@link #begin}.
	 * @return the number of bytes
	 */
	long received() {
		return this.received;
	}

	/**
	 * Return how many bytes can be read without waiting. Nothing is lost by asking.
	 * @return the number of bytes, -1 if the peer has closed the connection
	 * @throws IOException if the connection was reset
	 */
	int poll() throws IOException {
		if (!this.input.hasRemaining() && receive() < 0) {
			return -1;
		}
		return this.input.remaining();
	}

	/**
	 * Read one byte.
	 * @return the byte, -1 if the peer has closed the connection
	 * @throws IOException if the deadline has passed or the connection was reset
	 */
	int read() throws IOException {
		while (!this.input.hasRemaining()) {
			int count = receive();
			if (count < 0) {
				return -1;
			}
			if (count == 0) {
				await(SelectionKey.OP_READ);
			}
		}
		this.received++;
		return this.input.get() & 0xff;
	}

	/**
	 * Read one byte that has to come.
	 * @return the byte
	 * @throws EOFException if the peer has closed the connection
	 * @throws IOException if the deadline has passed or the connection was reset
	 */
	int require() throws IOException {
		int value = read();
		if (value < 0) {
			throw new EOFException("the connection was closed");
		}
		return value;
	}

	private int receive() throws IOException {
		this.input.clear();
		try {
			return this.channel.read(this.input);
		}
		finally {
			this.input.flip();
		}
	}

	/**
	 * Write.
	 * @param data what to write
	 * @throws IOException if the deadline has passed or the peer no longer reads
	 */
	void write(ByteBuffer data) throws IOException {
		while (data.hasRemaining()) {
			if (this.channel.write(data) == 0) {
				await(SelectionKey.OP_WRITE);
			}
		}
	}

	/**
	 * Do nothing for a while.
	 * @param duration how long
	 * @throws SocketTimeoutException if the deadline passes before
	 */
	void pause(Duration duration) throws SocketTimeoutException {
		try {
			TimeUnit.NANOSECONDS.sleep(Math.min(duration.toNanos(), this.deadline - System.nanoTime()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		remaining();
	}

	private void await(int operation) throws IOException {
		this.key.interestOps(operation);
		this.selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(remaining())));
		this.selector.selectedKeys().clear();
	}

	private long remaining() throws SocketTimeoutException {
		long remaining = this.deadline - System.nanoTime();
		if (remaining <= 0) {
			throw new SocketTimeoutException("timed out");
		}
		return remaining;
	}

	@Override
	public void close() throws IOException {
		try (this.selector; this.channel) {
			// both are closed, whichever fails
		}
	}

}
