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
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The HTTP/2 client against a server that was not written for it.
 */
class Http2TomcatTests {

	private static final int LARGE = 1_000_000;

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	private final Tomcat tomcat = new Tomcat();

	private final CountDownLatch entered = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	@BeforeEach
	void startTomcat(@TempDir Path directory) throws LifecycleException {
		this.tomcat.setSilent(true);
		this.tomcat.setBaseDir(directory.toString());
		this.tomcat.setPort(0);
		this.tomcat.setHostname("127.0.0.1");
		this.tomcat.getConnector().addUpgradeProtocol(new Http2Protocol());
		StandardContext context = (StandardContext) this.tomcat.addContext("", directory.toString());
		context.setClearReferencesRmiTargets(false);
		context.setClearReferencesThreadLocals(false);
		Tomcat.addServlet(context, "servlet", new TestServlet());
		context.addServletMappingDecoded("/", "servlet");
		this.tomcat.start();
	}

	@AfterEach
	void stopTomcat() throws LifecycleException {
		this.released.countDown();
		this.kit.close();
		this.tomcat.stop();
		this.tomcat.destroy();
	}

	@Test
	void whenAnswersAreOfAllKindsThenEachIsRecognised() {
		LoadReport report = this.kit.load()
			.target(uri())
			.group("mixed", 2, Connections.HTTP2, Request.get("/status?200"), Request.get("/status?204"),
					Request.get("/status?418"), Request.get("/status?503"),
					Request.get("/large").expecting((body) -> body.length() == 64 * 1024),
					Request.post("/echo").body("text/plain", "x".repeat(LARGE)).expecting(("" + LARGE)::equals),
					Request.post("/echo")
						.body("text/plain", "0123456789")
						.inPieces(4, Duration.ofMillis(1))
						.expecting("10"::equals))
			.start()
			.awaitRequests(28)
			.stop();
		assertThat(report.where("", (result) -> !result.request().equals("GET /status?503")).assertAllAnswered().all())
			.extracting(RequestResult::status)
			.containsOnly(200, 204, 418);
		assertThat(report.where("", (result) -> result.request().equals("GET /status?503")).all()).isNotEmpty()
			.extracting(RequestResult::outcome)
			.containsOnly(Outcome.SERVER_ERROR);
		assertThat(connections(report)).isEqualTo(2);
	}

	@Test
	void whenTomcatSendsGoawayThenTheStreamInFlightCompletesAndALaterOneIsOnANewConnection() {
		RunningLoad load = this.kit.load()
			.target(uri())
			.group("one", 1, Connections.HTTP2, Request.get("/wait"))
			.start();
		Latches.await(this.entered);
		AbstractProtocol<?> protocol = (AbstractProtocol<?>) this.tomcat.getConnector().getProtocolHandler();
		protocol.getHandler().pause();
		this.released.countDown();
		Latches.awaitUntil(() -> {
			// Tomcat passes over a connection that is being read from
			protocol.getHandler().pause();
			return connections(load.report()) > 1;
		});
		LoadReport report = load.stop().assertNothingLost();
		assertThat(report.all().get(0).outcome()).isEqualTo(Outcome.ANSWERED);
		assertThat(connections(report)).isGreaterThan(1);
	}

	private static int connections(LoadReport report) {
		return report.where("", (result) -> !result.reused()).size();
	}

	@Test
	void whenTomcatStopsUnderAStreamThenItIsLost() throws LifecycleException {
		RunningLoad load = this.kit.load()
			.target(uri())
			.group("one", 1, Connections.HTTP2, Request.get("/wait"))
			.start();
		Latches.await(this.entered);
		load.pause();
		this.tomcat.getConnector().stop();
		this.tomcat.getConnector().destroy();
		LoadReport report = load.awaitRequests(1).stop();
		assertThat(report.lost().size()).isOne();
		assertThat(report.all().get(0).outcome()).isIn(Outcome.NO_RESPONSE, Outcome.RESET);
	}

	private URI uri() {
		return URI.create("http://127.0.0.1:" + this.tomcat.getConnector().getLocalPort());
	}

	@SuppressWarnings("serial")
	private final class TestServlet extends HttpServlet {

		@Override
		protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
			switch (request.getServletPath()) {
				case "/status" -> response.setStatus(Integer.parseInt(request.getQueryString()));
				case "/large" -> response.getWriter().print("x".repeat(LARGE));
				case "/echo" -> response.getWriter().print(request.getInputStream().readAllBytes().length);
				default -> {
					Http2TomcatTests.this.entered.countDown();
					Latches.await(Http2TomcatTests.this.released);
				}
			}
		}

	}

}
