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

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.coyote.UpgradeToken;
import org.apache.coyote.http11.upgrade.UpgradeGroupInfo;
import org.apache.coyote.http11.upgrade.UpgradeProcessorInternal;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.web.OpenStream;

/**
 * Tomcat's processor of a WebSocket, which also knows the thread that works on it.
 */
@SuppressWarnings("try") // Tomcat's declaration of close()
final class WebSocketProcessor extends UpgradeProcessorInternal implements OpenStream {

	private final SocketWrapperBase<?> socket;

	private final String route;

	private final long openedAt = System.nanoTime();

	private volatile @Nullable Thread thread;

	private volatile boolean kept;

	private volatile boolean leaving;

	private final AtomicBoolean told = new AtomicBoolean();

	WebSocketProcessor(SocketWrapperBase<?> socket, UpgradeToken upgradeToken, UpgradeGroupInfo groupInfo,
			String route) {
		super(socket, upgradeToken, groupInfo);
		this.socket = socket;
		this.route = route;
	}

	/**
	 * Return whether Tomcat speaks WebSocket on an upgraded connection.
	 */
	static boolean isWebSocket(UpgradeToken upgradeToken) {
		// an optional part of Tomcat
		return upgradeToken.httpUpgradeHandler()
			.getClass()
			.getName()
			.equals("org.apache.tomcat.websocket.server.WsHttpUpgradeHandler");
	}

	@Override
	public SocketState dispatch(SocketEvent status) {
		this.thread = Thread.currentThread();
		try {
			return super.dispatch(status);
		}
		finally {
			this.thread = null;
			if (this.leaving) {
				tell();
			}
		}
	}

	@Override
	public String kind() {
		return "websocket";
	}

	@Override
	public String route() {
		return this.route;
	}

	@Override
	public Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.openedAt);
	}

	@Override
	public void end() {
		this.leaving = true;
		tell();
	}

	@Override
	public void keep() {
		this.kept = true;
	}

	/**
	 * Return whether this WebSocket has to be told to go, and has not been.
	 */
	boolean isToBeTold() {
		return !this.kept && !this.leaving;
	}

	boolean isLeaving() {
		return this.leaving;
	}

	/**
	 * Have Tomcat close this WebSocket with 1001, unless a message is being handled.
	 */
	private void tell() {
		if (this.thread == null && this.told.compareAndSet(false, true)) {
			this.socket.processSocket(SocketEvent.STOP, true);
		}
	}

	/**
	 * Return whether the connection is open, or a message is still being handled.
	 */
	boolean isOpen() {
		return !this.socket.isClosed() || this.thread != null;
	}

	boolean isClosed() {
		return this.socket.isClosed();
	}

	void closeConnection() {
		this.socket.close();
	}

	@Nullable Thread thread() {
		return this.thread;
	}

	ActiveWork describe() {
		return ActiveWork.of(kind(), this.route, age(), this.thread, null);
	}

}
