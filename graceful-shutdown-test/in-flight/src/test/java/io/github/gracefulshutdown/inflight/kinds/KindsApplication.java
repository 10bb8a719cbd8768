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

package io.github.gracefulshutdown.inflight.kinds;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.http.MediaType;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/**
 * A service that does every {@link WorkKind kind of work}, on demand.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableAsync
@EnableScheduling
@EnableWebSocket
@Import({ KindsApplication.Requests.class, KindsApplication.AsyncWork.class, KindsApplication.ScheduledWork.class,
		ExecutorKind.class, RabbitKind.class, KafkaKind.class, JmsKind.class, BatchKind.class, OwnKind.class })
class KindsApplication {

	public static void main(String[] args) {
		SpringApplication.run(KindsApplication.class, args);
	}

	@Bean
	Work work(@Value("${kinds.stubborn:false}") boolean stubborn) {
		return new Work(stubborn);
	}

	@Bean
	SimpleAsyncTaskExecutor simpleExecutor() {
		return new SimpleAsyncTaskExecutor("simple-");
	}

	@Bean
	WebSocketConfigurer webSockets() {
		return (registry) -> registry.addHandler(new TextWebSocketHandler(), "/websocket");
	}

	/**
	 * Work that a request is, or that it starts.
	 */
	@RestController
	static class Requests {

		private final Work work;

		private final AsyncWork asyncWork;

		private final ScheduledWork scheduledWork;

		private final SimpleAsyncTaskExecutor simpleExecutor;

		private final ObjectProvider<Kind> kinds;

		Requests(Work work, AsyncWork asyncWork, ScheduledWork scheduledWork, SimpleAsyncTaskExecutor simpleExecutor,
				ObjectProvider<Kind> kinds) {
			this.work = work;
			this.asyncWork = asyncWork;
			this.scheduledWork = scheduledWork;
			this.simpleExecutor = simpleExecutor;
			this.kinds = kinds;
		}

		@GetMapping("/request")
		String request(@RequestParam Duration takes) {
			this.work.run(WorkKind.REQUEST, takes);
			return "end";
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred(@RequestParam Duration takes) {
			DeferredResult<String> result = new DeferredResult<>(0L);
			daemon(() -> {
				this.work.run(WorkKind.DEFERRED, takes);
				result.setResult("end");
			});
			return result;
		}

		@GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		SseEmitter stream(@RequestParam Duration takes) {
			SseEmitter emitter = new SseEmitter(0L);
			daemon(() -> {
				this.work.run(WorkKind.STREAM, takes);
				send(emitter, "end");
				emitter.complete();
			});
			return emitter;
		}

		@GetMapping(path = "/feed", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		SseEmitter feed() {
			SseEmitter emitter = new SseEmitter(0L);
			daemon(() -> {
				Work.say("started", WorkKind.FEED);
				while (send(emitter, "news")) {
					sleep(Duration.ofMillis(100));
				}
			});
			return emitter;
		}

		private static boolean send(SseEmitter emitter, String event) {
			try {
				emitter.send(event);
				return true;
			}
			catch (IOException | IllegalStateException ex) {
				return false;
			}
		}

		@PostMapping("/start/{kind}")
		void start(@PathVariable WorkKind kind, @RequestParam Duration takes) {
			switch (kind) {
				case ASYNC -> this.asyncWork.run(kind, takes);
				case QUEUED -> {
					this.asyncWork.run(WorkKind.ASYNC, takes);
					this.asyncWork.run(kind, takes);
				}
				case SIMPLE -> this.simpleExecutor.execute(() -> this.work.run(kind, takes));
				case SCHEDULED -> this.scheduledWork.next(takes);
				default -> this.kinds.stream()
					.filter((candidate) -> candidate.kind() == kind)
					.findFirst()
					.orElseThrow()
					.start(takes);
			}
		}

		private static void sleep(Duration duration) {
			try {
				Thread.sleep(duration.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	static void daemon(Runnable task) {
		Thread thread = new Thread(task, "kinds-daemon");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Work for {@code applicationTaskExecutor}.
	 */
	static class AsyncWork {

		private final Work work;

		AsyncWork(Work work) {
			this.work = work;
		}

		@Async("applicationTaskExecutor")
		public void run(WorkKind kind, Duration takes) {
			this.work.run(kind, takes);
		}

	}

	/**
	 * Work for the scheduler.
	 */
	static class ScheduledWork {

		private final Work work;

		private final AtomicReference<Duration> next = new AtomicReference<>();

		ScheduledWork(Work work) {
			this.work = work;
		}

		void next(Duration takes) {
			this.next.set(takes);
		}

		@Scheduled(fixedDelay = 50)
		void run() {
			Duration takes = this.next.getAndSet(null);
			if (takes != null) {
				this.work.run(WorkKind.SCHEDULED, takes);
			}
		}

	}

	/**
	 * A kind of work that has a configuration of its own.
	 */
	interface Kind {

		WorkKind kind();

		void start(Duration takes);

	}

}
