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
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.TaskExecutor;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * An ordinary application with every kind of request that may be in flight when it is
 * told to stop. It knows nothing of the library; the scenarios run it with and without.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ ScenarioApplication.Requests.class, RecipeConfiguration.class })
public class ScenarioApplication {

	public static void main(String[] args) {
		SpringApplication.run(ScenarioApplication.class, args);
	}

	/**
	 * The kinds of requests.
	 */
	@RestController
	static class Requests {

		private static final Log logger = LogFactory.getLog(Requests.class);

		private static final int PIECES = 10;

		private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2, Requests::daemon);

		private final TaskExecutor taskExecutor;

		private final ApplicationContext context;

		private final @Nullable Path ledger;

		private final AtomicInteger payments = new AtomicInteger();

		Requests(TaskExecutor applicationTaskExecutor, ApplicationContext context,
				@Value("${scenario.ledger:#{null}}") @Nullable String ledger) {
			this.taskExecutor = applicationTaskExecutor;
			this.context = context;
			this.ledger = (ledger != null) ? Path.of(ledger) : null;
		}

		private static Thread daemon(Runnable task) {
			Thread thread = new Thread(task, "scenario");
			thread.setDaemon(true);
			return thread;
		}

		@GetMapping("/fast")
		String fast() {
			return "fast";
		}

		@GetMapping("/slow")
		String slow(@RequestParam long takes) throws InterruptedException {
			logger.debug("in flight: GET /slow?takes=" + takes);
			Thread.sleep(takes);
			return "slow";
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred(@RequestParam long takes) {
			logger.debug("in flight: GET /deferred?takes=" + takes);
			DeferredResult<String> result = new DeferredResult<>(0L);
			this.scheduler.schedule(() -> result.setResult("deferred"), takes, TimeUnit.MILLISECONDS);
			return result;
		}

		@GetMapping("/handoff")
		DeferredResult<String> handoff(@RequestParam long takes) {
			DeferredResult<String> result = new DeferredResult<>();
			this.scheduler.schedule(() -> this.taskExecutor.execute(() -> result.setResult("handed off")), takes,
					TimeUnit.MILLISECONDS);
			return result;
		}

		@GetMapping(path = "/sse", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		SseEmitter sse(@RequestParam long takes) {
			SseEmitter emitter = new SseEmitter(60_000L);
			for (int i = 1; i <= PIECES; i++) {
				int event = i;
				this.scheduler.schedule(() -> send(emitter, event), takes * i / PIECES, TimeUnit.MILLISECONDS);
			}
			return emitter;
		}

		private static void send(SseEmitter emitter, int event) {
			try {
				emitter.send("event " + event);
				if (event == PIECES) {
					emitter.complete();
				}
			}
			catch (IOException | IllegalStateException ex) {
				emitter.completeWithError(ex);
			}
		}

		@GetMapping("/stream")
		StreamingResponseBody stream(@RequestParam long takes) {
			return (out) -> {
				for (int i = 1; i <= PIECES; i++) {
					sleep(takes / PIECES);
					out.write(("piece " + i + "\n").getBytes(StandardCharsets.US_ASCII));
					out.flush();
				}
			};
		}

		@PostMapping("/upload")
		String upload(HttpServletRequest request) throws IOException {
			long length = 0;
			InputStream in = request.getInputStream();
			byte[] buffer = new byte[1024];
			for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
				length += read;
			}
			return "uploaded " + length;
		}

		/**
		 * Charges, and then writes the order: what lies between must not be lost.
		 */
		@PostMapping("/pay")
		String pay(@RequestParam long takes) throws IOException {
			String payment = ProcessHandle.current().pid() + "-" + this.payments.incrementAndGet();
			record("charged", payment);
			logger.debug("in flight: POST /pay?takes=" + takes);
			sleep(takes);
			record("ordered", payment);
			return "paid " + payment;
		}

		private synchronized void record(String what, String payment) throws IOException {
			if (this.ledger != null) {
				Files.writeString(this.ledger, what + " " + payment + "\n", StandardOpenOption.CREATE,
						StandardOpenOption.APPEND);
			}
		}

		/**
		 * Closes the context from within a request.
		 */
		@PostMapping("/exit")
		String exit() {
			return "exited " + SpringApplication.exit(this.context);
		}

		/**
		 * Ends the process from within a request, which therefore never ends.
		 */
		@PostMapping("/system-exit")
		String systemExit() {
			System.exit(0);
			return "never";
		}

		private static void sleep(long millis) throws IOException {
			try {
				Thread.sleep(millis);
			}
			catch (InterruptedException ex) {
				throw new IOException("interrupted", ex);
			}
		}

	}

}
