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
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.Connector;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.ajp.AbstractAjpProtocol;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application with what is seldom met and never expected: requests that do not end,
 * connectors that are not HTTP over TCP, and a start that takes its time.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ ScenarioApplication.Requests.class, EdgesApplication.Requests.class })
public class EdgesApplication {

	private static final Log logger = LogFactory.getLog(EdgesApplication.class);

	public static void main(String[] args) {
		SpringApplication.run(EdgesApplication.class, args);
	}

	/**
	 * An AJP connector, and one on a Unix domain socket.
	 */
	@Bean
	@ConditionalOnProperty("edges.socket")
	WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectors(@Value("${edges.socket}") String socket,
			@Value("${edges.protocol}") String protocol) {
		Connector ajp = new Connector("AJP/1.3");
		ajp.setPort(0);
		ajp.setProperty("address", "127.0.0.1");
		((AbstractAjpProtocol<?>) ajp.getProtocolHandler()).setSecretRequired(false);
		Connector unix = new Connector(protocol);
		unix.setProperty("unixDomainSocketPath", socket);
		return (factory) -> factory.addAdditionalConnectors(ajp, unix);
	}

	/**
	 * Takes its time before the web server is started.
	 */
	@Bean
	@ConditionalOnProperty(name = "edges.start", havingValue = "before")
	Object slowBean(@Value("${edges.release}") Path release) throws InterruptedException {
		awaitRelease(release);
		return new Object();
	}

	/**
	 * Takes its time after the web server was started.
	 */
	@Bean
	@ConditionalOnProperty(name = "edges.start", havingValue = "after")
	SmartLifecycle slowLifecycle(@Value("${edges.release}") Path release) {
		return new SmartLifecycle() {

			private volatile boolean running;

			@Override
			public void start() {
				this.running = true;
				try {
					awaitRelease(release);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}

			@Override
			public void stop() {
				this.running = false;
			}

			@Override
			public boolean isRunning() {
				return this.running;
			}

		};
	}

	private static void awaitRelease(Path release) throws InterruptedException {
		logger.info("waiting for " + release);
		while (!Files.exists(release)) {
			Thread.sleep(10);
		}
	}

	/**
	 * The kinds of requests.
	 */
	@RestController
	static class Requests {

		private final Object[] monitors = { new Object(), new Object() };

		private final CyclicBarrier bothHoldOne = new CyclicBarrier(2);

		private final Path release;

		private final String fifo;

		Requests(@Value("${edges.release}") Path release, @Value("${edges.fifo:}") String fifo) {
			this.release = release;
			this.fifo = fifo;
		}

		/**
		 * Ends when it is told to.
		 */
		@GetMapping("/hold")
		String hold() throws InterruptedException {
			awaitRelease(this.release);
			return "held";
		}

		/**
		 * Two of them never end, and cannot be interrupted.
		 */
		@GetMapping("/deadlock")
		String deadlock(@RequestParam int first) throws InterruptedException, BrokenBarrierException {
			synchronized (this.monitors[first]) {
				this.bothHoldOne.await();
				logger.info("in flight: GET /deadlock?first=" + first);
				synchronized (this.monitors[1 - first]) {
					return "unlocked";
				}
			}
		}

		/**
		 * Waits for a writer that never comes, in the operating system.
		 */
		@GetMapping("/native")
		String nativeRead() throws IOException {
			// to read and write, for else the open waits
			try (RandomAccessFile file = new RandomAccessFile(this.fifo, "rw")) {
				logger.info("in flight: GET /native");
				return "read " + file.read();
			}
		}

		/**
		 * Goes asynchronous, and that is the last that is heard of it.
		 */
		@GetMapping("/unclosed")
		void unclosed(HttpServletRequest request, HttpServletResponse response) {
			request.startAsync().setTimeout(0);
			logger.info("in flight: GET /unclosed");
		}

	}

}
