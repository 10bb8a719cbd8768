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

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

import com.sun.net.httpserver.HttpServer;
import io.github.gracefulshutdown.registry.consul.ConsulServer;
import io.github.gracefulshutdown.registry.eureka.EurekaServer;
import io.github.gracefulshutdown.registry.nacos.NacosServer;
import io.github.gracefulshutdown.test.FaultProxy;
import io.github.gracefulshutdown.test.FreePort;
import io.github.gracefulshutdown.test.ProofKit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The preStop script of the docs, with each HTTP client that it knows, beside a real
 * application that is well, hangs or is dead, and a real registry.
 */
@Tag("environment")
class PrestopScriptIT {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final EurekaServer server = new EurekaServer();

	private static final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@RegisterExtension
	static final ProofKit kit = new ProofKit();

	private static @Nullable RegisteredScenario<EurekaRegistry> shared;

	/** What the shared application had registered when it was killed. */
	private static String registration = "";

	@TempDir
	static Path directory;

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@ParameterizedTest
	@EnumSource
	void whenTheApplicationIsWellThenItLeavesByItself(PrestopScript script) {
		RegisteredScenario<EurekaRegistry> pay = alive();
		int before = server.requests().size();
		run(script, eureka(pay, server.address().getPort())).assertIs(0, "prestop=LEFT", "application=left",
				"presence=absent", "removed=no", "settle.s=0");
		assertThat(pay.registry().isDown()).isTrue();
		assertThat(server.requestsSince(before)).contains("GET " + path(pay))
			.noneMatch((request) -> request.startsWith("DELETE"));
		rejoin(pay);
	}

