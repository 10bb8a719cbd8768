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
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ServiceAddress}.
 */
class ServiceAddressTests {

	private static final int PATIENCE = 10_000;

	private final ServiceAddress address = ServiceAddress.open();

	@AfterEach
	void close() {
		this.address.close();
	}

	@Test
	void whenThereAreSeveralEndpointsThenConnectionsTakeTurns() throws IOException {
		try (ServerSocket one = endpoint(); ServerSocket other = endpoint()) {
			this.address.add(uri(one));
			this.address.add(uri(other));
			assertConnects(one);
			assertConnects(other);
			assertConnects(one);
		}
	}

	@Test
	void whenAnEndpointIsRemovedThenOnlyNewConnectionsGoElsewhere() throws IOException {
		try (ServerSocket old = endpoint(); ServerSocket replacement = endpoint()) {
			this.address.add(uri(old));
			try (Socket open = connect(); Socket server = old.accept()) {
				server.setSoTimeout(PATIENCE);
				this.address.add(uri(replacement));
				this.address.remove(uri(old));
				assertConnects(replacement);
				assertConnects(replacement);
				open.getOutputStream().write(7);
				assertThat(server.getInputStream().read()).isEqualTo(7);
			}
		}
	}

	@Test
	void whenThereIsNoEndpointThenTheConnectionIsReset() throws IOException {
		try (Socket client = connect()) {
			assertThatExceptionOfType(SocketException.class).isThrownBy(() -> client.getInputStream().read());
		}
	}

	private static ServerSocket endpoint() throws IOException {
		ServerSocket endpoint = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
		endpoint.setSoTimeout(PATIENCE);
		return endpoint;
	}

	private static URI uri(ServerSocket endpoint) {
		return URI.create("http://127.0.0.1:" + endpoint.getLocalPort());
	}

	private Socket connect() throws IOException {
		Socket client = new Socket(InetAddress.getLoopbackAddress(), this.address.uri().getPort());
		client.setSoTimeout(PATIENCE);
		return client;
	}

	private void assertConnects(ServerSocket endpoint) throws IOException {
		try (Socket client = connect()) {
			client.getOutputStream().write(1);
			try (Socket server = endpoint.accept()) {
				server.setSoTimeout(PATIENCE);
				assertThat(server.getInputStream().read()).isOne();
			}
		}
	}

}
