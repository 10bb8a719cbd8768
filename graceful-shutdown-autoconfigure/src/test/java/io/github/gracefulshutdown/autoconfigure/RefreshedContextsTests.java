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

package io.github.gracefulshutdown.autoconfigure;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownReport.Outcome;
import io.github.gracefulshutdown.ShutdownState;
import io.github.gracefulshutdown.web.tomcat.TomcatParticipant;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.MessageListener;
import org.awaitility.Awaitility;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jms.listener.DefaultMessageListenerContainer;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for contexts that come and go in one process, as they do where an application is
 * tested.
 */
class RefreshedContextsTests {

	private static final int CONTEXTS = 20;

	@Test
	void whenContextsComeAndGoThenNothingIsWaitedForAndNothingIsLeft() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		List<WeakReference<?>> contexts = new ArrayList<>();
		for (int i = 0; i < CONTEXTS; i++) {
			contexts.add(new WeakReference<>(openAndClose()));
		}
		assertNothingIsLeft(before, contexts);
	}

	@Test
	void whenContextsWithWorkOfEveryKindComeAndGoThenNothingIsWaitedForAndNothingIsLeft() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		List<WeakReference<?>> contexts = new ArrayList<>();
		for (int i = 0; i < CONTEXTS / 4; i++) {
			contexts.add(new WeakReference<>(openAndCloseWithWork()));
		}
		assertNothingIsLeft(before, contexts);
	}

	private static void assertNothingIsLeft(Set<Thread> before, List<WeakReference<?>> contexts) {
		// whoever watches a close looks only now and then whether it is over
		Awaitility.await()
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
				.filteredOn((thread) -> !before.contains(thread))
				.noneMatch((thread) -> Stream.of("graceful-shutdown", "work-")
					.anyMatch((prefix) -> thread.getName().startsWith(prefix))));
		// the last one is kept without the library too
		Awaitility.await().untilAsserted(() -> {
			System.gc();
			assertThat(contexts).filteredOn((context) -> context.get() != null).hasSizeLessThanOrEqualTo(1);
		});
	}

	private static ConfigurableApplicationContext openAndClose() {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class).run("--server.port=0",
				"--server.address=127.0.0.1", "--spring.main.banner-mode=off");
		assertThat(context.getBean(TomcatParticipant.class)).isNotNull();
		GracefulShutdown shutdown = context.getBean(GracefulShutdown.class);
		context.close();
		assertThat(shutdown.report().state()).isEqualTo(ShutdownState.STOPPED);
		assertThat(shutdown.report().phases()).extracting(ShutdownReport.Phase::phase, ShutdownReport.Phase::outcome)
			.containsExactly(tuple(ShutdownPhase.ANNOUNCE, Outcome.DONE),
					tuple(ShutdownPhase.DEREGISTER, Outcome.NOTHING_TO_DO),
					tuple(ShutdownPhase.SETTLE, Outcome.NOTHING_TO_DO), tuple(ShutdownPhase.CLOSE, Outcome.DONE),
					tuple(ShutdownPhase.DRAIN, Outcome.DONE), tuple(ShutdownPhase.CUT, Outcome.NOTHING_TO_DO));
		return context;
	}

	private static ConfigurableApplicationContext openAndCloseWithWork() {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(WorkApplication.class)
			.web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off");
		GracefulShutdown shutdown = context.getBean(GracefulShutdown.class);
		Awaitility.await().untilAtomic(context.getBean("schedules", AtomicInteger.class), Matchers.greaterThan(0));
		context.getBean("executor", ThreadPoolTaskExecutor.class).submit(() -> "done");
		context.close();
		assertThat(shutdown.report().phases()).extracting(ShutdownReport.Phase::outcome)
			.containsOnly(Outcome.DONE, Outcome.NOTHING_TO_DO);
		assertThat(shutdown.report().phases()).flatExtracting(ShutdownReport.Phase::detail)
			.contains("1 jms listeners take no more messages", "1 schedules stopped");
		return context;
	}

	/**
	 * A clock that stands still. Whoever waits for something to happen goes on when it
	 * does, however slow the machine is; whoever waits for time to pass waits for ever.
	 */
	private static final class StoppedClock implements ShutdownClock {

		@Override
		public Instant now() {
			return Instant.EPOCH;
		}

		@Override
		public long nanoTime() {
			return 0;
		}

		@Override
		public void sleep(Duration duration) throws InterruptedException {
			ShutdownClock.system().sleep(Duration.ofMillis(1));
		}

		@Override
		public boolean await(CompletableFuture<?> future, Duration timeout) throws InterruptedException {
			return ShutdownClock.system().await(future, Duration.ofSeconds(30));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithoutTime {

		@Bean
		GracefulShutdown gracefulShutdown(ListableBeanFactory beanFactory) {
			return GracefulShutdown.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)),
					OrderedParticipants.of(beanFactory), List.of(), List.of(), new StoppedClock(), null);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	@Import(WithoutTime.class)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownExecutorAutoConfiguration.class, GracefulShutdownListenerAutoConfiguration.class,
			GracefulShutdownBatchAutoConfiguration.class })
	static class WorkApplication {

		@Bean
		AtomicInteger schedules() {
			return new AtomicInteger();
		}

		@Bean
		Schedule schedule(AtomicInteger schedules) {
			return new Schedule(schedules);
		}

		@Bean
		ThreadPoolTaskExecutor executor() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setThreadNamePrefix("work-executor-");
			return executor;
		}

		@Bean
		ThreadPoolTaskScheduler taskScheduler() {
			ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
			scheduler.setThreadNamePrefix("work-scheduler-");
			return scheduler;
		}

		@Bean
		DefaultMessageListenerContainer container() {
			DefaultMessageListenerContainer container = new DefaultMessageListenerContainer();
			container.setConnectionFactory(new NoBroker());
			container.setDestinationName("orders");
			container.setMessageListener((MessageListener) (message) -> {
			});
			container.setTaskExecutor(new SimpleAsyncTaskExecutor("work-container-"));
			return container;
		}

	}

	/**
	 * Something that runs all the time.
	 */
	record Schedule(AtomicInteger times) {

		@Scheduled(fixedRate = 10)
		void run() {
			this.times.incrementAndGet();
		}

	}

	/**
	 * A broker that is not there.
	 */
	private static final class NoBroker implements ConnectionFactory {

		@Override
		public Connection createConnection() throws JMSException {
			throw new JMSException("no broker");
		}

		@Override
		public Connection createConnection(String userName, String password) throws JMSException {
			return createConnection();
		}

		@Override
		public JMSContext createContext() {
			throw new UnsupportedOperationException();
		}

		@Override
		public JMSContext createContext(String userName, String password) {
			throw new UnsupportedOperationException();
		}

		@Override
		public JMSContext createContext(String userName, String password, int sessionMode) {
			throw new UnsupportedOperationException();
		}

		@Override
		public JMSContext createContext(int sessionMode) {
			throw new UnsupportedOperationException();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(WithoutTime.class)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownTomcatAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class })
	static class Application {

	}

}
