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

package io.github.gracefulshutdown.inflight;

import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.test.contract.ShutdownParticipantContract;
import io.github.gracefulshutdown.web.TrafficClassifier;
import io.github.gracefulshutdown.web.tomcat.TomcatParticipant;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;

/**
 * What comes over HTTP does what every participant has to do, on a Tomcat of its own.
 */
abstract class AbstractTomcatContractTests extends ShutdownParticipantContract {

	final TomcatParticipant tomcat = new TomcatParticipant(
			new TrafficClassifier("/actuator/deregister", List.of("/actuator"), List.of()), (request) -> null, true,
			Duration.ZERO, () -> {
			});

	/** Counted down by the servlet. */
	final CountDownLatch running = new CountDownLatch(1);

	private WebServer server;

	/**
	 * Return what serves the request that is the work.
	 */
	abstract HttpServlet servlet();

	@BeforeEach
	void startServer() {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
		factory.setAddress(InetAddress.getLoopbackAddress());
		this.tomcat.customize(factory);
		this.server = factory.getWebServer((context) -> {
			ServletRegistration.Dynamic servlet = context.addServlet("request", servlet());
			servlet.setAsyncSupported(true);
			servlet.addMapping("/");
		});
		this.server.start();
	}

	@AfterEach
	void stopServer() throws Exception {
		finishWork();
		this.server.stop();
		this.server.destroy();
	}

	@Override
	protected final void startWork() throws InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.server.getPort())).build();
		HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.discarding());
		this.running.await();
	}

}
