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

import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.test.contract.ShutdownParticipantContract;
import io.github.gracefulshutdown.work.ExecutorParticipant;
import io.github.gracefulshutdown.work.ThreadTracker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * The executors do what every participant has to do.
 */
@ParameterizedClass
@ValueSource(strings = { "pool", "threads", "scheduler", "stealing" })
class ExecutorParticipantContractTests extends ShutdownParticipantContract {

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Executors.class);

	private final ShutdownParticipant participant = new ExecutorParticipant(this.context, Set.of()).finisher();

	private final CountDownLatch running = new CountDownLatch(1);

	private final CountDownLatch ending = new CountDownLatch(1);

	private final Executor executor;

	ExecutorParticipantContractTests(String executor) {
		this.executor = this.context.getBean(executor, Executor.class);
	}

	@AfterEach
	void close() {
		this.ending.countDown();
		this.context.close();
	}

	@Override
	protected ShutdownParticipant participant() {
		return this.participant;
	}

	@Override
	protected void startWork() throws InterruptedException {
		this.executor.execute(() -> {
			this.running.countDown();
			try {
				this.ending.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		this.running.await();
	}

	@Override
	protected void finishWork() {
		this.ending.countDown();
	}

	@Configuration(proxyBeanMethods = false)
	static class Executors {

		@Bean
		static ThreadTracker tracker() {
			return new ThreadTracker(Set.of());
		}

		@Bean
		ThreadPoolTaskExecutor pool() {
			return new ThreadPoolTaskExecutor();
		}

		@Bean
		SimpleAsyncTaskExecutor threads() {
			return new SimpleAsyncTaskExecutor("threads-");
		}

		@Bean
		ThreadPoolTaskScheduler scheduler() {
			return new ThreadPoolTaskScheduler();
		}

		@Bean
		ForkJoinPool stealing() {
			return new ForkJoinPool(1);
		}

	}

}
