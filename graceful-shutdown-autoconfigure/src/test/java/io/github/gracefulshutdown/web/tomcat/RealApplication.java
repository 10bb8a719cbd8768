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
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownTomcatAutoConfiguration;
import io.github.gracefulshutdown.web.OpenStreams;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import org.apache.catalina.core.StandardContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * A real application with what may be in flight, servlet or reactive, on a real server.
 */
final class RealApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private RealApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static RealApplication start(WebApplicationType type, String... properties) {
		return start(type, new Class<?>[0], properties);
	}

	static RealApplication start(WebApplicationType type, Class<?>[] sources, String... properties) {
		Class<?> configuration = (type == WebApplicationType.REACTIVE) ? Reactive.class : Servlet.class;
		ConfigurableApplicationContext context = new SpringApplicationBuilder(configuration).sources(sources)
			.web(type)
			.properties("server.port=0", "server.address=127.0.0.1", "server.http2.enabled=true",
					"spring.main.banner-mode=off", "spring.main.register-shutdown-hook=false",
					"spring.jmx.enabled=false", "graceful-shutdown.drain.linger=50ms")
			.properties(properties)
			.run();
		return new RealApplication(context);
	}

	int port() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	URI uri() {
		return URI.create("http://127.0.0.1:" + port());
	}

	CompletableFuture<ShutdownReport> drain() {
		GracefulShutdown shutdown = bean(GracefulShutdown.class);
		return CompletableFuture.supplyAsync(() -> shutdown.drain("test"), (task) -> new Thread(task).start());
	}

	void awaitPhase(ShutdownPhase phase) {
		GracefulShutdown shutdown = bean(GracefulShutdown.class);
		while (shutdown.report().phases().stream().noneMatch((entry) -> entry.phase() == phase)) {
			Thread.onSpinWait();
		}
	}

	void awaitStreams(int streams) {
		while (bean(OpenStreams.class).all().size() != streams) {
			Thread.onSpinWait();
		}
	}

	static List<String> detail(ShutdownReport report, ShutdownPhase phase) {
		return report.phases()
			.stream()
			.filter((entry) -> entry.phase() == phase)
			.flatMap((entry) -> entry.detail().stream())
			.toList();
	}

	/**
	 * Add a WebSocket endpoint that answers each message, once it may.
	 */
	Gate addWebSocket(String path) throws DeploymentException {
		TomcatWebServer server = (TomcatWebServer) ((WebServerApplicationContext) this.context).getWebServer();
		StandardContext context = (StandardContext) server.getTomcat().getHost().findChildren()[0];
		ServerContainer container = (ServerContainer) context.getServletContext()
			.getAttribute(ServerContainer.class.getName());
		Gate gate = new Gate();
		container.addEndpoint(ServerEndpointConfig.Builder.create(EchoEndpoint.class, path)
			.configurator(new ServerEndpointConfig.Configurator() {
				@Override
				public <T> T getEndpointInstance(Class<T> endpointClass) {
					return endpointClass.cast(new EchoEndpoint(gate));
				}
			})
			.build());
		return gate;
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * What a message that is being handled waits for.
	 */
	static final class Gate {

		private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

		private final CompletableFuture<Void> open = new CompletableFuture<>();

		private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();

		void awaitMessage() throws InterruptedException {
			this.received.take();
		}

		void open() {
			this.open.complete(null);
		}

		boolean interrupted() {
			return this.interrupted.join();
		}

		private void pass(String message) {
			this.received.add(message);
			try {
				this.open.get();
				this.interrupted.complete(false);
			}
			catch (InterruptedException ex) {
				this.interrupted.complete(true);
			}
			catch (ExecutionException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	static final class EchoEndpoint extends Endpoint {

		private final Gate gate;

		EchoEndpoint(Gate gate) {
			this.gate = gate;
		}

		@Override
		public void onOpen(Session session, EndpointConfig config) {
			if (session.getPathParameters().containsValue("broken")) {
				throw new IllegalStateException("broken");
			}
			session.addMessageHandler(String.class, new MessageHandler.Whole<>() {
				@Override
				public void onMessage(String message) {
					EchoEndpoint.this.gate.pass(message);
					try {
						session.getBasicRemote().sendText("echo " + message);
					}
					catch (IOException ex) {
						throw new IllegalStateException(ex);
					}
				}
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownTomcatAutoConfiguration.class })
	@Import(Streams.class)
	static class Common {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class })
	@Import(Emitters.class)
	static class Servlet extends Common {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatReactiveWebServerAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
			WebFluxAutoConfiguration.class, CodecsAutoConfiguration.class })
	static class Reactive extends Common {

		@Bean
		SimpleUrlHandlerMapping webSockets() {
			WebSocketHandler handler = (session) -> session.receive().then();
			return new SimpleUrlHandlerMapping(Map.of("/sockets/{id}", handler), -1);
		}

	}

	/**
	 * Event streams in the reactive way, which Spring MVC understands as well.
	 */
	@RestController
	static class Streams {

		private final BlockingQueue<Sinks.Many<String>> sinks = new LinkedBlockingQueue<>();

		/**
		 * Return the next stream that was opened.
		 */
		Sinks.Many<String> next() throws InterruptedException {
			return this.sinks.take();
		}

		@GetMapping(path = "/streams/{id}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> stream(@PathVariable String id) {
			Sinks.Many<String> sink = Sinks.many().unicast().onBackpressureBuffer();
			this.sinks.add(sink);
			return Flux.concat(Flux.just("opened " + id), sink.asFlux());
		}

		/**
		 * Events as fast as they go, and endless.
		 */
		@GetMapping(path = "/flood", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> flood(@RequestParam(defaultValue = "0") int more) {
			return Flux.<String, Integer>generate(() -> 0, (event, sink) -> {
				sink.next(event + " " + "x".repeat(event % 300 + more));
				return event + 1;
			}).publishOn(Schedulers.boundedElastic(), 1);
		}

	}

	/**
	 * Event streams in the way of Spring MVC.
	 */
	@RestController
	static class Emitters {

		@GetMapping(path = "/emitters/{id}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		SseEmitter emitter(@PathVariable String id) throws IOException {
			SseEmitter emitter = new SseEmitter(0L);
			emitter.send("opened " + id);
			return emitter;
		}

		@GetMapping(path = "/emitters/flood", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		SseEmitter flood(@RequestParam(defaultValue = "0") int more) {
			SseEmitter emitter = new SseEmitter(0L);
			Thread sender = new Thread(() -> send(emitter, more), "flood");
			sender.setDaemon(true);
			sender.start();
			return emitter;
		}

		private static void send(SseEmitter emitter, int more) {
			try {
				for (int event = 0; true; event++) {
					emitter.send(event + " " + "x".repeat(event % 300 + more));
				}
			}
			catch (IOException | IllegalStateException ex) {
				// the stream has ended
			}
		}

	}

}
