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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ManualShutdownClock;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownState;
import io.github.gracefulshutdown.web.tomcat.TomcatParticipant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

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
		// whoever watches a close looks only now and then whether it is over
		Awaitility.await()
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
				.filteredOn((thread) -> !before.contains(thread))
				.noneMatch((thread) -> thread.getName().startsWith("graceful-shutdown")));
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
		ManualShutdownClock clock = context.getBean(ManualShutdownClock.class);
		context.close();
		assertThat(shutdown.report().state()).isEqualTo(ShutdownState.STOPPED);
		assertThat(shutdown.report().phases()).extracting(ShutdownReport.Phase::outcome)
			.doesNotContain(ShutdownReport.Outcome.TIMED_OUT, ShutdownReport.Outcome.FAILED);
		// it moves where somebody waits, and nowhere else
		assertThat(clock.elapsed()).isEqualTo(Duration.ZERO);
		return context;
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownTomcatAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class })
	static class Application {

		@Bean
		ManualShutdownClock clock() {
			return new ManualShutdownClock();
		}

		@Bean
		GracefulShutdown gracefulShutdown(ManualShutdownClock clock, ListableBeanFactory beanFactory) {
			return GracefulShutdown.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)),
					OrderedParticipants.of(beanFactory), List.of(), List.of(), clock, null);
		}

	}

}
