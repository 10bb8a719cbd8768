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

package io.github.gracefulshutdown.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.gracefulshutdown.autoconfigure.RawHttp.Response;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the endpoint does over HTTP, whatever serves it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DeregisterHttpContract {

	private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

	private static final String JSON = "Content-Type: application/json";

	private static final String PATH = "/actuator/deregister";

	private static final String LEAVE = "leave: POST /actuator/deregister";

	private final WebApplicationType type;

	private final List<String> properties;

	private EndpointApplication application;

	DeregisterHttpContract(WebApplicationType type, String... properties) {
		this.type = type;
		this.properties = List.of(properties);
	}

	@BeforeAll
	void start() {
		this.application = start(List.of());
	}

	@BeforeEach
	void reset() {
		this.application.shutdown().reset();
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	private EndpointApplication start(List<String> more) {
		return EndpointApplication.start(this.type, Stream.concat(this.properties.stream(), more.stream()).toList());
	}

	// the common pool has one thread on two cores, and each of these blocks
	private static CompletableFuture<Response> later(Supplier<Response> call) {
		return CompletableFuture.supplyAsync(call, (task) -> new Thread(task).start());
	}

	private List<String> calls() {
		return this.application.shutdown().calls();
	}

	private Response local(String requestLine, String body, String... headers) {
		return this.application.send(EndpointApplication.LOCAL, requestLine, body, headers);
	}

	private Response foreign(String requestLine, String body, String... headers) {
		return this.application.send(EndpointApplication.FOREIGN, requestLine, body, headers);
	}

	@Test
	void whenPostedThenLeavesAndAnswersWithTheReportWhenThatIsOver() {
		this.application.shutdown().leaveLater();
		CompletableFuture<Response> answer = later(() -> local("POST " + PATH, "", JSON));
		while (calls().isEmpty() && !answer.isDone()) {
			Thread.onSpinWait();
		}
		assertThat(answer).isNotDone();
		this.application.shutdown().finishLeaving();
		Response response = answer.join();
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.body()).isEqualTo(
				"""
						{"state":"OUT_OF_SERVICE","trigger":"POST /actuator/deregister",\
						"startedAt":"2026-01-01T00:00:00Z","deadline":"2026-01-01T00:00:25Z","remaining":"PT21.5S",\
						"plan":{"gracePeriod":"PT30S","left":"PT30S","lifecycleTimeout":"PT2.5S",\
						"steps":[{"name":"ANNOUNCE","begins":"PT0S","share":"PT1S"},\
						{"name":"DEREGISTER","begins":"PT1S","share":"PT5S"}]},\
						"phases":[{"phase":"ANNOUNCE","outcome":"DONE","startedAt":"2026-01-01T00:00:00Z",\
						"duration":"PT0.003S","detail":["Readiness is REFUSING_TRAFFIC"]}],\
						"registries":[{"name":"eureka","presence":"absent","attempts":1,"evicted":false,"error":"none"}],\
						"requests":{"active":2,"served":40,"handedOver":3,"cut":[{"kind":"http","name":"POST /orders/{id}",\
						"age":"PT9S","thread":"exec-1","traceId":"4bf92f35","location":"Orders.place(Orders.java:42)"}]},\
						"checkpoints":[{"phase":"DRAIN","name":"settlement","position":"2026-01-01/4711","error":"disk full"}],"advice":[]}""");
		assertThat(calls()).containsExactly(LEAVE);
	}

	@Test
	void whenReadThenReportsWithoutEffectWhoeverAsks() {
		Response response = foreign("GET " + PATH, "");
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("""
				{"state":"UP","plan":{"gracePeriod":"PT30S","left":"PT30S","lifecycleTimeout":"PT2.5S",\
				"steps":[{"name":"ANNOUNCE","begins":"PT0S","share":"PT1S"},\
				{"name":"DEREGISTER","begins":"PT1S","share":"PT5S"}]},\
				"phases":[],"registries":[],\
				"requests":{"active":0,"served":0,"handedOver":0,"cut":[]},"checkpoints":[],"advice":[]}""");
		assertThat(calls()).isEmpty();
	}

	@Test
	void whenPostedTwiceThenBothAreAnsweredWhenLeavingIsOver() {
		this.application.shutdown().leaveLater();
		CompletableFuture<Response> one = later(() -> local("POST " + PATH, "", JSON));
		CompletableFuture<Response> other = later(() -> local("POST " + PATH, "", JSON));
		while (calls().size() < 2 && !one.isDone() && !other.isDone()) {
			Thread.onSpinWait();
		}
		this.application.shutdown().finishLeaving();
		assertThat(one.join().status()).isEqualTo(200);
		assertThat(other.join().body()).isEqualTo(one.join().body());
	}

	@ParameterizedTest
	@CsvSource({ "?wait=false, ''", "'', '{\"wait\":false}'" })
	void whenPostedWithoutWaitingThenAnswersAtOnce(String query, String body) {
		this.application.shutdown().leaveLater();
		assertThat(local("POST " + PATH + query, body, JSON).status()).isEqualTo(202);
		assertThat(calls()).containsExactly(LEAVE);
	}

	@Test
	void whenDeletedThenRejoins() {
		Response response = local("DELETE " + PATH, "");
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.body()).startsWith("{\"state\":\"UP\"");
		assertThat(calls()).containsExactly("rejoin");
	}

	@Test
	void whenDeletedTooLateThenConflict() {
		this.application.shutdown().end();
		Response response = local("DELETE " + PATH, "");
		assertThat(response.status()).isEqualTo(409);
		assertThat(response.body()).startsWith("{\"state\":");
	}

	@ParameterizedTest
	@CsvSource({ "'', '', 200", "?wait=true, '', 200", "?wait=false, '', 202", "'', wait=false, 202",
			"'', wait=true, 200", "?x=1, wait=false&y=2, 202" })
	void whenPostedAsAFormThenWorks(String query, String body, int status) {
		assertThat(local("POST " + PATH + query, body, FORM).status()).isEqualTo(status);
		assertThat(local("POST " + PATH + query, body, FORM + ";charset=UTF-8").status()).isEqualTo(status);
		assertThat(calls()).containsExactly(LEAVE, LEAVE);
	}

	@Test
	void whenPostedWithoutTypeThenWorks() {
		assertThat(local("POST " + PATH, "").status()).isEqualTo(200);
		assertThat(local("POST " + PATH + "?wait=false", "").status()).isEqualTo(202);
		assertThat(calls()).containsExactly(LEAVE, LEAVE);
	}

	@Test
	void controlWhenAnotherEndpointIsPostedToAsAFormThenItIsUnsupported() {
		assertThat(local("POST /actuator/other", "", FORM).status()).isEqualTo(415);
		assertThat(local("POST /actuator/other", "").status()).isEqualTo(415);
		assertThat(local("POST /actuator/other", "", JSON).status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "DELETE" })
	void whenCallerIsForeignThenForbiddenAndNothingHappens(String method) {
		Response response = foreign(method + " " + PATH, "", JSON);
		assertThat(response.status()).isEqualTo(403);
		assertThat(response.head()).containsIgnoringCase("Content-Type: application/problem+json");
		assertThat(response.body())
			.isEqualTo("{\"status\":403,\"title\":\"Forbidden\",\"detail\":\"the address is not allowed\"}");
		assertThat(foreign(method + " " + PATH, "", FORM).status()).isEqualTo(403);
		assertThat(calls()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "X-Forwarded-For: 127.0.0.1", "x-forwarded-proto: https", "X-Forwarded-Whatever: 1",
			"Forwarded: for=127.0.0.1", "X-Real-IP: 127.0.0.1", "Via: 1.1 proxy", "Origin: null",
			"Origin: http://localhost", "Sec-Fetch-Site: cross-site" })
	void whenProxyOrBrowserThenForbiddenAndNothingHappens(String header) {
		assertThat(local("POST " + PATH, "", JSON, header).status()).isEqualTo(403);
		assertThat(local("DELETE " + PATH, "", header).status()).isEqualTo(403);
		assertThat(local("GET " + PATH, "", header).status()).isEqualTo(200);
		assertThat(calls()).isEmpty();
		assertThat(local("POST " + PATH, "", JSON).status()).as("control").isEqualTo(200);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "POST /actuator/deregister | {", "POST /actuator/deregister | []",
			"POST /actuator/deregister | {\"wait\":\"maybe\"}", "POST /actuator/deregister?wait=maybe | ''",
			"PUT /actuator/deregister | ''", "PATCH /actuator/deregister | ''", "LEAVE /actuator/deregister | ''",
			"POST /actuator/deregister/now | ''", "DELETE /actuator/deregister/now | ''",
			"GET /actuator/deregister/now | ''", "GET /actuator/deregister/later | ''",
			"GET /actuator/deregister/now/x | ''", "POST /actuator/deregister/x | ''",
			"POST /actuator/deregister/ | ''", "POST /actuator/deregisterx | ''", "POST /actuator/DEREGISTER | ''" })
	void whenCallIsMalformedThenRefusedAndNothingHappens(String requestLine, String body) {
		assertThat(local(requestLine, body, JSON).status()).isBetween(400, 501);
		assertThat(local(requestLine, body).status()).isBetween(400, 501);
		assertThat(calls()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Content-Type: text/plain", "Content-Type: multipart/form-data; boundary=x",
			"Content-Type: application/xml", "Content-Type: nonsense" })
	void whenTypeIsForeignThenRefusedAndNothingHappens(String header) {
		assertThat(local("POST " + PATH, "x", header).status()).isBetween(400, 499);
		assertThat(calls()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/deregister;jsessionid=1", "/actuator;x=y/deregister", "//actuator/deregister",
			"/actuator//deregister", "/./actuator/deregister", "/actuator/x/../deregister", "/actuator/%2e/deregister",
			"/%61ctuator/%64eregister", "/actuator/deregister/", "/actuator/deregister%2f", "/actuator/deregister%3b",
			"/ACTUATOR/deregister", "/actuator/Deregister", "/actuator%2fderegister", "/actuator/deregister?",
			"/actuator/deregister#x", "http://localhost/actuator/deregister", "/actuator/deregister;",
			"/actuator/deregister%00" })
	void whenPathIsSpelledOtherwiseThenForeignCallerStillDoesNothing(String path) {
		for (String header : List.of(JSON, FORM)) {
			assertThat(foreign("POST " + path, "", header).status()).isBetween(400, 499);
			assertThat(foreign("DELETE " + path, "", header).status()).isBetween(400, 499);
		}
		assertThat(calls()).isEmpty();
		local("POST " + PATH, "", JSON);
		assertThat(calls()).as("control").containsExactly(LEAVE);
	}

	@Test
	void whenCallerIsLocalOverIpv6ThenWorks() {
		assertThat(this.application.send("::1", "POST " + PATH, "", JSON).status()).isEqualTo(200);
		assertThat(calls()).containsExactly(LEAVE);
	}

	@Test
	void whenMappedThenEveryOperationIsOurs() {
		// an operation of the endpoint that the extension does not replace has no rule
		WebEndpointsSupplier endpoints = this.application.context().getBean(WebEndpointsSupplier.class);
		assertThat(endpoints.getEndpoints()).filteredOn(
				(endpoint) -> endpoint.getEndpointId().equals(GracefulShutdownEndpointAutoConfiguration.ENDPOINT_ID))
			.flatExtracting((endpoint) -> endpoint.getOperations()
				.stream()
				.map((operation) -> operation.getRequestPredicate().getHttpMethod() + " "
						+ operation.getRequestPredicate().getPath())
				.toList())
			.containsExactlyInAnyOrder("GET deregister", "POST deregister", "DELETE deregister",
					"GET deregister/{action}");
	}

	@Test
	void whenGetIsAllowedThenItLeavesForAllowedCallersOnly() {
		try (EndpointApplication application = start(List.of("graceful-shutdown.endpoint.allow-get=true"))) {
			String now = "GET " + PATH + "/now";
			assertThat(application.send(EndpointApplication.FOREIGN, now, "").status()).isEqualTo(403);
			assertThat(application.send(EndpointApplication.LOCAL, now, "", "X-Forwarded-For: 127.0.0.1").status())
				.isEqualTo(403);
			assertThat(application.send(EndpointApplication.LOCAL, now, "", "Sec-Fetch-Site: cross-site").status())
				.isEqualTo(403);
			assertThat(application.send(EndpointApplication.LOCAL, "HEAD " + PATH + "/now", "").status())
				.isEqualTo(405);
			assertThat(application.send(EndpointApplication.LOCAL, "GET " + PATH + "/later", "").status())
				.isEqualTo(404);
			assertThat(application.shutdown().calls()).isEmpty();
			assertThat(application.send(EndpointApplication.LOCAL, now, "").status()).isEqualTo(200);
			assertThat(application.shutdown().calls()).containsExactly("leave: GET /actuator/deregister/now");
		}
	}

	@Test
	void whenAccessIsReadOnlyThenNothingLeaves() {
		try (EndpointApplication application = start(List.of("graceful-shutdown.endpoint.allow-get=true",
				"management.endpoint.deregister.access=read-only"))) {
			assertThat(application.send(EndpointApplication.LOCAL, "GET " + PATH, "").status()).isEqualTo(200);
			assertThat(application.send(EndpointApplication.LOCAL, "GET " + PATH + "/now", "").status()).isEqualTo(404);
			assertThat(application.send(EndpointApplication.LOCAL, "POST " + PATH, "", JSON).status()).isEqualTo(405);
			assertThat(application.send(EndpointApplication.LOCAL, "DELETE " + PATH, "").status()).isEqualTo(405);
			assertThat(application.shutdown().calls()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "native", "framework", "none" })
	void whenServerEvaluatesWhatProxiesSayThenTheSocketCounts(String strategy) {
		try (EndpointApplication application = start(List.of("server.forward-headers-strategy=" + strategy,
				"server.tomcat.remoteip.remote-ip-header=X-Client"))) {
			for (String header : List.of("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1",
					"X-Client: 127.0.0.1")) {
				assertThat(application.send(EndpointApplication.FOREIGN, "POST " + PATH, "", JSON, header).status())
					.isEqualTo(403);
			}
			assertThat(application.shutdown().calls()).isEmpty();
			assertThat(application.send(EndpointApplication.LOCAL, "POST " + PATH, "", JSON).status()).isEqualTo(200);
		}
	}

	@Test
	void whenPathsAreMovedThenFormsWorkAndForeignCallersDoNot() {
		try (EndpointApplication application = start(List.of("server.servlet.context-path=/app",
				"spring.mvc.servlet.path=/api", "spring.webflux.base-path=/app", "management.server.base-path=/admin",
				"management.endpoints.web.base-path=/ops", "management.endpoints.web.path-mapping.deregister=leave"))) {
			String path = "POST " + prefix() + "/ops/leave";
			assertThat(application.send(EndpointApplication.FOREIGN, path, "", FORM).status()).isEqualTo(403);
			assertThat(application.shutdown().calls()).isEmpty();
			assertThat(application.send(EndpointApplication.LOCAL, path, "wait=false", FORM).status()).isEqualTo(202);
			assertThat(application.shutdown().calls()).containsExactly(LEAVE);
		}
	}

	/**
	 * Where the actuator is when the paths of the server are moved.
	 * @return the beginning of its path
	 */
	abstract String prefix();

}
