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

package io.github.gracefulshutdown.sample.pay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A payment that is interrupted, as the shutdown does with what it cuts, while it waits
 * for an acquirer that does not answer.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "eureka.client.enabled=false",
		"spring.datasource.url=jdbc:h2:mem:cut", "server.http2.enabled=true", "pay.acquirer-timeout=1m" })
class AcquirerCutTests {

	private static final Semaphore asked = new Semaphore(0);

	private static HttpServer acquirer;

	@BeforeAll
	static void startAcquirer() throws IOException {
		acquirer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		acquirer.createContext("/debits", (exchange) -> asked.release());
		acquirer.start();
	}

	@AfterAll
	static void stopAcquirer() {
		acquirer.stop(0);
	}

	@DynamicPropertySource
	static void acquirer(DynamicPropertyRegistry registry) {
		registry.add("pay.acquirer-uri", () -> "http://127.0.0.1:" + acquirer.getAddress().getPort());
	}

	@ParameterizedTest
	@EnumSource
	void whenCutWhileTheAcquirerIsAskedThenTheClientIsTold(HttpClient.Version version, @LocalServerPort int port)
			throws Exception {
		URI uri = URI.create("http://127.0.0.1:" + port);
		HttpClient client = HttpClient.newBuilder().version(version).build();
		// a connection is not upgraded with a payment
		client.send(HttpRequest.newBuilder(uri.resolve("/biz/time/set?sleepTime=0")).build(),
				HttpResponse.BodyHandlers.discarding());
		CompletableFuture<HttpResponse<Void>> payment = client.sendAsync(HttpRequest.newBuilder(uri.resolve("/api/pay"))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("""
					{"paymentId":"cut","amount":9.90,"deviceCode":"d"}"""))
			.build(), HttpResponse.BodyHandlers.discarding());
		assertThat(asked.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
		interruptPayment();
		HttpResponse<Void> response = payment.get(10, TimeUnit.SECONDS);
		assertThat(response.version()).isEqualTo(version);
		assertThat(response.statusCode()).isEqualTo(HttpStatus.BAD_GATEWAY.value());
	}

	private static void interruptPayment() {
		Thread.getAllStackTraces().forEach((thread, stack) -> {
			if (Arrays.stream(stack).anyMatch((frame) -> frame.getClassName().equals(Acquirer.class.getName()))) {
				thread.interrupt();
			}
		});
	}

}
