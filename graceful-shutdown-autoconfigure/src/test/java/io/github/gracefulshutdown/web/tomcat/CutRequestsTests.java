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

package io.github.gracefulshutdown.web.tomcat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownExecutorAutoConfiguration;
import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.Outcome;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningLoad;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what is said of requests that are cut, and what their peers see.
 */
class CutRequestsTests {

	private static final String CARD = "4111111111111111";

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String[] ONE_SECOND = { "graceful-shutdown.grace-period=6s", "graceful-shutdown.reserve=5s" };

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@ParameterizedTest
	@EnumSource(value = Connections.class, names = { "NEW", "HTTP2" })
	void whenHandlerSwallowsTheInterruptThenPeerSeesThatTheAnswerIsNotComplete(Connections connections)
			throws Exception {
		try (RealApplication application = start(); RunningLoad load = open(application, connections, "/halves/1")) {
			application.bean(Handlers.class).awaitBegun();
			assertThat(cut(application, load, Outcome.TRUNCATED).name()).isEqualTo("GET /halves/{id}");
		}
	}

	@ParameterizedTest
	@EnumSource(value = Connections.class, names = { "NEW", "HTTP2" })
	void whenExecutorWritesTheAnswerThenItIsInterruptedOnlyAfterRequestsAreCut(Connections connections)
			throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET,
				new Class<?>[] { Handlers.class, Executors.class }, ONE_SECOND);
				RunningLoad load = open(application, connections, "/streamed/1")) {
			assertThat(application.bean(Handlers.class).awaitBegun().getName()).startsWith("task-");
			Moment before = Moment.now();
			ShutdownReport report = application.drain().join();
			assertThat(report.requests().cut()).extracting(ActiveWork::name).contains("GET /streamed/{id}");
			assertThat(RealApplication.detail(report, ShutdownPhase.CUT)).doesNotContain(Executors.TOO_EARLY)
				.anyMatch((detail) -> detail.startsWith("applicationTaskExecutor: "));
			assertOutcome(load, before, Outcome.TRUNCATED);
		}
	}

	@ParameterizedTest
	@CsvSource({ "NEW, /halves/1", "HTTP2, /halves/1", "NEW, /streamed/1", "HTTP2, /streamed/1" })
	void whenItIsInterruptedAloneThenPeerTakesTheHalfForTheWhole(Connections connections, String path)
			throws Exception {
		try (RealApplication application = start(); RunningLoad load = open(application, connections, path)) {
			Thread handler = application.bean(Handlers.class).awaitBegun();
			Moment before = Moment.now();
			handler.interrupt();
			load.awaitRequests(1);
			assertOutcome(load, before, Outcome.ANSWERED);
		}
	}

	@Test
	void whenNothingIsWrittenThenRequestMayAnswerWhenItIsInterrupted() throws Exception {
		try (RealApplication application = start(); RunningLoad load = open(application, Connections.NEW, "/late/1")) {
			application.bean(Handlers.class).awaitBegun();
			ActiveWork work = cut(application, load, Outcome.ANSWERED);
			assertThat(work.kind()).isEqualTo("http");
			assertThat(work.name()).isEqualTo("GET /late/{id}");
			assertThat(work.thread()).contains("exec").doesNotContain("virtual");
			assertThat(work.location()).startsWith(Handlers.class.getName());
			assertThat(work.traceId()).isEqualTo(TRACE);
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with 21")
	void whenThreadIsVirtualThenItIsNamedAndInterruptedAsWell() throws Exception {
		try (RealApplication application = RealApplication.start(WebApplicationType.SERVLET,
				new Class<?>[] { Handlers.class }, ONE_SECOND[0], ONE_SECOND[1], "spring.threads.virtual.enabled=true");
				RunningLoad load = open(application, Connections.NEW, "/late/1")) {
			application.bean(Handlers.class).awaitBegun();
			ActiveWork work = cut(application, load, Outcome.ANSWERED);
			assertThat(work.thread()).contains("virtual");
			assertThat(work.location()).contains(Handlers.class.getName());
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, /deferred/1, GET /deferred/{id}", "REACTIVE, /monos/1, GET /monos/{id}" })
	void whenNoThreadWorksOnTheRequestThenItIsNamedAllTheSame(WebApplicationType type, String path, String name)
			throws Exception {
		Class<?> handlers = (type == WebApplicationType.REACTIVE) ? ReactiveHandlers.class : Handlers.class;
		try (RealApplication application = RealApplication.start(type, new Class<?>[] { handlers }, ONE_SECOND);
				RunningLoad load = open(application, Connections.NEW, path)) {
			awaitInFlight(application);
			ActiveWork work = cut(application, load, Outcome.NO_RESPONSE);
			assertThat(work.name()).isEqualTo(name);
			assertThat(work.thread()).isNull();
			assertThat(work.location()).isNull();
			assertThat(work.traceId()).isEqualTo(TRACE);
		}
	}

	@Test
	void whenRequestHasNoRouteThenItsPathIsNotSaid() throws Exception {
		try (RealApplication application = start();
				RunningLoad load = open(application, Connections.NEW, "/raw/" + CARD)) {
			application.bean(Handlers.class).awaitBegun();
			assertThat(cut(application, load, Outcome.ANSWERED).name()).isEqualTo("GET (no route)");
		}
	}

	private static RealApplication start() {
		return RealApplication.start(WebApplicationType.SERVLET, new Class<?>[] { Handlers.class }, ONE_SECOND);
	}

	private RunningLoad open(RealApplication application, Connections connections, String path) {
		return this.kit.load()
			.target(application.uri())
			.group(ClientGroup.of("peer", 1, connections,
					Request.get(path + "?card=" + CARD).header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")))
			.start();
	}

	private static void awaitInFlight(RealApplication application) {
		TomcatParticipant server = application.bean(TomcatParticipant.class);
		while (server.activeWork().stream().noneMatch((work) -> !work.name().contains("(no route)"))) {
			Thread.onSpinWait();
		}
	}

	private static ActiveWork cut(RealApplication application, RunningLoad load, Outcome outcome) {
		Moment before = Moment.now();
		CompletableFuture<ShutdownReport> report = application.drain();
		assertThat(report.join().requests().cut()).hasSize(1);
		assertThat(report.join().toString()).doesNotContain(CARD);
		assertOutcome(load, before, outcome);
		return report.join().requests().cut().get(0);
	}

	private static void assertOutcome(RunningLoad load, Moment before, Outcome outcome) {
		LoadReport report = load.stop().inFlightAt(before);
		assertThat(report.all()).singleElement()
			.satisfies((result) -> assertThat(result.outcome()).as(result.toString()).isEqualTo(outcome));
	}

	/**
	 * Requests that do not end.
	 */
	@RestController
	static class Handlers {

		private final BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();

		/**
		 * Return the thread of the next request that has begun.
		 */
		Thread awaitBegun() throws InterruptedException {
			return this.begun.take();
		}

		private void awaitInterrupt() {
			try {
				this.begun.add(Thread.currentThread());
				new LinkedBlockingQueue<>().take();
			}
			catch (InterruptedException ex) {
				// swallowed
			}
		}

		@GetMapping("/halves/{id}")
		void halves(HttpServletResponse response) throws IOException {
			response.getWriter().print("first");
			response.flushBuffer();
			awaitInterrupt();
			response.getWriter().print("last");
		}

		@GetMapping("/streamed/{id}")
		StreamingResponseBody streamed(HttpServletResponse response) {
			return (out) -> {
				out.write('1');
				// the stream that Spring passes does not flush
				response.flushBuffer();
				awaitInterrupt();
				out.write('2');
			};
		}

		@GetMapping("/late/{id}")
		String late() {
			awaitInterrupt();
			return "late";
		}

		@GetMapping("/deferred/{id}")
		DeferredResult<String> deferred() {
			return new DeferredResult<>(0L);
		}

		@Bean
		ServletRegistrationBean<HttpServlet> raw() {
			return new ServletRegistrationBean<>(new HttpServlet() {

				private static final long serialVersionUID = 1L;

				@Override
				protected void doGet(HttpServletRequest request, HttpServletResponse response) {
					awaitInterrupt();
				}

			}, "/raw/*");
		}

	}

	/**
	 * Executors that are shut down, and somebody who takes a while to cut his own.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TaskExecutionAutoConfiguration.class, GracefulShutdownExecutorAutoConfiguration.class })
	static class Executors {

		static final String TOO_EARLY = "an executor was interrupted before all others were done";

		@Bean
		ShutdownParticipant slow(AsyncTaskExecutor executor) {
			CompletableFuture<Void> interrupted = new CompletableFuture<>();
			// not the task that answers: Spring itself interrupts that when its request
			// is cut
			executor.execute(() -> {
				try {
					new LinkedBlockingQueue<>().take();
				}
				catch (InterruptedException ex) {
					interrupted.complete(null);
				}
			});
			return (context) -> {
				if (context.phase() == ShutdownPhase.CUT
						&& context.deadline().within(Duration.ofMillis(200)).await(interrupted::isDone)) {
					context.detail(TOO_EARLY);
				}
			};
		}

	}

	/**
	 * The same, reactive.
	 */
	@RestController
	static class ReactiveHandlers {

		@GetMapping("/monos/{id}")
		Mono<String> mono(@PathVariable String id) {
			return Mono.never();
		}

	}

}
