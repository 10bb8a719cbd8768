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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A service's one address, as a cluster offers it: each connection goes to one of the
 * endpoints and stays there until one side closes it. Taking an endpoint out therefore
 * keeps new connections away from it and moves no connection that is open. Thread-safe.
 * <p>
 * Without an endpoint, or where none listens any more, a connection is reset.
 *
 * @since 0.1.0
 */
public final class ServiceAddress implements AutoCloseable {

	private final List<URI> endpoints = new CopyOnWriteArrayList<>();

	private final AtomicInteger next = new AtomicInteger();

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "service-address");
		thread.setDaemon(true);
		return thread;
	});

	private final ServerSocket server;

	private ServiceAddress(ServerSocket server) {
		this.server = server;
	}

	/**
	 * Open an address without endpoints on a free port of the loopback interface.
	 * @return the address
	 */
	public static ServiceAddress open() {
		try {
			ServiceAddress address = new ServiceAddress(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()));
			address.threads.execute(address::accept);
			return address;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return where callers connect to.
	 * @return the URI, without a trailing slash
	 */
	public URI uri() {
		return URI.create("http://127.0.0.1:" + this.server.getLocalPort());
	}

	/**
	 * Let new connections go to an endpoint as well.
	 * @param endpoint its URI, of the loopback interface
	 */
	public void add(URI endpoint) {
		this.endpoints.add(endpoint);
	}

	/**
	 * Let no new connection go to an endpoint. A cluster does that some time after a pod
	 * was told to go: how long after is up to the caller.
	 * @param endpoint its URI, as it was added
	 */
	public void remove(URI endpoint) {
		this.endpoints.remove(endpoint);
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.threads.shutdownNow();
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket client = this.server.accept();
				this.threads.execute(() -> connect(client));
			}
			catch (IOException ex) {
				// closed, or the client is gone already
			}
		}
	}

	private void connect(Socket client) {
		Socket upstream = new Socket();
		try {
			List<URI> endpoints = List.copyOf(this.endpoints);
			URI endpoint = endpoints.get(Math.floorMod(this.next.getAndIncrement(), endpoints.size()));
			upstream.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.getPort()));
			client.setTcpNoDelay(true);
			upstream.setTcpNoDelay(true);
			AtomicInteger open = new AtomicInteger(2);
			this.threads.execute(() -> copy(client, upstream, open));
			copy(upstream, client, open);
		}
		catch (IOException | ArithmeticException ex) {
			// nobody listens there, or there is no endpoint at all
			reset(client);
			reset(upstream);
		}
	}

	/**
	 * Copies one direction, and its end as it was: a FIN or a reset.
	 */
	private static void copy(Socket from, Socket to, AtomicInteger open) {
		try {
			from.getInputStream().transferTo(to.getOutputStream());
			to.shutdownOutput();
			if (open.decrementAndGet() == 0) {
				from.close();
				to.close();
			}
		}
		catch (IOException ex) {
			reset(from);
			reset(to);
		}
	}

	private static void reset(Socket socket) {
		try (socket) {
			socket.setSoLinger(true, 0);
		}
		catch (IOException ex) {
			// as good as closed
		}
	}

}
