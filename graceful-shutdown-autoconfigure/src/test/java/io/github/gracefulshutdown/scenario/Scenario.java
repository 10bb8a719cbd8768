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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.LoadBuilder;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.Outcome;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RequestResult;
import io.github.gracefulshutdown.test.RunningApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The {@link ScenarioApplication} as a process, with the library, without it, or with the
 * recipe in its stead; and the load that is put on it.
 */
enum Scenario {

	/**
	 * With the library.
	 */
	STARTER {

		@Override
		ApplicationBuilder configure(ApplicationBuilder application) {
			return application;
		}

	},

	/**
	 * Spring Boot alone.
	 */
	SPRING_BOOT {

		@Override
		ApplicationBuilder configure(ApplicationBuilder application) {
			return application.without("graceful-shutdown-autoconfigure/target/classes");
		}

	},

	/**
	 * The blog recipe, which looks for a pool that has not been there since Tomcat
	 * 9.0.51.
	 */
	RECIPE {

		@Override
		ApplicationBuilder configure(ApplicationBuilder application) {
			return recipe(application, java.util.concurrent.ThreadPoolExecutor.class);
		}

	},

	/**
	 * The blog recipe with the pool that is there.
	 */
	MENDED_RECIPE {

		@Override
		ApplicationBuilder configure(ApplicationBuilder application) {
			return recipe(application, org.apache.tomcat.util.threads.ThreadPoolExecutor.class);
		}

	};

	static final Path CLASS_DATA = Path.of("target", "class-data");

	static final Duration LIMIT = Duration.ofSeconds(20);

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static final String UPLOAD = "x".repeat(20_000);

	abstract ApplicationBuilder configure(ApplicationBuilder application);

	private static ApplicationBuilder recipe(ApplicationBuilder application, Class<? extends ExecutorService> pool) {
		return SPRING_BOOT.configure(application)
			.property("server.shutdown", "immediate")
			.property("scenario.recipe", pool.getName());
	}

	ApplicationBuilder application(ProofKit kit) {
		return application(kit, ScenarioApplication.class);
	}

	ApplicationBuilder application(ProofKit kit, Class<?> mainClass) {
		return configure(kit.application(mainClass)
			.name(name().toLowerCase(Locale.ROOT))
			.classData(CLASS_DATA)
			.without("spring-cloud")
			.without("eureka")
			.without("spring-security")
			.property("server.port", "0")
			.property("logging.level.org.apache.catalina", "warn")
			.property("logging.level.io.github.gracefulshutdown.scenario", "debug"));
	}

	/**
	 * 45 clients, each with one kind of request that may be in flight.
	 */
	static LoadBuilder load(ProofKit kit, RunningApplication application, Connections connections) {
		return kit.load()
			.target(application.uri())
			.group(group("fast", 12, connections, Request.get("/fast")).thinkTime(Duration.ZERO,
					Duration.ofMillis(300)))
			.group(group("idle", 6, connections, Request.get("/fast")).thinkTime(Duration.ofMillis(500),
					Duration.ofMillis(2500)))
			.group(group("slow", 6, connections, slow()))
			.group(group("deferred", 5, connections,
					Request.get("/deferred?takes=1500").named("GET /deferred").expecting("deferred"::equals)))
			.group(group("sse", 2, connections, sse()))
			.group(group("stream", 2, connections, stream()))
			.group(group("upload", 4, connections,
					Request.post("/upload")
						.body("text/plain", UPLOAD)
						.inPieces(2_000, Duration.ofMillis(100))
						.expecting((body) -> body.equals("uploaded 20000"))))
			.group(group("pay", 5, connections, pay()))
			.group(group("handoff", 3, connections,
					Request.get("/handoff?takes=700").named("GET /handoff").expecting("handed off"::equals)));
	}

	static ClientGroup group(String name, int clients, Connections connections, Request... requests) {
		return ClientGroup.of(name, clients, connections, requests).thinkTime(Duration.ZERO, Duration.ofMillis(100));
	}

	/**
	 * Send a request and wait until the application is working on it, which it says.
	 * @param application the application
	 * @param method the method
	 * @param path the path, with how long it takes as its first parameter, which no other
	 * request has
	 * @return the answer that will come, or not
	 */
	static CompletableFuture<HttpResponse<String>> inFlight(RunningApplication application, String method,
			String path) {
		CompletableFuture<HttpResponse<String>> answer = send(application.uri(), method, path);
		application.awaitLog(Pattern.quote("in flight: " + method + " " + path.split("&", 2)[0]) + "$", LIMIT);
		return answer;
	}

	static CompletableFuture<HttpResponse<String>> send(URI uri, String method, String path) {
		return client.sendAsync(HttpRequest.newBuilder(uri.resolve(path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.timeout(LIMIT.multipliedBy(4))
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	static Request slow() {
		return Request.get("/slow?takes=2000").named("GET /slow").expecting("slow"::equals);
	}

	static Request pay() {
		return Request.post("/pay?takes=800").named("POST /pay").expecting((body) -> body.startsWith("paid "));
	}

	static Request sse() {
		return Request.get("/sse?takes=2000").named("GET /sse").expecting((body) -> body.contains("event 10"));
	}

	static Request stream() {
		return Request.get("/stream?takes=2000").named("GET /stream").expecting((body) -> body.endsWith("piece 10\n"));
	}

	/**
	 * Assert that nothing is lost of what was sent to a port that closes meanwhile.
	 * Between the last look for connections and the close of the socket the kernel may
	 * still take a connection, which it then resets, and no server can help it; on a busy
	 * machine a thread may be halted just there. That happens once in a while, to
	 * connections that are new, and to no others.
	 * @param report what the clients have seen
	 */
	static void assertNothingLost(LoadReport report) {
		Predicate<RequestResult> turnedAway = (result) -> result.outcome() == Outcome.RESET && !result.reused();
		report.where("not turned away", turnedAway.negate()).assertNothingLost();
		assertThat(report.where("turned away", turnedAway).size()).isLessThanOrEqualTo(2);
	}

}
