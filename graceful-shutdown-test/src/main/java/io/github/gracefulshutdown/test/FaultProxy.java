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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Stands between a client and a real server, on a port of the loopback interface, and
 * lets the server misbehave: hang, be slow, be gone, or answer errors. It passes bytes on
 * and knows no protocol, except that {@link #answer(int)} speaks enough HTTP/1.1 to send
 * a status. What it does may change at any time, and holds for open connections too.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class FaultProxy implements AutoCloseable {

	private final InetSocketAddress target;

	private final Set<Link> links = ConcurrentHashMap.newKeySet();

	private volatile Behaviour behaviour = Link::write;

	private ServerSocket serverSocket;

	private Thread acceptor;

	private Socket holder = new Socket();

	private FaultProxy(InetSocketAddress target, int port) {
		this.target = target;
		this.serverSocket = listen(port);
		this.acceptor = start(this.serverSocket);
	}

	/**
	 * Start a proxy on a free port.
	 * @param target the real server
	 * @return the proxy, which passes everything on
	 * @throws UncheckedIOException if there is no port
	 */
	public static FaultProxy to(InetSocketAddress target) {
		return to(target, 0);
	}

	/**
	 * Start a proxy.
	 * @param target the real server
	 * @param port the port to listen on, 0 for any that is free
	 * @return the proxy, which passes everything on
	 * @throws UncheckedIOException if the port is taken
	 */
	public static FaultProxy to(InetSocketAddress target, int port) {
		return new FaultProxy(target, port);
	}

	/**
	 * Return where clients find the server.
	 * @return the port, which never changes
	 */
	public synchronized int port() {
		return this.serverSocket.getLocalPort();
	}

	/**
	 * Pass everything on again.
	 */
	public void pass() {
		become(Link::write);
	}

	/**
	 * Accept connections and read what the client sends, but answer nothing. What is lost
	 * in the meantime stays lost: connections that were open do not recover.
	 */
	public void hang() {
		become((link, bytes, length) -> link.doomed = true);
	}

	/**
	 * Hold back whatever the server sends.
	 * @param delay for how long, for each piece of it
	 */
	public void delay(Duration delay) {
		become((link, bytes, length) -> {
			if (!link.toServer) {
				TimeUnit.NANOSECONDS.sleep(delay.toNanos());
			}
			link.write(bytes, length);
		});
	}

	/**
	 * Answer each HTTP request by a status of no content, and close its connection.
	 * @param status the status, such as 500
	 */
	public void answer(int status) {
		byte[] answer = "HTTP/1.1 %d Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".formatted(status)
			.getBytes(StandardCharsets.US_ASCII);
		become((link, bytes, length) -> {
			if (link.toServer && !link.doomed) {
				link.source.getOutputStream().write(answer);
				link.source.shutdownOutput();
			}
			link.doomed = true;
		});
	}

	/**
	 * Refuse new connections and reset those that are open.
	 */
	public synchronized void refuse() {
		this.behaviour = (link, bytes, length) -> link.reset();
		int port = this.serverSocket.getLocalPort();
		close(this.serverSocket);
		// the port is taken for as long as somebody is accepting
		join(this.acceptor);
		hold(port);
		this.links.forEach(Link::reset);
	}

	/**
	 * Take the port without listening on it, so that connections are refused and nobody
	 * else gets it.
	 */
	private void hold(int port) {
		try {
			this.holder.close();
			this.holder = new Socket();
			this.holder.setReuseAddress(true);
			this.holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public synchronized void close() {
		refuse();
		close(this.holder);
	}

	private synchronized void become(Behaviour behaviour) {
		this.behaviour = behaviour;
		if (this.serverSocket.isClosed()) {
			this.serverSocket = listen(this.serverSocket.getLocalPort());
			this.acceptor = start(this.serverSocket);
			close(this.holder);
		}
	}

	private static ServerSocket listen(int port) {
		try {
			ServerSocket socket = new ServerSocket();
			socket.setReuseAddress(true);
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
			return socket;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Thread start(ServerSocket socket) {
		return start(() -> accept(socket));
	}

	private void accept(ServerSocket socket) {
		while (!socket.isClosed()) {
			try {
				Socket client = socket.accept();
				start(() -> connect(client));
			}
			catch (IOException ex) {
				// closed, or the server is really gone: the client has been told
			}
		}
	}

	private void connect(Socket client) {
		Socket server = new Socket();
		Link link = new Link(client, server, true);
		this.links.add(link);
		try {
			server.connect(this.target, 1000);
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
		}
		catch (IOException ex) {
			// the server is really gone
			this.links.remove(link);
			link.reset();
			return;
		}
		start(new Link(server, client, false));
		link.run();
	}

	private static Thread start(Runnable task) {
		Thread thread = new Thread(task, "fault-proxy");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void close(AutoCloseable closeable) {
		try {
			closeable.close();
		}
		catch (Exception ex) {
			// as good as closed
		}
	}

	/**
	 * What becomes of a piece of data.
	 */
	@FunctionalInterface
	private interface Behaviour {

		void pass(Link link, byte[] bytes, int length) throws IOException, InterruptedException;

	}

	/**
	 * One direction of a connection.
	 */
	private final class Link implements Runnable {

		private final Socket source;

		private final Socket sink;

		private final boolean toServer;

		/** Whether bytes were lost, after which none may follow. */
		private volatile boolean doomed;

		private Link(Socket source, Socket sink, boolean toServer) {
			this.source = source;
			this.sink = sink;
			this.toServer = toServer;
		}

		@Override
		public void run() {
			try {
				byte[] bytes = new byte[16 * 1024];
				InputStream input = this.source.getInputStream();
				for (int length = input.read(bytes); length >= 0; length = input.read(bytes)) {
					if (!this.doomed) {
						FaultProxy.this.behaviour.pass(this, bytes, length);
					}
				}
			}
			catch (IOException | InterruptedException ex) {
				// either side has gone
			}
			finally {
				FaultProxy.this.links.remove(this);
				FaultProxy.close(this.source);
				FaultProxy.close(this.sink);
			}
		}

		private void write(byte[] bytes, int length) throws IOException {
			this.sink.getOutputStream().write(bytes, 0, length);
		}

		private void reset() {
			for (Socket socket : new Socket[] { this.source, this.sink }) {
				try {
					socket.setSoLinger(true, 0);
				}
				catch (IOException ex) {
					// as good as reset
				}
				FaultProxy.close(socket);
			}
		}

	}

}
