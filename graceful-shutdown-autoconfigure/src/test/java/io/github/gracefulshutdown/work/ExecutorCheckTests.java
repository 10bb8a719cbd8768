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

package io.github.gracefulshutdown.work;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.github.gracefulshutdown.Finding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolExecutorFactoryBean;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

/**
 * Tests for {@link ExecutorCheck}.
 */
class ExecutorCheckTests {

	@ParameterizedTest
	@CsvSource({ "true, pool, executor-queue pool", "true, alias, executor-queue pool",
			"false, '', executor-queue pool" })
	void whenAPoolIsLeftAloneAndDoesNotWaitThenIsFound(boolean enabled, String excluded, String found) {
		assertThat(findings(Pools.class, enabled, excluded)).singleElement().satisfies((finding) -> {
			assertThat(finding.id() + " " + name(finding)).isEqualTo(found);
			assertThat(finding.fix()).contains("awaitTerminationSeconds");
		});
	}

	@ParameterizedTest
	@CsvSource({ "true, ''", "true, waiting", "true, scheduler" })
	void whenAPoolTakesPartOrWaitsByItselfThenIsNotFound(boolean enabled, String excluded) {
		assertThat(findings(Pools.class, enabled, excluded)).isEmpty();
	}

	@Test
	void whenAPoolIsOptedOutByItsDestroyMethodThenIsFound() {
		assertThat(findings(OptedOut.class, true, "")).extracting(Finding::id, ExecutorCheckTests::name)
			.containsExactly(tuple("executor-queue", "optedOut"), tuple("executor-queue", "interrupting"),
					tuple("executor-queue", "factory"));
	}

	@Test
	void whenAnExecutorHasThreadsThatNobodySeesThenIsFound() {
		assertThat(findings(Opaque.class, true, "")).singleElement().satisfies((finding) -> {
			assertThat(finding.id()).isEqualTo("executor-opaque");
			assertThat(finding.problem()).contains("'opaque'").contains(OpaqueExecutor.class.getName());
		});
		assertThat(findings(Opaque.class, true, "opaque")).as("left alone").isEmpty();
		assertThat(findings(Closeable.class, true, "")).extracting(Finding::id, ExecutorCheckTests::name)
			.containsExactly(tuple("executor-opaque", "closeable"));
	}

	@Test
	void whenAnExecutorHasNoThreadsOrIsKnownThenIsNotFound() {
		assertThat(findings(Transparent.class, true, "")).isEmpty();
	}

	private static String name(Finding finding) {
		return finding.problem().split("'", 3)[1];
	}

	private static List<Finding> findings(Class<?> configuration, boolean enabled, String excluded) {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(configuration)) {
			return new ExecutorCheck(context, enabled, Set.of(excluded)).findings();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Pools {

		@Bean({ "pool", "alias" })
		ThreadPoolTaskExecutor pool() {
			return new ThreadPoolTaskExecutor();
		}

		@Bean
		ThreadPoolTaskExecutor waiting() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setWaitForTasksToCompleteOnShutdown(true);
			executor.setAwaitTerminationSeconds(1);
			return executor;
		}

		@Bean
		ThreadPoolTaskScheduler scheduler() {
			return new ThreadPoolTaskScheduler();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OptedOut {

		@Bean(destroyMethod = "")
		ThreadPoolTaskExecutor optedOut() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setWaitForTasksToCompleteOnShutdown(true);
			return executor;
		}

		@Bean(destroyMethod = "")
		ThreadPoolTaskExecutor interrupting() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setAwaitTerminationSeconds(1);
			return executor;
		}

		@Bean(destroyMethod = "")
		ThreadPoolExecutorFactoryBean factory() {
			return new ThreadPoolExecutorFactoryBean();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Opaque {

		@Bean
		Executor opaque() {
			return new OpaqueExecutor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Closeable {

		@Bean
		Executor closeable() {
			return mock(Executor.class, withSettings().extraInterfaces(AutoCloseable.class));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Transparent {

		/**
		 * As all of them are from JDK 19 on.
		 */
		@Bean
		Executor closeable() {
			return mock(ExecutorService.class, withSettings().extraInterfaces(AutoCloseable.class));
		}

		@Bean
		Executor lambda() {
			return Runnable::run;
		}

		@Bean
		Executor sync() {
			return new SyncTaskExecutor();
		}

		@Bean
		Executor simple() {
			return new SimpleAsyncTaskExecutor();
		}

		@Bean
		Executor service() {
			return Executors.newSingleThreadExecutor();
		}

		@Bean
		Executor unseen() {
			return Executors.unconfigurableExecutorService(Executors.newSingleThreadExecutor());
		}

	}

	private static final class OpaqueExecutor implements Executor, DisposableBean {

		@Override
		public void execute(Runnable task) {
			new Thread(task).start();
		}

		@Override
		public void destroy() {
		}

	}

}
