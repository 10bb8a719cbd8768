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

import java.time.Duration;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.support.DefaultLifecycleProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the plan that {@link GracefulShutdownAutoConfiguration} makes of the
 * properties.
 */
@ExtendWith(OutputCaptureExtension.class)
class GracefulShutdownAutoConfigurationTests {

	private static final Class<?>[] CONFIGURATIONS = { ApplicationAvailabilityAutoConfiguration.class,
			GracefulShutdownAutoConfiguration.class };

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CONFIGURATIONS));

	@Test
	void whenNothingIsSetThenPlanIsThatOfThirtySeconds() {
		this.contextRunner.run((context) -> assertThat(context.getBean(GracefulShutdown.class).report().plan())
			.hasToString("Shutdown plan for 30s: ANNOUNCE 1s, DEREGISTER 5s, SETTLE 10s, CLOSE 2s, DRAIN 7s, CUT 1.5s,"
					+ " lifecycle 2.5s, server 0s, watchdog 1s (2.5s a lifecycle phase)"));
	}

	@Test
	void whenPropertiesAreSetThenPlanIsMadeOfThem() {
		this.contextRunner
			.withPropertyValues("graceful-shutdown.grace-period=2m", "graceful-shutdown.reserve=20s",
					"graceful-shutdown.registry.confirm-timeout=7s", "graceful-shutdown.settle.max=8s",
					"graceful-shutdown.drain.timeout=30s", "spring.lifecycle.timeout-per-shutdown-phase=3s")
			.run((context) -> {
				ShutdownPlan plan = context.getBean(GracefulShutdown.class).report().plan();
				assertThat(plan.gracePeriod()).isEqualTo(Duration.ofMinutes(2));
				assertThat(plan.share(ShutdownPhase.DEREGISTER)).isEqualTo(Duration.ofSeconds(7));
				assertThat(plan.share(ShutdownPhase.SETTLE)).isEqualTo(Duration.ofSeconds(8));
				assertThat(plan.share(ShutdownPhase.DRAIN)).isEqualTo(Duration.ofSeconds(30));
				assertThat(plan.share(ShutdownPhase.CUT)).isEqualTo(Duration.ofSeconds(6));
				assertThat(plan.lifecycleTimeout()).isEqualTo(Duration.ofSeconds(3));
			});
	}

	@Test
	void whenCallersMayHoldTheAddressForLongerThenThatIsPlanned() {
		this.contextRunner.withPropertyValues("graceful-shutdown.grace-period=2m", "graceful-shutdown.settle.min=20s")
			.run((context) -> assertThat(
					context.getBean(GracefulShutdown.class).report().plan().share(ShutdownPhase.SETTLE))
				.isEqualTo(Duration.ofSeconds(20)));
	}

	@Test
	void whenImageIsNativeThenTheTimeOfALifecyclePhaseCanBeRead() {
		RuntimeHints hints = new RuntimeHints();
		ImportRuntimeHints imported = GracefulShutdownAutoConfiguration.class.getAnnotation(ImportRuntimeHints.class);
		for (Class<? extends RuntimeHintsRegistrar> registrar : imported.value()) {
			BeanUtils.instantiateClass(registrar).registerHints(hints, null);
		}
		assertThat(RuntimeHintsPredicates.reflection()
			.onFieldAccess(DefaultLifecycleProcessor.class, "timeoutPerShutdownPhase")).accepts(hints);
	}

	@Test
	void whenReadyThenPlanIsLoggedInOneLine(CapturedOutput output) {
		run();
		assertThat(output).containsOnlyOnce("Shutdown plan for 30s: ANNOUNCE 1s,").doesNotContain("begins");
	}

	@Test
	void whenDebugIsOnThenThereIsATable(CapturedOutput output) {
		run("--logging.level.io.github.gracefulshutdown=debug");
		assertThat(output).containsOnlyOnce("Shutdown plan for 30s: ANNOUNCE 1s,")
			.containsOnlyOnce("25s        1.5s  CUT");
	}

	private static void run(String... args) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(CONFIGURATIONS)
			.web(WebApplicationType.NONE)
			.run(args)) {
			assertThat(context.isActive()).isTrue();
		}
	}

}
