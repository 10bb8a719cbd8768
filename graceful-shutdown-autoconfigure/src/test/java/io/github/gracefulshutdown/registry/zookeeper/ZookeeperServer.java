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

package io.github.gracefulshutdown.registry.zookeeper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * A ZooKeeper server on a free port, and a client with a session of its own to read and
 * write it.
 */
public final class ZookeeperServer implements AutoCloseable {

	/** Sessions may last for 20 ticks, which is longer than any test. */
	private static final int TICK = 60_000;

	private final TestingServer server;

	private final CuratorFramework client;

	public ZookeeperServer() {
		try {
			this.server = new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, TICK, -1), true);
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
		this.client = CuratorFrameworkFactory.newClient(this.server.getConnectString(), new RetryForever(50));
		this.client.start();
	}

	public InetSocketAddress address() {
		return new InetSocketAddress(InetAddress.getLoopbackAddress(), this.server.getPort());
	}

	/**
	 * Return what a node holds.
	 * @param path the path of the node
	 * @return its data, or {@code null} if there is no such node
	 */
	public byte @Nullable [] read(String path) {
		try {
			return this.client.getData().forPath(path);
		}
		catch (KeeperException.NoNodeException ex) {
			return null;
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Return what ZooKeeper knows of a node.
	 * @param path the path of the node
	 * @return when it was created and by which session, or {@code null} if there is no
	 * such node
	 */
	@Nullable Stat stat(String path) {
		try {
			return this.client.checkExists().forPath(path);
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	public void create(String path, CreateMode mode, byte[] data) {
		try {
			this.client.create().withMode(mode).forPath(path, data);
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * End a session, as the server does when it has heard nothing for too long.
	 * @param session the session
	 */
	void expire(ZooKeeper session) {
		CountDownLatch connected = new CountDownLatch(1);
		try {
			ZooKeeper same = new ZooKeeper(this.server.getConnectString(), session.getSessionTimeout(), (event) -> {
				if (event.getState() == KeeperState.SyncConnected) {
					connected.countDown();
				}
			}, session.getSessionId(), session.getSessionPasswd());
			connected.await();
			same.close();
		}
		catch (IOException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	@Override
	public void close() {
		this.client.close();
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

}
