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

package io.github.gracefulshutdown.web.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketProcessorBase;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that closes its port from the thread that accepts.
 * <p>
 * {@code closeServerSocketGraceful()} stops the acceptor first and closes the socket up
 * to 37 ms later; what arrives between the two is accepted only to be reset. Here the
 * acceptor takes whatever is waiting, and closes the socket the moment nothing is.
 * <p>
 * It also knows how many sockets are being worked on. Tomcat's own counters drop before
 * the end of the response is written, and a slow reader may take long to take it.
 */
final class GracefulNioEndpoint extends NioEndpoint {

	private static final int WAKE_UP_TIMEOUT_MILLIS = 1000;

	private final LongAdder begun = new LongAdder();

	private final LongAdder ended = new LongAdder();

	private final CountDownLatch closed = new CountDownLatch(1);

	private final CountDownLatch stopped = new CountDownLatch(1);

	private final Set<WebSocketProcessor> webSockets = Collections
		.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	private volatile boolean closing;

	private volatile @Nullable SocketAddress wakeUp;

	/**
	 * Close the port, while connections that are open go on being served, each with
	 * {@code Connection: close}; HTTP/2 connections are sent their GOAWAY.
	 */
	void closePort() {
		if (getUseInheritedChannel() || getUnixDomainSocketPath() != null || getServerSocket() == null) {
			closeServerSocketGraceful();
			return;
		}
		this.closing = true;
		// an acceptor that waits for a connection to end would not come to close the port
		setMaxConnections(-1);
		try {
			wakeAcceptor();
			this.closed.await(WAKE_UP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		closeServerSocketGraceful();
		this.stopped.countDown();
	}

	private void wakeAcceptor() {
		try {
			InetSocketAddress local = getLocalAddress();
			if (local != null) {
				InetAddress address = local.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress()
						: local.getAddress();
				try (SocketChannel channel = SocketChannel.open()) {
					channel.bind(new InetSocketAddress(address, 0));
					this.wakeUp = channel.getLocalAddress();
					channel.socket().connect(new InetSocketAddress(address, local.getPort()), WAKE_UP_TIMEOUT_MILLIS);
				}
			}
		}
		catch (IOException ex) {
			// then the port is closed from outside, as Tomcat does it
		}
	}

	@Override
	protected SocketChannel serverSocketAccept() throws Exception {
		if (!this.closing) {
			SocketChannel socket = super.serverSocketAccept();
			if (!socket.getRemoteAddress().equals(this.wakeUp)) {
				return socket;
			}
			socket.close();
		}
		return acceptOrClose();
	}

	private SocketChannel acceptOrClose() throws Exception {
		if (getServerSocket() instanceof ServerSocketChannel channel && channel.isOpen()) {
			if (channel.isBlocking()) {
				channel.configureBlocking(false);
				closeForTheFirstTime();
			}
			SocketChannel waiting = channel.accept();
			if (waiting == null) {
				// who wakes up is not preempted between the last look and the close
				Thread.sleep(1);
				waiting = channel.accept();
			}
			if (waiting != null) {
				return waiting;
			}
			channel.close();
		}
		this.closed.countDown();
		this.stopped.await();
		// the acceptor destroys what it gets once it has been stopped
		return SocketChannel.open();
	}

	/**
	 * The first close of a channel loads classes, for which there is no time between the
	 * last look and the close that counts.
	 */
	private static void closeForTheFirstTime() throws IOException {
		try (ServerSocketChannel channel = ServerSocketChannel.open()) {
			channel.configureBlocking(false);
		}
	}

	@Override
	protected void unlockAccept() {
		if (!this.closing) {
			super.unlockAccept();
		}
	}

	@Override
	protected SocketProcessorBase<NioChannel> createSocketProcessor(SocketWrapperBase<NioChannel> socketWrapper,
			SocketEvent event) {
		return new CountedSocketProcessor(socketWrapper, event);
	}

	/**
	 * Return how many sockets are being worked on.
	 */
	long busySockets() {
		// in this order, the difference errs on the side of busy
		long ended = this.ended.sum();
		return this.begun.sum() - ended;
	}

	void opened(WebSocketProcessor webSocket) {
		this.webSockets.add(webSocket);
	}

	/**
	 * Return the WebSockets that are open.
	 */
	List<WebSocketProcessor> webSockets() {
		synchronized (this.webSockets) {
			List<WebSocketProcessor> open = new ArrayList<>();
			for (WebSocketProcessor webSocket : this.webSockets) {
				if (webSocket.isOpen()) {
					open.add(webSocket);
				}
			}
			return open;
		}
	}

	/**
	 * End the connection of an HTTP/1.1 request as if its peer had: Tomcat is left to
	 * find out, since the request may be used by other threads meanwhile.
	 */
	void breakConnection(Request request) {
		String connectionId = request.getServletConnection().getConnectionId();
		for (SocketWrapperBase<NioChannel> socket : getConnections()) {
			if (isOf(socket, request, connectionId)) {
				try {
					socket.getSocket().getIOChannel().shutdownOutput();
				}
				catch (IOException ex) {
					// then it is closed already
				}
			}
		}
	}

	private static boolean isOf(SocketWrapperBase<NioChannel> socket, Request request, String connectionId) {
		if (socket.getCurrentProcessor() instanceof Processor processor) {
			return processor.getRequest() == request;
		}
		// the processor is taken out while a thread of the server is at work
		return socket.getServletConnection("http/1.1", "").getConnectionId().equals(connectionId);
	}

	/**
	 * Close connections that nobody works on. Only to be called when nothing is in
	 * flight.
	 */
	void closeConnections() {
		for (SocketWrapperBase<NioChannel> socket : getConnections()) {
			socket.close();
		}
	}

	/**
	 * Shut the worker pool down, if it is this endpoint's own.
	 */
	void releasePool() {
		if (this.internalExecutor && getExecutor() instanceof ExecutorService pool) {
			pool.shutdown();
		}
	}

	private final class CountedSocketProcessor extends SocketProcessor {

		private CountedSocketProcessor(SocketWrapperBase<NioChannel> socketWrapper, SocketEvent event) {
			super(socketWrapper, event);
		}

		@Override
		protected void doRun() {
			GracefulNioEndpoint.this.begun.increment();
			try {
				super.doRun();
			}
			finally {
				GracefulNioEndpoint.this.ended.increment();
			}
		}

	}

}
