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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports of the loopback interface for servers that cannot choose one themselves, or
 * that are to come back on the one they had.
 * <p>
 * Such a port is free for a while before the server takes it. So that nobody else gets it
 * meanwhile, it is none of those that the system gives to connections: on Linux these
 * begin at 32768 ({@code net.ipv4.ip_local_port_range}), and RFC 6335 has them begin at
 * 49152.
 *
 * @since 0.1.0
 */
public final class FreePort {

	private static final int LOWEST = 10_000;

	private static final int HIGHEST = 30_000;

	private FreePort() {
	}

	/**
	 * Find a port.
	 * @return a port on which nobody listens
	 */
	public static int find() {
		return find(0);
	}

	/**
	 * Find ports at fixed distances, for a server that derives them from each other.
	 * @param distances the distances, at most 2000
	 * @return a port such that nobody listens at any of the distances from it
	 */
	public static int find(int... distances) {
		while (true) {
			int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
			if (Arrays.stream(distances).allMatch((distance) -> isFree(port + distance))) {
				return port;
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
