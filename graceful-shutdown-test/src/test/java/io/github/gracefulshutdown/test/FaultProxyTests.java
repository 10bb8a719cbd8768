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
import java.net.BindException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link FaultProxy} in front of a server that sends everything back.
 */
@Timeout(60)
class FaultProxyTests {

	private ServerSocket server;

	private Thread acceptor;

	private FaultProxy proxy;

	@BeforeEach
	void start() throws IOException {
		this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.acceptor = start(this::serve);
		this.proxy = FaultProxy.to(new InetSocketAddress(this.server.getInetAddress(), this.server.getLocalPort()));
	}

	@AfterEach
	void stop() throws IOException {
		this.proxy.close();
		this.server.close();
	}

	@Test
	void whenItPassesThenTheServerAnswers() throws IOException {
		try (Socket client = connect()) {
			assertThat(echo(client, 7)).isEqualTo(7);
		}
	}

	@Test
	void whenItHangsThenNothingIsAnsweredAndTheConnectionStaysOpen() throws IOException {
		try (Socket client = connect()) {
			assertThat(echo(client, 7)).isEqualTo(7);
			this.proxy.hang();
			client.setSoTimeout(100);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> echo(client, 7));
			try (Socket another = connect()) {
				another.setSoTimeout(100);
				assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> echo(another, 7));
			}
		}
	}

	@Test
	void whenItHasHungThenNewConnectionsAreServedAgain() throws IOException {
		this.proxy.hang();
		connect().close();
		this.proxy.pass();
		try (Socket client = connect()) {
			assertThat(echo(client, 7)).isEqualTo(7);
		}
	}

	@Test
	void whenItDelaysThenTheAnswerComesLate() throws IOException {
		try (Socket client = connect()) {
			this.proxy.delay(Duration.ofMillis(300));
			client.setSoTimeout(100);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> echo(client, 7));
			client.setSoTimeout(0);
			assertThat(client.getInputStream().read()).isEqualTo(7);
		}
	}

	@Test
	void whenItRefusesThenNobodyConnectsAndOpenConnectionsAreReset() throws IOException {
		try (Socket client = connect()) {
			assertThat(echo(client, 7)).isEqualTo(7);
			this.proxy.refuse();
			assertThatExceptionOfType(SocketException.class).isThrownBy(() -> client.getInputStream().read())
				.withMessageContaining("reset");
			assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
		}
		int port = this.proxy.port();
		this.proxy.pass();
		assertThat(this.proxy.port()).isEqualTo(port);
		try (Socket client = connect()) {
			assertThat(echo(client, 7)).isEqualTo(7);
		}
	}

	@Test
	void whenItRefusesOnlyForAMomentThenItIsBack() throws IOException {
		for (int i = 0; i < 50; i++) {
			connect().close();
			this.proxy.refuse();
			this.proxy.pass();
			try (Socket client = connect()) {
				assertThat(echo(client, 7)).isEqualTo(7);
			}
		}
	}

	@Test
	void whenItRefusesThenNobodyElseGetsItsPort() throws IOException {
		this.proxy.refuse();
		this.proxy.refuse();
		try (ServerSocket other = new ServerSocket()) {
			other.setReuseAddress(false);
			assertThatExceptionOfType(BindException.class).isThrownBy(
					() -> other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.proxy.port())));
		}
		this.proxy.pass();
		connect().close();
	}

	@Test
	void whenItAnswersThenEachRequestGetsTheStatus() throws IOException {
		this.proxy.answer(500);
		for (int i = 0; i < 5; i++) {
			HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + this.proxy.port())
				.toURL()
				.openConnection();
			connection.setRequestMethod("POST");
			connection.setDoOutput(true);
			connection.getOutputStream().write(new byte[100_000]);
			assertThat(connection.getResponseCode()).isEqualTo(500);
		}
	}

	@Test
	void whenTheServerIsGoneThenTheConnectionIsReset() throws Exception {
		this.server.close();
		this.acceptor.join();
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> {
			try (Socket client = connect()) {
				client.getInputStream().read();
				client.getOutputStream().write(1);
			}
		});
	}

	private Socket connect() throws IOException {
		return new Socket(InetAddress.getLoopbackAddress(), this.proxy.port());
	}

	private int echo(Socket client, int value) throws IOException {
		client.getOutputStream().write(value);
		return client.getInputStream().read();
	}

	private static Thread start(Runnable task) {
		Thread thread = new Thread(task);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private void serve() {
		while (!this.server.isClosed()) {
			try {
				Socket client = this.server.accept();
				start(() -> echo(client));
			}
			catch (IOException ex) {
				// closed
			}
		}
	}

	private void echo(Socket client) {
		try (client; InputStream input = client.getInputStream()) {
			input.transferTo(client.getOutputStream());
		}
		catch (IOException ex) {
			// reset, as it should be
		}
	}

}
