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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

import brave.Tracing;
import brave.context.slf4j.MDCScopeDecorator;
import brave.propagation.ThreadLocalCurrentTraceContext;
import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningLoad;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.tracing.brave.bridge.BraveCurrentTraceContext;
import io.micrometer.tracing.brave.bridge.BravePropagator;
import io.micrometer.tracing.brave.bridge.BraveTracer;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.propagation.Propagator;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxObservationAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcObservationAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TraceIds}: what is in flight is named with the trace that the
 * application itself logs.
 */
class TraceIdsTests {

	private static final String PARENT = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String[] ONE_SECOND = { "graceful-shutdown.grace-period=6s", "graceful-shutdown.reserve=5s" };

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@ParameterizedTest
	@CsvSource({ "SERVLET, /blocked", "SERVLET, /deferred", "REACTIVE, /mono" })
	void whenTraceBeginsHereThenTheCutRequestIsNamedWithIt(WebApplicationType type, String path) throws Exception {
		try (RealApplication application = start(type, Tracer.class); RunningLoad load = open(application, path)) {
			String logged = logged(application);
			assertThat(logged).matches("[0-9a-f]{16}");
			assertThat(cut(application)).singleElement().returns(logged, ActiveWork::traceId);
			load.stop();
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, /events", "REACTIVE, /flux" })
	void whenTraceBeginsHereThenTheStreamIsNamedWithIt(WebApplicationType type, String path) throws Exception {
		try (RealApplication application = start(type, Tracer.class); RunningLoad load = open(application, path)) {
			String logged = logged(application);
			assertThat(logged).matches("[0-9a-f]{16}");
			application.awaitStreams(1);
			assertThat(application.bean(StreamsParticipant.class).activeWork()).singleElement()
				.returns(logged, ActiveWork::traceId);
			application.drain().join();
			load.stop();
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, /blocked", "REACTIVE, /mono" })
	void whenApplicationReadsNoTraceparentThenItsOwnTraceIsSaid(WebApplicationType type, String path) throws Exception {
		try (RealApplication application = start(type, Tracer.class);
				RunningLoad load = open(application, path, PARENT)) {
			String logged = logged(application);
			assertThat(cut(application)).singleElement().returns(logged, ActiveWork::traceId);
			load.stop();
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, /blocked", "REACTIVE, /mono" })
	void whenTracesAreNotKeptThenThePeersIsSaid(WebApplicationType type, String path) throws Exception {
		try (RealApplication application = start(type, NoopTracer.class);
				RunningLoad load = open(application, path, PARENT)) {
			assertThat(logged(application)).isEqualTo("none");
			assertThat(cut(application)).singleElement().returns(PARENT, ActiveWork::traceId);
			load.stop();
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET, /blocked", "REACTIVE, /mono" })
	void whenNobodyTracesThenNoTraceIsSaid(WebApplicationType type, String path) throws Exception {
		try (RealApplication application = start(type); RunningLoad load = open(application, path)) {
			assertThat(logged(application)).isEqualTo("none");
			assertThat(cut(application)).singleElement().returns(null, ActiveWork::traceId);
			load.stop();
		}
	}

	private static RealApplication start(WebApplicationType type, Class<?>... tracers) {
		Class<?> handlers = (type == WebApplicationType.REACTIVE) ? ReactiveHandlers.class : Handlers.class;
		Class<?>[] sources = Stream.concat(Stream.of(handlers), Stream.of(tracers)).toArray(Class<?>[]::new);
		return RealApplication.start(type, sources, ONE_SECOND);
	}

	private RunningLoad open(RealApplication application, String path) {
		return open(application, Request.get(path));
	}

	private RunningLoad open(RealApplication application, String path, String parent) {
		return open(application, Request.get(path).header("traceparent", "00-" + parent + "-00f067aa0ba902b7-01"));
	}

	private RunningLoad open(RealApplication application, Request request) {
		return this.kit.load()
			.target(application.uri())
			.group(ClientGroup.of("peer", 1, Connections.NEW, request))
			.start();
	}

	private static String logged(RealApplication application) throws InterruptedException {
		return application.bean(Log.class).next();
	}

	private static List<ActiveWork> cut(RealApplication application) {
		return application.drain().join().requests().cut();
	}

	/**
	 * The trace that the application would log with each request.
	 */
	static final class Log {

		private final BlockingQueue<String> traceIds = new LinkedBlockingQueue<>();

		private void write() {
			String traceId = MDC.get("traceId");
			this.traceIds.add((traceId != null) ? traceId : "none");
		}

		private String next() throws InterruptedException {
			return this.traceIds.take();
		}

	}

	@RestController
	@Import(Log.class)
	@ImportAutoConfiguration(WebMvcObservationAutoConfiguration.class)
	static class Handlers {

		private final Log log;

		Handlers(Log log) {
			this.log = log;
		}

		@GetMapping("/blocked")
		void blocked() {
			this.log.write();
			try {
				new LinkedBlockingQueue<>().take();
			}
			catch (InterruptedException ex) {
				// cut
			}
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			this.log.write();
			return new DeferredResult<>(0L);
		}

		@GetMapping("/events")
		SseEmitter events() throws IOException {
			this.log.write();
			SseEmitter emitter = new SseEmitter(0L);
			emitter.send("first");
			return emitter;
		}

	}

	/**
	 * The same, reactive.
	 */
	@RestController
	@Import(Log.class)
	@ImportAutoConfiguration(WebFluxObservationAutoConfiguration.class)
	static class ReactiveHandlers {

		private final Log log;

		ReactiveHandlers(Log log) {
			this.log = log;
		}

		@GetMapping("/mono")
		Mono<String> mono() {
			return logged().then(Mono.never());
		}

		@GetMapping(path = "/flux", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Mono<ResponseEntity<Flux<String>>> flux() {
			return logged().thenReturn(ResponseEntity.ok(Flux.concat(Flux.just("first"), Flux.never())));
		}

		private Mono<Void> logged() {
			return Mono.deferContextual((context) -> {
				Observation observation = context.getOrDefault(ObservationThreadLocalAccessor.KEY, Observation.NOOP);
				Objects.requireNonNull(observation).scoped(this.log::write);
				return Mono.empty();
			});
		}

	}

	/**
	 * A tracer that speaks B3 and no W3C.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(ObservationAutoConfiguration.class)
	static class Tracer {

		@Bean
		Tracing tracing() {
			return Tracing.newBuilder()
				.currentTraceContext(
						ThreadLocalCurrentTraceContext.newBuilder().addScopeDecorator(MDCScopeDecorator.get()).build())
				.build();
		}

		@Bean
		PropagatingReceiverTracingObservationHandler<?> tracingHandler(Tracing tracing) {
			BraveTracer tracer = new BraveTracer(tracing.tracer(),
					new BraveCurrentTraceContext(tracing.currentTraceContext()));
			return new PropagatingReceiverTracingObservationHandler<>(tracer, new BravePropagator(tracing));
		}

	}

	/**
	 * A tracer that is off.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(ObservationAutoConfiguration.class)
	static class NoopTracer {

		@Bean
		PropagatingReceiverTracingObservationHandler<?> tracingHandler() {
			return new PropagatingReceiverTracingObservationHandler<>(io.micrometer.tracing.Tracer.NOOP,
					Propagator.NOOP);
		}

	}

}
