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

package io.github.gracefulshutdown.scenario;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import jakarta.servlet.http.HttpServletResponse;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * How long the close of an application takes with the library and without, in turn: of an
 * idle one, and from the last answer on the last open connection.
 */
public final class CloseBenchmark {

	private static final String SECURITY = String.join(",",
			"org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration");

	private static final int WARM_UP = 5;

	private static final int ROUNDS = 15;

	private CloseBenchmark() {
	}

	public static void main(String[] args) throws Exception {
		measure("close of an idle application", CloseBenchmark::idle);
		measure("last answer to the end of the close", CloseBenchmark::lastAnswer);
		System.exit(0);
	}

	private static void measure(String what, Measurement measurement) throws Exception {
		double[][] millis = new double[2][ROUNDS];
		for (int round = -WARM_UP; round < ROUNDS; round++) {
			for (int library = 0; library < 2; library++) {
				double took = measurement.nanos(library == 1) / 1e6;
				if (round >= 0) {
					millis[library][round] = took;
				}
			}
		}
		print(what + ", Spring Boot alone", millis[0]);
		print(what + ", with the library", millis[1]);
	}

	private static void print(String what, double[] millis) {
		Arrays.sort(millis);
		System.out.printf("%-60s median %6.1f ms  (%.1f to %.1f)%n", what, millis[millis.length / 2], millis[0],
				millis[millis.length - 1]);
	}

	private static long idle(boolean library) {
		ConfigurableApplicationContext context = start(library, new CountDownLatch(0));
		long begun = System.nanoTime();
		context.close();
		return System.nanoTime() - begun;
	}

	private static long lastAnswer(boolean library) throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		ConfigurableApplicationContext context = start(library, gate);
		int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
		CompletableFuture<Long> answered = client
			.sendAsync(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/gated")).build(),
					HttpResponse.BodyHandlers.ofString())
			.thenApply((response) -> System.nanoTime());
		Gated gated = context.getBean(Gated.class);
		if (!gated.entered.await(30, TimeUnit.SECONDS)) {
			throw new IllegalStateException("The request has not come");
		}
		CompletableFuture<Long> closed = CompletableFuture.supplyAsync(() -> {
			context.close();
			return System.nanoTime();
		}, (task) -> new Thread(task).start());
		Thread.sleep(120);
		gate.countDown();
		return closed.get() - answered.get();
	}

	private static ConfigurableApplicationContext start(boolean library, CountDownLatch gate) {
		SpringApplication application = new SpringApplication(Application.class);
		application.addInitializers((ApplicationContextInitializer<GenericApplicationContext>) (context) -> context
			.registerBean(Gated.class, () -> new Gated(gate)));
		application.setRegisterShutdownHook(false);
		return application.run("--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off",
				"--logging.level.root=off", "--eureka.client.enabled=false", "--spring.cloud.discovery.enabled=false",
				"--spring.cloud.consul.enabled=false", "--spring.cloud.zookeeper.enabled=false",
				"--spring.cloud.nacos.discovery.enabled=false",
				"--spring.cloud.service-registry.auto-registration.enabled=false",
				"--graceful-shutdown.enabled=" + library, "--spring.autoconfigure.exclude=" + SECURITY);
	}

	/**
	 * One measured close.
	 */
	@FunctionalInterface
	private interface Measurement {

		long nanos(boolean library) throws Exception;

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	/**
	 * A request that ends when it is told to, and closes its connection.
	 */
	@RestController
	static class Gated {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch gate;

		Gated(CountDownLatch gate) {
			this.gate = gate;
		}

		@GetMapping("/gated")
		String gated(HttpServletResponse response) throws InterruptedException {
			response.setHeader("Connection", "close");
			this.entered.countDown();
			this.gate.await();
			return "ok";
		}

	}

}
