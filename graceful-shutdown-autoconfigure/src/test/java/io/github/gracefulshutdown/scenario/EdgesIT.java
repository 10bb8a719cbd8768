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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import io.github.gracefulshutdown.web.tomcat.GracefulHttp11NioProtocol;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.gracefulshutdown.scenario.RawConnection.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is seldom met, and is there when an application stops: what a client has begun to
 * say, what never ends, who stops it twice, and too early.
 */
@Timeout(120)
class EdgesIT {

	private static final String EXPECT = "Expect: 100-continue";

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	Path directory;

	@ParameterizedTest
	@EnumSource(names = { "STARTER", "SPRING_BOOT" })
	void whenClientsAreInTheMiddleOfSomethingThenTheyAreAnsweredOrTold(Scenario scenario) throws Exception {
		Path socket = this.directory.resolve("socket");
		RunningApplication application = application(scenario).property("edges.socket", socket.toString())
			// what a connector has where it is the only one
			.property("edges.protocol",
					(scenario == Scenario.STARTER) ? GracefulHttp11NioProtocol.class.getName() : "HTTP/1.1")
			.property("graceful-shutdown.grace-period", "14s")
			.start();
		InetSocketAddress tcp = new InetSocketAddress(InetAddress.getLoopbackAddress(), application.port());
		InetSocketAddress ajp = new InetSocketAddress(InetAddress.getLoopbackAddress(), ajpPort(application));
		SocketAddress unix = UnixDomainSocketAddress.of(socket);
		try (RawConnection idle = RawConnection.open(tcp);
				RawConnection invited = RawConnection.open(tcp);
				RawConnection uploading = RawConnection.open(tcp);
				RawConnection slow = RawConnection.open(tcp);
				RawConnection endless = RawConnection.open(tcp);
				RawConnection pipelined = RawConnection.open(tcp);
				AjpConnection webServer = AjpConnection.open(ajp);
				RawConnection local = RawConnection.open(unix)) {
			assertThat(idle.write(request("GET", "/fast")).answer().status()).isEqualTo(200);
			invited.write(request("POST", "/upload", "Content-Length: 9", EXPECT));
			assertThat(invited.answer().status()).isEqualTo(100);
			uploading.write(request("POST", "/upload", "Content-Length: 9") + "some");
			slow.write("GET /fast HTTP/1.1\r\nHo");
			endless.write("GET /fast HTTP/1.1\r\nHo");
			pipelined.write(request("GET", "/hold") + request("GET", "/fast") + request("GET", "/fast"));
			webServer.get("/hold");
			local.write(request("GET", "/hold"));
			Awaitility.await().until(() -> count(application, "waiting for") == 3);

			application.signal("TERM");
			application.awaitLog("phase=CLOSE |Commencing graceful shutdown", Scenario.LIMIT);
			for (SocketAddress address : List.of(tcp, ajp, unix)) {
				Awaitility.await().until(() -> isClosed(address));
			}
			application.signal("TERM");
			CompletableFuture<Void> dripping = drip(endless);

			// what a server has begun to work on is finished by either
			assertThat(invited.write("some more").answer().body()).isEqualTo("uploaded 9");
			assertThat(uploading.write(" more").answer().body()).isEqualTo("uploaded 9");

			// what was not complete, or comes now
			boolean answered = scenario == Scenario.STARTER;
			assertThat(isAnswered(slow, "st: localhost\r\n\r\n")).isEqualTo(answered);
			assertThat(isAnswered(idle, request("POST", "/upload", "Content-Length: 4", EXPECT))).isEqualTo(answered);
			if (answered) {
				RawConnection.Answer last = idle.write("more").answer();
				assertThat(last.body()).isEqualTo("uploaded 4");
				assertThat(last.close()).isTrue();
			}
			Files.createFile(release());
			RawConnection.Answer first = pipelined.answer();
			assertThat(first.body()).isEqualTo("held");
			if (answered) {
				assertThat(first.close()).isFalse();
				RawConnection.Answer second = pipelined.answer();
				assertThat(second.body()).isEqualTo("fast");
				assertThat(second.close()).as("the third is not going to be answered").isTrue();
			}
			else {
				assertThat(first.close()).as("the second is going to be answered").isFalse();
			}
			assertThat(pipelined.rest()).isEmpty();
			assertThat(webServer.answer()).isEqualTo("200 held");
			assertThat(local.answer().body()).isEqualTo("held");

			// whoever never finishes what it says is not waited for
			assertThat(application.awaitExit(Scenario.LIMIT)).isEqualTo(143);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(dripping::join)
				.withRootCauseInstanceOf(IOException.class);
			// Tomcat is heard to the end, and removes the file of its socket once more
			assertThat(application.log()).noneMatch((line) -> line.contains("Exception") && !line.startsWith("\tat ")
					&& !line.endsWith("NoSuchFileException: " + unix));
			if (answered) {
				assertThat(application.log()).anyMatch((line) -> line.contains("phase=CLOSE outcome=DONE"))
					.anyMatch((line) -> line.contains("phase=DRAIN outcome=DONE"));
			}
		}
	}

