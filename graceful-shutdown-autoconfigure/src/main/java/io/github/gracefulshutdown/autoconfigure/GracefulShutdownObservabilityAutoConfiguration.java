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

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.actuate.GracefulShutdownHealthIndicator;
import io.github.gracefulshutdown.actuate.ShutdownMetrics;
import io.github.gracefulshutdown.actuate.ShutdownObservations;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of what the Actuator and Micrometer show of
 * {@link GracefulShutdown}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = { "io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration",
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@ConditionalOnBean(GracefulShutdown.class)
public final class GracefulShutdownObservabilityAutoConfiguration {

	/**
	 * Meters.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	static class MetricsConfiguration {

		@Bean
		ShutdownMetrics gracefulShutdownMetrics(ObjectProvider<GracefulShutdown> shutdown) {
			// which tells the meters, and so is made after them
			return new ShutdownMetrics(() -> shutdown.getObject().report(), () -> shutdown.getObject().activeWork());
		}

		/**
		 * Observations measure the phases a second time, and less exactly.
		 */
		@Bean
		static MeterFilter gracefulShutdownMeterFilter() {
			return MeterFilter.denyNameStartsWith("graceful.shutdown.step");
		}

	}

	/**
	 * Observations.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ObservationRegistry.class)
	@ConditionalOnBean(ObservationRegistry.class)
	static class ObservationConfiguration {

		@Bean
		ShutdownObservations gracefulShutdownObservations(ObservationRegistry registry) {
			return new ShutdownObservations(registry);
		}

	}

	/**
	 * Health.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
	static class HealthConfiguration {

		@Bean
		@ConditionalOnEnabledHealthIndicator("gracefulshutdown")
		@ConditionalOnMissingBean(name = "gracefulShutdownHealthIndicator")
		GracefulShutdownHealthIndicator gracefulShutdownHealthIndicator(ObjectProvider<GracefulShutdown> shutdown) {
			return new GracefulShutdownHealthIndicator(() -> shutdown.getObject().report());
		}

	}

}
