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

package io.github.gracefulshutdown.field;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the image of the payment service, started by Testcontainers.
 */
@Tag("environment")
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PayContainerIT {

	@BeforeAll
	@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	static void build() {
		Docker.assumeAvailable();
		Docker.buildPay();
	}

	@Test
	void whenStoppedThenTheRequestInFlightIsAnsweredBeforeItExits() throws Exception {
		try (GenericContainer<?> pay = new GenericContainer<>(Docker.PAY).withExposedPorts(8080)
			.withEnv("SPRING_PROFILES_ACTIVE", "none")
			.withEnv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m")
			.waitingFor(Wait.forHealthcheck())
			.withStartupTimeout(Duration.ofMinutes(3))) {
			pay.start();
			assertThat(pay.execInContainer("cat", "/proc/1/comm").getStdout()).isEqualToIgnoringNewLines("java");
			assertThat(pay.execInContainer("id", "-u").getStdout()).isEqualToIgnoringNewLines("1000");
			URI uri = URI.create("http://%s:%d".formatted(pay.getHost(), pay.getMappedPort(8080)));
			HttpClient client = HttpClient.newHttpClient();
			client.send(request(uri.resolve("/biz/time/set?sleepTime=20000")), BodyHandlers.ofString());
			CompletableFuture<HttpResponse<String>> inFlight = client
				.sendAsync(request(uri.resolve("/sleep/one?systemNo=1")), BodyHandlers.ofString());
			await().atMost(Duration.ofMinutes(1)).until(() -> report(pay).replace(" ", "").contains("\"active\":1,"));
			DockerClientFactory.instance().client().stopContainerCmd(pay.getContainerId()).withTimeout(30).exec();
			assertThat(inFlight.join().statusCode()).isEqualTo(200);
			assertThat(pay.getCurrentContainerInfo().getState().getExitCodeLong()).isEqualTo(143);
			assertThat(pay.getLogs()).contains("ports are closed, 1 requests in flight");
		}
	}

	private static String report(GenericContainer<?> pay) throws Exception {
		return pay.execInContainer("wget", "-qO-", "http://127.0.0.1:8080/actuator/deregister").getStdout();
	}

	private static HttpRequest request(URI uri) {
		return HttpRequest.newBuilder(uri).build();
	}

}