	/**
	 * With a budget of two seconds, and two more for Spring.
	 */
	@ParameterizedTest
	@CsvSource({ "STARTER, 143", "SPRING_BOOT, 137" })
	@DisabledOnOs(OS.WINDOWS)
	void whenRequestsNeverEndAndCannotBeInterruptedThenTheyAreNamedAndTheProcessEndsByItself(Scenario scenario,
			int exitCode) throws Exception {
		Path fifo = this.directory.resolve("fifo");
		assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
		RunningApplication application = application(scenario).property("edges.fifo", fifo.toString())
			.property("graceful-shutdown.grace-period", "8s")
			.property("graceful-shutdown.reserve", "6s")
			.start();
		InetSocketAddress tcp = new InetSocketAddress(InetAddress.getLoopbackAddress(), application.port());
		List<RawConnection> clients = new ArrayList<>();
		for (String path : List.of("/deadlock?first=0", "/deadlock?first=1", "/native", "/unclosed")) {
			clients.add(RawConnection.open(tcp).write(request("GET", path)));
		}
		Awaitility.await().until(() -> count(application, "in flight: GET ") == clients.size());
		StopReport stop = Terminations.dockerStop(Duration.ofSeconds(11)).stop(application);
		assertThat(stop.exitCode()).isEqualTo(exitCode);
		for (RawConnection client : clients) {
			assertThat(client.rest()).as("no half of an answer").isEmpty();
			client.close();
		}
		if (scenario == Scenario.STARTER) {
			String requests = EdgesApplication.Requests.class.getName();
			assertThat(cut(application)).hasSize(clients.size())
				.satisfiesOnlyOnce((line) -> assertThat(line).contains("http GET /unclosed"))
				.satisfiesOnlyOnce(
						(line) -> assertThat(line).contains("http GET /native").contains(requests + ".nativeRead("));
			assertThat(cut(application)).filteredOn((line) -> line.contains("http GET /deadlock"))
				.hasSize(2)
				.allMatch((line) -> line.contains(requests + ".deadlock("));
		}
	}

	@Test
	void whenTheShutdownEndpointIsCalledThenRequestsInFlightAreAnswered() {
		RunningApplication application = application(Scenario.STARTER)
			.property("management.endpoints.web.exposure.include", "shutdown")
			.property("management.endpoint.shutdown.access", "unrestricted")
			.start();
		CompletableFuture<HttpResponse<String>> slow = Scenario.inFlight(application, "GET", "/slow?takes=1500");
		assertThat(Scenario.send(application.uri(), "POST", "/actuator/shutdown").join().statusCode()).isEqualTo(200);
		assertThat(slow.join().body()).isEqualTo("slow");
		assertThat(application.awaitExit(Scenario.LIMIT)).isZero();
		assertThat(application.log()).anyMatch((line) -> line.contains("phase=DRAIN outcome=DONE"));
		assertThat(cut(application)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "before", "after" })
	void whenStoppedDuringTheStartThenNothingIsWaitedFor(String moment) throws IOException {
		RunningApplication application = application(Scenario.STARTER).property("edges.start", moment)
			.startedWhen("waiting for")
			.start();
		assertThat(count(application, "Tomcat started")).isEqualTo("after".equals(moment) ? 1 : 0);
		application.signal("TERM");
		Files.createFile(release());
		assertThat(application.awaitExit(Scenario.LIMIT)).isEqualTo(143);
		assertThat(application.log()).noneMatch((line) -> line.contains("phase=SETTLE") || line.contains("Exception"));
		assertThat(cut(application)).isEmpty();
	}

	/**
	 * Send a byte of a header every now and then, until the connection is closed.
	 */
	private static CompletableFuture<Void> drip(RawConnection connection) {
		Executor afterAWhile = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);
		return CompletableFuture.runAsync(() -> {
			try {
				connection.write("x");
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}, afterAWhile).thenCompose((sent) -> drip(connection));
	}

	private static boolean isAnswered(RawConnection connection, String text) {
		try {
			for (int i = 0; i < text.length(); i++) {
				connection.write(text.substring(i, i + 1));
			}
			return connection.answer().status() > 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static List<String> cut(RunningApplication application) {
		return application.log().stream().filter((line) -> line.contains("Cut after")).toList();
	}

	private ApplicationBuilder application(Scenario scenario) {
		return scenario.application(this.kit, EdgesApplication.class).property("edges.release", release().toString());
	}

	private Path release() {
		return this.directory.resolve("release");
	}

	private static int ajpPort(RunningApplication application) {
		Matcher matcher = Pattern.compile("started on ports \\d+ \\(http\\), (\\d+)")
			.matcher(application.awaitLog("started on ports", Duration.ZERO));
		assertThat(matcher.find()).isTrue();
		return Integer.parseInt(matcher.group(1));
	}

	private static long count(RunningApplication application, String text) {
		return application.log().stream().filter((line) -> line.contains(text)).count();
	}

	private static boolean isClosed(SocketAddress address) {
		try {
			RawConnection.open(address).close();
			return false;
		}
		catch (IOException ex) {
			return true;
		}
	}

}
