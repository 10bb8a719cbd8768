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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownState;
import io.github.gracefulshutdown.actuate.GracefulShutdownHealthIndicator;
import io.github.gracefulshutdown.actuate.ShutdownMetrics;
import io.github.gracefulshutdown.actuate.ShutdownObservations;
import io.github.gracefulshutdown.platform.ShutdownPhaseEvent;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.step.StepMeterRegistry;
import io.micrometer.core.instrument.step.StepRegistryConfig;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GracefulShutdownObservabilityAutoConfiguration}.
 */
class GracefulShutdownObservabilityAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
				MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
				ObservationAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthEndpointAutoConfiguration.class,
				GracefulShutdownAutoConfiguration.class, GracefulShutdownObservabilityAutoConfiguration.class))
		.withPropertyValues("graceful-shutdown.grace-period=500ms", "graceful-shutdown.reserve=400ms");

	@Test
	void whenRegistryPushesThenItsLastPublicationHasDrainAndCut() {
		Published published = new Published();
		this.runner.withBean(MeterRegistry.class, () -> published)
			.withUserConfiguration(Hanging.class)
			.run((context) -> assertThat(published.values).isEmpty());
		assertThat(published.values).containsEntry("graceful.shutdown.phase DRAIN TIMED_OUT", 1.0)
			.containsKey("graceful.shutdown.phase CUT DONE")
			.containsEntry("graceful.shutdown.cut job", 1.0)
			.containsEntry("graceful.shutdown.active job", 1.0)
			.containsEntry("graceful.shutdown.state", 4.0)
			.containsEntry("early", 1.0);
		assertThat(published.values.keySet()).as("each phase is measured once")
			.noneMatch((name) -> name.startsWith("graceful.shutdown.step"));
	}

	@Test
	void whenCountedAsBeansAreDestroyedThenItIsTooLateForTheLastPublication() {
		Published published = new Published();
		this.runner.withBean(MeterRegistry.class, () -> published).withUserConfiguration(Late.class).run((context) -> {
		});
		assertThat(published.values).containsKey("graceful.shutdown.phase DRAIN NOTHING_TO_DO")
			.doesNotContainKey("late");
	}

	@Test
	void whenContextClosesThenAllIsDoneBeforeOtherListenersHearOfIt() {
		List<ShutdownState> states = new ArrayList<>();
		this.runner
			.withInitializer((context) -> context.addApplicationListener((ContextClosedEvent event) -> states
				.add(event.getApplicationContext().getBean(GracefulShutdown.class).report().state())))
			.run((context) -> {
			});
		assertThat(states).containsExactly(ShutdownState.STOPPED);
	}

	@Test
	void whenContextClosesThenApplicationIsToldOfEachPhase() {
		Listening listening = new Listening();
		this.runner.withBean(Listening.class, () -> listening).run((context) -> {
		});
		assertThat(listening.phases).containsExactly(ShutdownPhase.values());
	}

	@Test
	void whenMicrometerIsAbsentThenShutdownWorksWithoutMetersAndObservations() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer")).run((context) -> {
			assertThat(context).hasNotFailed()
				.doesNotHaveBean(ShutdownMetrics.class)
				.doesNotHaveBean(ShutdownObservations.class)
				.hasSingleBean(GracefulShutdownHealthIndicator.class);
			context.close();
			assertThat(context.getSourceApplicationContext().isActive()).isFalse();
		});
	}

	@Test
	void whenHealthIsAbsentThenThereIsNoIndicator() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
					GracefulShutdownAutoConfiguration.class, GracefulShutdownObservabilityAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ShutdownMetrics.class)
				.doesNotHaveBean(GracefulShutdownHealthIndicator.class));
	}

	@Test
	void whenOffThenNothingIsThere() {
		this.runner.withPropertyValues("graceful-shutdown.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ShutdownMetrics.class)
				.doesNotHaveBean(ShutdownObservations.class)
				.doesNotHaveBean(GracefulShutdownHealthIndicator.class));
	}

	@Test
	void whenPhasesRunThenEachIsObservedOnceFromItsBeginningToItsEnd() {
		Observed observed = new Observed();
		this.runner.withBean(Observed.class, () -> observed).run((context) -> {
			GracefulShutdown shutdown = context.getBean(GracefulShutdown.class);
			shutdown.leave("test").join();
			shutdown.rejoin();
			assertThat(context.getBean(ObservationRegistry.class).getCurrentObservation()).isNull();
			assertThat(observed.events).containsExactly("start shutdown announce",
					"stop shutdown announce NOTHING_TO_DO", "start shutdown deregister",
					"stop shutdown deregister NOTHING_TO_DO", "start shutdown settle",
					"stop shutdown settle NOTHING_TO_DO");
		});
		assertThat(observed.events).endsWith("start shutdown cut", "stop shutdown cut NOTHING_TO_DO");
	}

	@Test
	void whenObservationRegistryIsMissingThenNothingIsObserved() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
					GracefulShutdownAutoConfiguration.class, GracefulShutdownObservabilityAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ShutdownObservations.class));
	}

	@Test
	void whenOutOfServiceThenHealthSaysWhereItStandsAndIsUp() {
		this.runner.run((context) -> {
			HealthIndicator indicator = context.getBean("gracefulShutdownHealthIndicator", HealthIndicator.class);
			assertThat(indicator.health()).isEqualTo(Health.up().withDetail("state", ShutdownState.UP).build());
			GracefulShutdown shutdown = context.getBean(GracefulShutdown.class);
			shutdown.leave("test").join();
			Health health = indicator.health();
			assertThat(health).isNotNull();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails().toString()).contains("state=OUT_OF_SERVICE", "trigger=test",
					"ANNOUNCE=NOTHING_TO_DO", "activeRequests=0");
			shutdown.rejoin();
			assertThat(indicator.health()).isEqualTo(Health.up().withDetail("state", ShutdownState.UP).build());
		});
	}

	@Test
	void whenHealthIndicatorIsSwitchedOffThenThereIsNone() {
		this.runner.withPropertyValues("management.health.graceful-shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(GracefulShutdownHealthIndicator.class));
	}

	/**
	 * Has work that never ends.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Hanging {

		@Bean
		ShutdownParticipant hanging(MeterRegistry registry) {
			return new ShutdownParticipant() {

				@Override
				public void onPhase(PhaseContext context) {
					if (context.phase() == ShutdownPhase.CUT) {
						registry.counter("early").increment();
						context.detail("cut");
					}
				}

				@Override
				public Collection<ActiveWork> activeWork() {
					return List.of(new ActiveWork("job", "endless", Duration.ofSeconds(1), null, null, null));
				}

			};
		}

	}

	/**
	 * Counts where applications often do it.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Late {

		@Bean
		DisposableBean late(MeterRegistry registry) {
			return () -> registry.counter("late").increment();
		}

	}

	/**
	 * Listens as an application does.
	 */
	static class Listening {

		private final List<ShutdownPhase> phases = Collections.synchronizedList(new ArrayList<>());

		@EventListener
		void phaseEnded(ShutdownPhaseEvent event) {
			this.phases.add(event.getPhase().phase());
		}

	}

	/**
	 * A registry that pushes, and what it has pushed.
	 */
	private static final class Published extends StepMeterRegistry {

		private final Map<String, Double> values = Collections.synchronizedMap(new TreeMap<>());

		private Published() {
			super(new StepRegistryConfig() {

				@Override
				public String prefix() {
					return "test";
				}

				@Override
				public @Nullable String get(String key) {
					return null;
				}

			}, Clock.SYSTEM);
		}

		@Override
		protected void publish() {
			for (Meter meter : getMeters()) {
				StringBuilder name = new StringBuilder(meter.getId().getName());
				List<String> tags = new ArrayList<>();
				meter.getId().getTags().forEach((tag) -> tags.add(tag.getValue()));
				// phase before outcome
				Collections.reverse(tags);
				tags.forEach((tag) -> name.append(' ').append(tag));
				this.values.put(name.toString(), meter.measure().iterator().next().getValue());
			}
		}

		@Override
		protected TimeUnit getBaseTimeUnit() {
			return TimeUnit.SECONDS;
		}

	}

	/**
	 * What is observed.
	 */
	private static final class Observed implements ObservationHandler<Observation.Context> {

		private final List<String> events = Collections.synchronizedList(new ArrayList<>());

		@Override
		public boolean supportsContext(Observation.Context context) {
			return "graceful.shutdown.step".equals(context.getName());
		}

		@Override
		public void onStart(Observation.Context context) {
			this.events.add("start " + context.getContextualName());
		}

		@Override
		public void onStop(Observation.Context context) {
			this.events.add("stop " + context.getContextualName() + " "
					+ context.getLowCardinalityKeyValue("outcome").getValue());
		}

	}

}
