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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * What each line of the copied recipe does on the current Tomcat, as
 * {@code docs/why-not-the-recipe.md} says it.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class RecipeIT {

	private static final Class<? extends ExecutorService> COPIED = java.util.concurrent.ThreadPoolExecutor.class;

	private static final Class<? extends ExecutorService> MENDED = ThreadPoolExecutor.class;

	private static final String IMMEDIATE = "server.shutdown=immediate";

	private static final String VIRTUAL = "spring.threads.virtual.enabled=true";

	@Test
	void whenThePoolIsLookedForThenItIsTomcatsOwn() {
		try (Application application = start(COPIED)) {
			assertThat(application.executor()).isInstanceOf(ThreadPoolExecutor.class).isNotInstanceOf(COPIED);
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with 21")
	void whenThreadsAreVirtualThenThereIsNoPool() {
		try (Application application = start(MENDED, VIRTUAL)) {
			assertThat(application.executor()).isInstanceOf(VirtualThreadExecutor.class)
				.isNotInstanceOf(COPIED)
				.isNotInstanceOf(MENDED);
		}
	}

	@Test
	void whenCopiedThenNobodyIsWaitedForAndARequestInFlightIsLost() throws IOException {
		assertRequestInFlightIsLost(COPIED, IMMEDIATE);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with 21")
	void whenMendedAndThreadsAreVirtualThenNobodyIsWaitedForAndARequestInFlightIsLost() throws IOException {
		assertRequestInFlightIsLost(MENDED, IMMEDIATE, VIRTUAL);
	}

	private static void assertRequestInFlightIsLost(Class<? extends ExecutorService> pool, String... properties)
			throws IOException {
		try (Application application = start(pool, properties); RawConnection client = application.connect()) {
			client.write(RawConnection.request("GET", "/hold"));
			application.requests().held.join();
			CompletableFuture<Void> close = application.closeInBackground();
			assertThat(application.recipe().awaitTermination()).as("nobody is waited for").isNull();
			close.join();
			assertThatIOException().isThrownBy(client::answer);
		}
	}

	@Test
	void whenCopiedBesideSpringBootsOwnThenThatIsWhatDrains(CapturedOutput output) throws IOException {
		try (Application application = start(COPIED); RawConnection client = application.connect()) {
			client.write(RawConnection.request("GET", "/hold"));
			application.requests().held.join();
			CompletableFuture<Void> close = application.closeInBackground();
			assertThat(application.recipe().awaitTermination()).isNull();
			Awaitility.await().until(() -> output.getOut().contains("Commencing graceful shutdown"));
			application.requests().release.countDown();
			assertThat(client.answer().body()).isEqualTo("held");
			close.join();
		}
	}

	@Test
	void whenPausedThenNewConnectionsHangAndIdleOnesAreClosedUnanswered() throws IOException {
		try (Application application = start(MENDED, IMMEDIATE);
				RawConnection busy = application.connect();
				RawConnection idle = application.connect()) {
			assertThat(idle.write(RawConnection.request("GET", "/fast")).answer().close()).isFalse();
			busy.write(RawConnection.request("GET", "/hold"));
			application.requests().held.join();
			CompletableFuture<Void> close = application.closeInBackground();
			application.recipe().awaitPause();
			try (RawConnection late = application.connect()) {
				late.write(RawConnection.request("GET", "/fast"));
				CompletableFuture<RawConnection.Answer> answer = CompletableFuture.supplyAsync(() -> answer(late),
						RecipeIT::inBackground);
				assertThatIOException().isThrownBy(() -> idle.write(RawConnection.request("GET", "/fast")).answer());
				assertThat(answer).as("connected, and neither answered nor refused").isNotDone();
				application.requests().release.countDown();
				RawConnection.Answer last = busy.answer();
				assertThat(last.body()).isEqualTo("held");
				assertThat(last.close()).as("nobody is told to go elsewhere").isFalse();
				assertThat(application.recipe().awaitTermination()).isTrue();
				assertThatExceptionOfType(CompletionException.class).isThrownBy(answer::join)
					.withRootCauseInstanceOf(IOException.class);
			}
			close.join();
		}
	}

	/**
	 * The event comes before the phases of the life cycle, so that Spring Boot finds a
	 * request without a pool to answer it.
	 */
	@Test
	void whenThePoolIsShutDownThenAsynchronousRequestsAreLostAndSpringBootWaitsForThemInVain(CapturedOutput output)
			throws IOException {
		try (Application application = start(MENDED, "spring.lifecycle.timeout-per-shutdown-phase=1s");
				RawConnection client = application.connect()) {
			client.write(RawConnection.request("GET", "/deferred"));
			DeferredResult<String> result = application.requests().deferred.join();
			CompletableFuture<Void> close = application.closeInBackground();
			assertThat(application.recipe().awaitTermination()).as("no thread is busy").isTrue();
			result.setResult("deferred");
			close.join();
			assertThatIOException().isThrownBy(client::answer);
			assertThat(output).contains("Executor not running, can't force a command into the queue",
					"Graceful shutdown aborted with one or more requests still active");
		}
	}

	/**
	 * The same without the recipe, so that it is the recipe that is to blame.
	 */
	@Test
	void whenThereIsNoRecipeThenAsynchronousRequestsAreAnswered(CapturedOutput output) throws IOException {
		try (Application application = start(null); RawConnection client = application.connect()) {
			client.write(RawConnection.request("GET", "/deferred"));
			DeferredResult<String> result = application.requests().deferred.join();
			CompletableFuture<Void> close = application.closeInBackground();
			result.setResult("deferred");
			assertThat(client.answer().body()).isEqualTo("deferred");
			close.join();
			assertThat(output).contains("Graceful shutdown complete");
		}
	}

	private static RawConnection.Answer answer(RawConnection connection) {
		try {
			return connection.answer();
		}
		catch (IOException ex) {
			throw new CompletionException(ex);
		}
	}

	private static void inBackground(Runnable task) {
		Thread thread = new Thread(task, "recipe");
		thread.setDaemon(true);
		thread.start();
	}

	private static Application start(@Nullable Class<? extends ExecutorService> pool, String... properties) {
		SpringApplicationBuilder builder = new SpringApplicationBuilder(Servlet.class)
			.properties("server.port=0", "server.address=127.0.0.1", "spring.main.banner-mode=off",
					"spring.main.register-shutdown-hook=false", "spring.jmx.enabled=false")
			.properties(properties);
		if (pool != null) {
			builder.properties("scenario.recipe=" + pool.getName());
		}
		ServletWebServerApplicationContext context = (ServletWebServerApplicationContext) builder.run();
		return new Application(context,
				context.getEnvironment().getRequiredProperty("local.server.port", Integer.class),
				context.getBean(Requests.class),
				context.getBeanProvider(RecipeConfiguration.Recipe.class).getIfAvailable());
	}

	/**
	 * Spring Boot alone, with the recipe.
	 */
	private record Application(ServletWebServerApplicationContext context, int port, Requests requests,
			RecipeConfiguration.@Nullable Recipe optionalRecipe) implements AutoCloseable {

		RecipeConfiguration.Recipe recipe() {
			return Objects.requireNonNull(this.optionalRecipe);
		}

		Executor executor() {
			return ((TomcatWebServer) this.context.getWebServer()).getTomcat()
				.getConnector()
				.getProtocolHandler()
				.getExecutor();
		}

		RawConnection connect() throws IOException {
			return RawConnection.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
		}

		CompletableFuture<Void> closeInBackground() {
			return CompletableFuture.runAsync(this.context::close, RecipeIT::inBackground);
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ PropertyPlaceholderAutoConfiguration.class, LifecycleAutoConfiguration.class,
			TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class })
	@Import({ RecipeConfiguration.class, Requests.class })
	static class Servlet {

	}

	@RestController
	static class Requests {

		final CompletableFuture<Void> held = new CompletableFuture<>();

		final CountDownLatch release = new CountDownLatch(1);

		final CompletableFuture<DeferredResult<String>> deferred = new CompletableFuture<>();

		@GetMapping("/fast")
		String fast() {
			return "fast";
		}

		@GetMapping("/hold")
		String hold() throws InterruptedException {
			this.held.complete(null);
			this.release.await();
			return "held";
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			DeferredResult<String> result = new DeferredResult<>(0L);
			result.onTimeout(() -> result.setErrorResult("timeout"));
			this.deferred.complete(result);
			return result;
		}

	}

}
