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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.sample.pay.Debit;
import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.FreePort;
import io.github.gracefulshutdown.test.Hook;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Integration tests for the restart of two instances, one after the other and on the same
 * ports, behind a balancer that has them in its configuration.
 */
@Tag("environment")
class BalancerIT {

	private static final Duration GRACE_PERIOD = Duration.ofSeconds(30);

	private static final Request INFO = Request.get("/api/pay/open/merchant/info?deviceCode=d{n}&skip=true")
		.named("info");

	private static final Request PAY = Request.post("/api/pay").json("""
			{"paymentId":"p-{n}","amount":9.90,"deviceCode":"d{n}"}""").named("pay");

	private static final Request WORK = Request.get("/sleep/one?systemNo={n}").named("work");

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private Path directory;

	/**
	 * Once by default; {@code -Dbalancer.runs=5} runs each test that often.
	 */
	static IntStream runs() {
		return IntStream.rangeClosed(1, Integer.getInteger("balancer.runs", 1));
	}

	static boolean hasHaproxy() {
		return Proxy.find("haproxy").isPresent();
	}

	static boolean hasNginx() {
		return Proxy.find("nginx").isPresent();
	}

	@ParameterizedTest
	@MethodSource("runs")
	@EnabledIf(value = "hasHaproxy", disabledReason = "haproxy is not installed")
	void whenRestartedBehindHaproxyThenNothingIsLost(int run) throws IOException {
		Result result = restart(Variant.STARTER, 2, Proxy::haproxy);
		result.load().assertAllAnswered();
		assertThat(result.chargedWithoutOrder()).isEmpty();
	}

	@Test
	@EnabledIf(value = "hasHaproxy", disabledReason = "haproxy is not installed")
	void whenRestartedBehindHaproxyWithoutStarterThenRequestsAreLost() throws IOException {
		assertThat(restart(Variant.GRACEFUL, 1, Proxy::haproxy).load().lost().all()).isNotEmpty();
	}

	@ParameterizedTest
	@MethodSource("runs")
	@EnabledIf(value = "hasNginx", disabledReason = "nginx is not installed")
	void whenRestartedBehindNginxThenNothingIsLost(int run) throws IOException {
		Result result = restart(Variant.STARTER, 2, Proxy::nginx);
		result.load().assertAllAnswered();
		assertThat(result.chargedWithoutOrder()).isEmpty();
	}

	// nginx hides much of what the graceful variant loses, by sending it again
	@Test
	@EnabledIf(value = "hasNginx", disabledReason = "nginx is not installed")
	void whenRestartedImmediatelyBehindNginxThenPaymentsAreLost() throws IOException {
		Result result = restart(Variant.IMMEDIATE, 1, Proxy::nginx);
		assertThat(result.load().lost().all()).isNotEmpty();
		assertThat(result.chargedWithoutOrder()).isNotEmpty();
	}

	private Result restart(Variant variant, int restarts, ProxyStarter starter) throws IOException {
		List<Integer> ports = List.of(FreePort.find(), FreePort.find());
		try (PayBackend backend = PayBackend.start(this.kit)) {
			List<RunningApplication> running = new ArrayList<>(ports.stream()
				.map((port) -> CompletableFuture.supplyAsync(() -> start(backend, variant, port)))
				.toList()
				.stream()
				.map(CompletableFuture::join)
				.toList());
			try (Proxy proxy = starter.start(this.directory, ports)) {
				ports.forEach((port) -> Await.until("the balancer sends to " + port, () -> proxy.sendsTo(port)));
				RunningLoad load = this.kit.load()
					.target(proxy.uri())
					.group(clients("keep-alive", 16, Connections.KEEP_ALIVE, INFO))
					.group(clients("new connections", 8, Connections.NEW, INFO))
					.group(clients("payments", 8, Connections.KEEP_ALIVE, PAY))
					.group(clients("payments, new connections", 4, Connections.NEW, PAY))
					.group(clients("long work", 4, Connections.KEEP_ALIVE, WORK))
					.start()
					.awaitRequests(500);
				for (int i = 0; i < restarts; i++) {
					StopReport stop = Terminations.kubelet(GRACE_PERIOD)
						.preStop(Hook.post("/actuator/deregister"))
						.stop(running.get(i));
					System.out.println(variant.title() + ": " + stop);
					int port = ports.get(i);
					running.set(i, start(backend, variant, port));
					Await.until("the balancer sends to " + port + " again", () -> proxy.sendsTo(port));
				}
				LoadReport report = load.awaitRequests(load.requests() + 500).stop();
				System.out.println(variant.title() + ": " + report);
				return new Result(report, backend.chargedWithoutOrder());
			}
		}
	}

	private static ClientGroup clients(String name, int clients, Connections connections, Request request) {
		return ClientGroup.of(name, clients, connections, request)
			.thinkTime(Duration.ofMillis(20), Duration.ofMillis(80));
	}

	private RunningApplication start(PayBackend backend, Variant variant, int port) {
		RunningApplication application = backend.application(variant, "pay-" + port, "none")
			.property("server.port", Integer.toString(port))
			// some payments are always between the debit and the order
			.property("pay.order-delay", "500ms")
			// nothing here tells that a balancer routes to this instance, nor how slowly
			// it notices that one is leaving
			.property("graceful-shutdown.settle.mode", "always")
			.property("graceful-shutdown.settle.min", "2s")
			.property("graceful-shutdown.settle.max", "4s")
			.start();
		backend.setBusinessTime(application, 400);
		return application;
	}

	@FunctionalInterface
	private interface ProxyStarter {

		Proxy start(Path directory, List<Integer> ports) throws IOException;

	}

	private record Result(LoadReport load, List<Debit> chargedWithoutOrder) {

	}

}