	/**
	 * The control: whoever only calls an application that hangs has it in the registry
	 * for as long as the server waits for its heartbeat.
	 */
	@Test
	void whenTheApplicationHangsAndIsOnlyCalledThenItStaysInTheRegistry() {
		RegisteredScenario<EurekaRegistry> pay = alive();
		pay.application().signal("STOP");
		URI endpoint = pay.application().managementUri().resolve("/actuator/deregister");
		HttpRequest call = HttpRequest.newBuilder(endpoint)
			.POST(HttpRequest.BodyPublishers.noBody())
			.timeout(Duration.ofSeconds(2))
			.build();
		assertThatThrownBy(() -> http.send(call, HttpResponse.BodyHandlers.discarding()))
			.isInstanceOf(HttpTimeoutException.class);
		assertThat(pay.isOffered()).isTrue();
		wake(pay);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheApplicationHangsThenItIsRemoved(PrestopScript script) {
		RegisteredScenario<EurekaRegistry> pay = alive();
		pay.application().signal("STOP");
		run(script, eureka(pay, server.address().getPort())).assertIs(1, "prestop=REMOVED", "application=hung",
				"presence=absent", "removed=yes", "settle.s=1");
		assertThat(pay.registry().status()).isNull();
		wake(pay);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheApplicationIsDeadThenItIsRemoved(PrestopScript script) {
		RegisteredScenario<EurekaRegistry> pay = dead();
		run(script, eureka(pay, server.address().getPort())).assertIs(1, "prestop=REMOVED", "application=gone",
				"presence=absent", "removed=yes", "settle.s=1");
		assertThat(pay.registry().status()).isNull();
	}

	/**
	 * The kubelet signals a native sidecar when the application has ended.
	 */
	@Test
	void whenTheApplicationHasDiedAndTheSidecarIsSignalledThenItIsRemoved() {
		RegisteredScenario<EurekaRegistry> pay = dead();
		PrestopScript.BUSYBOX.runSidecar(directory, LIMIT, eureka(pay, server.address().getPort()))
			.assertIs(1, "prestop=REMOVED", "application=gone", "presence=absent", "removed=yes");
		assertThat(pay.registry().status()).isNull();
	}

	/**
	 * Its heartbeat brings an instance back that was removed while it lives.
	 */
	@Test
	void whenTheApplicationRefusesAndComesBackThenItIsHiddenAndNotRemovedForEver() {
		RegisteredScenario<EurekaRegistry> pay = alive();
		int before = server.requests().size();
		Map<String, String> variables = eureka(pay, server.address().getPort());
		variables.put("PRESTOP_URL", pay.application().managementUri() + "/actuator/elsewhere");
		variables.put("PRESTOP_SETTLE", "4");
		run(PrestopScript.CURL, variables).assertIs(1, "prestop=REMOVED", "application=refused", "presence=absent",
				"removed=hidden", "detail=\"it has registered itself again\"");
		assertThat(pay.isOffered()).isFalse();
		assertThat(server.requestsSince(before)).containsOnlyOnce("DELETE " + path(pay))
			.containsOnlyOnce("PUT " + path(pay) + "/status?value=OUT_OF_SERVICE");
		send("DELETE", uri(pay, "/status?value=UP"), "");
		Awaitility.await().until(pay::isOffered);
	}

	@Test
	void whenTheRegistryHangsAsWellThenTheBudgetIsKept() {
		RegisteredScenario<EurekaRegistry> pay = alive();
		pay.application().signal("STOP");
		try (FaultProxy proxy = FaultProxy.to(server.address())) {
			proxy.hang();
			Map<String, String> variables = eureka(pay, proxy.port());
			variables.put("PRESTOP_BUDGET", "6");
			// it would take 15 s if it waited for each answer as long as it may
			PrestopScript.Result result = run(PrestopScript.CURL, variables);
			result.assertIs(2, "prestop=UNKNOWN", "application=hung", "presence=unknown");
			assertThat(result.seconds()).isLessThanOrEqualTo(6);
		}
		wake(pay);
	}

	/**
	 * A settle that takes all that is left takes nothing of what is known.
	 */
	@Test
	void whenTheApplicationAnswersOnceAndThenHangsThenItIsRemovedWithinTheBudget() throws IOException {
		AtomicBoolean listed = new AtomicBoolean(true);
		byte[] loopback = new byte[16];
		loopback[15] = 1;
		HttpServer fake = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(loopback), 0), 0);
		fake.setExecutor(Executors.newCachedThreadPool());
		fake.createContext("/actuator/deregister", (exchange) -> {
			if ("wait=false".equals(exchange.getRequestURI().getQuery())) {
				exchange.sendResponseHeaders(200, -1);
				exchange.close();
			}
		});
		fake.createContext("/eureka/apps/pay/one", (exchange) -> {
			boolean present = listed.getAndSet(listed.get() && !exchange.getRequestMethod().equals("DELETE"));
			byte[] body = "<instance><status>UP</status></instance>".getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(present ? 200 : 404, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		fake.createContext("/eureka/apps/delta", (exchange) -> {
			exchange.sendResponseHeaders(200, -1);
			exchange.close();
		});
		fake.start();
		try {
			String address = "http://[::1]:" + fake.getAddress().getPort();
			PrestopScript.Result result = run(PrestopScript.CURL,
					Map.of("SPRING_APPLICATION_NAME", "pay", "PRESTOP_REGISTRY", "eureka", "PRESTOP_INSTANCE", "one",
							"PRESTOP_URL", address + "/actuator/deregister", "PRESTOP_REGISTRY_URL",
							address + "/eureka", "PRESTOP_BUDGET", "12", "PRESTOP_SETTLE", "30"));
			result.assertIs(1, "prestop=REMOVED", "application=slow", "presence=absent", "removed=yes");
			assertThat(result.seconds()).isLessThanOrEqualTo(12);
		}
		finally {
			fake.stop(0);
			((ExecutorService) fake.getExecutor()).shutdownNow();
		}
	}

	@ParameterizedTest
	@CsvSource({ "PRESTOP_BUDGET, 08, 64, 28", "PRESTOP_SETTLE, 1s, 64, 28", "PRESTOP_REGISTRY, etcd, 64, 28",
			"PRESTOP_REGISTRY, nacos, 64, 28", "GRACEFULSHUTDOWN_GRACEPERIOD, soon, 64, 28",
			"GRACEFULSHUTDOWN_GRACEPERIOD, 1h30m, 64, 28", "GRACEFULSHUTDOWN_GRACEPERIOD, 030s, 2, 28",
			"GRACEFULSHUTDOWN_GRACEPERIOD, 1s, 2, 2", "GRACEFULSHUTDOWN_GRACEPERIOD, 8000, 2, 6",
			"GRACEFULSHUTDOWN_GRACEPERIOD, 2M, 2, 118", "GRACEFULSHUTDOWN_GRACEPERIOD, PT8S, 2, 6",
			"GRACEFULSHUTDOWN_GRACEPERIOD, PT1M30S, 2, 88", "GRACEFUL_SHUTDOWN_GRACE_PERIOD, 9s, 2, 7" })
	void whenToldSomethingThenItIsUnderstoodOrRefused(String name, String value, int status, int budget) {
		Map<String, String> variables = new LinkedHashMap<>();
		variables.put("SPRING_APPLICATION_NAME", "pay");
		variables.put("SERVER_PORT", String.valueOf(FreePort.find()));
		variables.put(name, value);
		run(PrestopScript.CURL, variables).assertIs(status,
				(status == 64) ? "prestop=MISCONFIGURED" : "prestop=UNKNOWN", "budget.s=" + budget + " ");
	}

	@Test
	void whenToldSomethingWrongThenTheApplicationIsCalledAllTheSame() {
		RegisteredScenario<EurekaRegistry> pay = alive();
		Map<String, String> variables = eureka(pay, server.address().getPort());
		variables.put("PRESTOP_REGISTRY", "etcd");
		run(PrestopScript.CURL, variables).assertIs(64, "prestop=MISCONFIGURED", "application=left");
		assertThat(pay.registry().isDown()).isTrue();
		rejoin(pay);
	}

	/**
	 * Who has not left is offered: whoever is not is not the one that was meant.
	 */
	@Test
	void whenTheApplicationHangsAndItIsAskedForAnotherOneThenItIsNotSaidToHaveLeft() {
		RegisteredScenario<EurekaRegistry> pay = alive();
		pay.application().signal("STOP");
		Map<String, String> variables = eureka(pay, server.address().getPort());
		variables.put("EUREKA_INSTANCE_INSTANCEID", "another");
		run(PrestopScript.CURL, variables).assertIs(2, "prestop=UNKNOWN", "application=hung", "presence=absent",
				"removed=no", "was not offered as another");
		assertThat(pay.isOffered()).isTrue();
		wake(pay);
	}

	@Test
	void whenTheRegistryIsNotWhereItIsAskedThenNothingIsSaidOfTheInstance() {
		RegisteredScenario<EurekaRegistry> pay = dead();
		Map<String, String> variables = eureka(pay, server.address().getPort());
		variables.put("EUREKA_CLIENT_SERVICEURL_DEFAULTZONE",
				"http://127.0.0.1:" + server.address().getPort() + "/elsewhere");
		run(PrestopScript.CURL, variables).assertIs(2, "prestop=UNKNOWN", "application=gone", "presence=unknown");
		assertThat(pay.isOffered()).isTrue();
	}

	@Test
	void whenTheApplicationHangsThenItIsRemovedFromConsul() {
		try (ConsulServer consul = ConsulServer.start();
				RegisteredScenario<ConsulRegistry> pay = RegisteredScenario.start(new ConsulRegistry(consul), kit)) {
			pay.application().signal("STOP");
			assertThat(consul.all("pay")).containsExactly(pay.registry().id());
			Map<String, String> variables = variables(pay, "consul");
			variables.put("PRESTOP_REGISTRY_URL", "http://127.0.0.1:" + consul.address().getPort());
			variables.put("PRESTOP_INSTANCE", pay.registry().id());
			run(PrestopScript.BUSYBOX, variables).assertIs(1, "prestop=REMOVED", "application=hung", "removed=yes");
			assertThat(consul.all("pay")).isEmpty();
		}
	}

	/**
	 * Nacos lets an instance go with the connection that has registered it, and no
	 * sooner. That it was hidden is kept for its address.
	 */
	@Test
	void whenTheApplicationHangsThenNacosHidesItAndNotTheNextOne() {
		try (NacosServer nacos = NacosServer.start();
				RegisteredScenario<NacosRegistry> pay = RegisteredScenario.start(new NacosRegistry(nacos), kit)) {
			String service = pay.registry().service();
			int port = pay.application().port();
			pay.application().signal("STOP");
			assertThat(pay.isOffered()).isTrue();
			Map<String, String> variables = variables(pay, "nacos");
			variables.put("SPRING_CLOUD_NACOS_SERVERADDR", nacos.address());
			variables.put("SPRING_CLOUD_NACOS_DISCOVERY_IP", "127.0.0.1");
			variables.put("SPRING_CLOUD_NACOS_DISCOVERY_GROUP", "DEFAULT_GROUP");
			variables.put("PRESTOP_SERVICE", service);
			run(PrestopScript.BUSYBOX, variables).assertIs(1, "prestop=REMOVED", "application=hung", "removed=hidden",
					"settle.s=1");
			assertThat(pay.isOffered()).isFalse();
			pay.application().close();
			variables.put("PRESTOP_NACOS_WEIGHT", "1");
			run(PrestopScript.BUSYBOX, variables).assertIs(0, "prestop=LEFT", "application=gone", "removed=no",
					"detail=\"it was not offered\"");
			nacos.register(service, port, true);
			assertThat(pay.isOffered()).isTrue();
		}
	}

	private static PrestopScript.Result run(PrestopScript script, Map<String, String> variables) {
		return script.run(directory, LIMIT, variables);
	}

	private static Map<String, String> eureka(RegisteredScenario<EurekaRegistry> pay, int port) {
		Map<String, String> variables = variables(pay, "eureka");
		variables.put("EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", "http://127.0.0.1:" + port + "/eureka/");
		variables.put("EUREKA_INSTANCE_INSTANCEID", pay.registry().id());
		return variables;
	}

	private static Map<String, String> variables(RegisteredScenario<?> pay, String registry) {
		Map<String, String> variables = new LinkedHashMap<>();
		variables.put("GRACEFULSHUTDOWN_GRACEPERIOD", RegisteredScenario.GRACE_PERIOD.toSeconds() + "s");
		variables.put("SERVER_PORT", String.valueOf(pay.application().port()));
		variables.put("SPRING_APPLICATION_NAME", "pay");
		variables.put("PRESTOP_REGISTRY", registry);
		variables.put("PRESTOP_PATIENCE", "2");
		variables.put("PRESTOP_SETTLE", "1");
		return variables;
	}

	/**
	 * Return an application that is registered and renews that every second.
	 */
	private static RegisteredScenario<EurekaRegistry> alive() {
		RegisteredScenario<EurekaRegistry> pay = shared;
		if (pay == null || !pay.application().isAlive()) {
			pay = RegisteredScenario.start(new EurekaRegistry(server), kit,
					Map.of("eureka.instance.lease-renewal-interval-in-seconds", "1"));
			shared = pay;
		}
		assertThat(pay.isOffered()).isTrue();
		return pay;
	}

	/**
	 * Return an application that was killed and is still registered.
	 */
	private static RegisteredScenario<EurekaRegistry> dead() {
		RegisteredScenario<EurekaRegistry> pay = shared;
		if (pay == null || pay.application().isAlive()) {
			pay = alive();
			registration = send("GET", uri(pay, ""), "");
			pay.application().close();
		}
		else {
			send("POST", URI.create("http://127.0.0.1:%d/eureka/apps/PAY".formatted(server.address().getPort())),
					registration);
		}
		assertThat(pay.isOffered()).isTrue();
		return pay;
	}

	/**
	 * Let an application go on that hung. It answers whoever has called it meanwhile.
	 */
	private static void wake(RegisteredScenario<EurekaRegistry> pay) {
		pay.application().signal("CONT");
		Awaitility.await()
			.until(() -> pay.send("GET", "/actuator/deregister").join().body().contains("\"OUT_OF_SERVICE\""));
		rejoin(pay);
	}

	private static void rejoin(RegisteredScenario<EurekaRegistry> pay) {
		assertThat(pay.send("DELETE", "/actuator/deregister").join().statusCode()).isEqualTo(200);
		Awaitility.await().until(pay::isOffered);
	}

	private static String path(RegisteredScenario<EurekaRegistry> pay) {
		return "/eureka/apps/pay/" + pay.registry().id();
	}

	private static URI uri(RegisteredScenario<EurekaRegistry> pay, String path) {
		return URI.create("http://127.0.0.1:" + server.address().getPort() + path(pay) + path);
	}

	private static String send(String method, URI uri, String body) {
		try {
			HttpResponse<String> response = http.send(request(method, uri, body).build(),
					HttpResponse.BodyHandlers.ofString());
			assertThat(response.statusCode()).isIn(200, 204);
			return response.body();
		}
		catch (IOException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static HttpRequest.Builder request(String method, URI uri, String body) {
		return HttpRequest.newBuilder(uri)
			.header("Accept", "application/xml")
			.header("Content-Type", "application/xml")
			.method(method, HttpRequest.BodyPublishers.ofString(body));
	}

}
