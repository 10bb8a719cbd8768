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

package io.github.gracefulshutdown.registry.nacos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

import com.alibaba.nacos.api.PropertyKeyConst;
import com.alibaba.nacos.api.exception.NacosException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link NacosOpenApi} against a server that wants a login.
 */
class NacosOpenApiTests {

	private static final NacosInstance INSTANCE = new NacosInstance("pay", "DEFAULT_GROUP", "127.0.0.1", 1, "", false,
			1, true, Map.of());

	private HttpServer server;

	private NacosOpenApi api;

	private volatile @Nullable String token;

	private volatile int ttl = 3600;

	private final AtomicInteger logins = new AtomicInteger();

	@BeforeEach
	void start() throws Exception {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/nacos/v3/auth/user/login", this::login);
		this.server.createContext("/nacos/v1/ns/instance", this::remove);
		this.server.start();
		Properties properties = new Properties();
		properties.setProperty(PropertyKeyConst.SERVER_ADDR, "127.0.0.1:" + this.server.getAddress().getPort());
		properties.setProperty(PropertyKeyConst.USERNAME, "nacos");
		properties.setProperty(PropertyKeyConst.PASSWORD, "nacos");
		this.api = new NacosOpenApi(properties);
	}

	@AfterEach
	void stop() throws Exception {
		this.api.close();
		this.server.stop(0);
	}

	@Test
	void whenTheFirstLoginFailsThenTheNextOneIsTried() throws Exception {
		assertThatExceptionOfType(NacosException.class).isThrownBy(() -> this.api.remove(INSTANCE));
		this.token = "one";
		this.api.remove(INSTANCE);
	}

	@Test
	void whenTheTokenExpiresThenItLogsInAgain() throws Exception {
		this.token = "one";
		this.ttl = 0;
		this.api.remove(INSTANCE);
		this.token = "two";
		this.api.remove(INSTANCE);
	}

	@Test
	void whenTheTokenIsGoodThenItLogsInOnce() throws Exception {
		this.token = "one";
		this.api.remove(INSTANCE);
		this.api.remove(INSTANCE);
		assertThat(this.logins).hasValue(1);
	}

	private void login(HttpExchange exchange) throws IOException {
		this.logins.incrementAndGet();
		String token = this.token;
		if (token == null) {
			answer(exchange, 500, "");
		}
		else {
			answer(exchange, 200, "{\"accessToken\":\"%s\",\"tokenTtl\":%d}".formatted(token, this.ttl));
		}
	}

	private void remove(HttpExchange exchange) throws IOException {
		String token = this.token;
		boolean known = token != null && exchange.getRequestURI().getQuery().contains("accessToken=" + token);
		answer(exchange, known ? 200 : 403, "ok");
	}

	private static void answer(HttpExchange exchange, int status, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders(status, (bytes.length > 0) ? bytes.length : -1);
		if (bytes.length > 0) {
			exchange.getResponseBody().write(bytes);
		}
		exchange.close();
	}

}
