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

import java.util.List;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OrderedParticipants}.
 */
class OrderedParticipantsTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
				GracefulShutdownAutoConfiguration.class))
		.withUserConfiguration(ParticipantsConfiguration.class);

	@Test
	void whenOrderIsOnTheBeanMethodTheClassOrTheInstanceThenItCounts() {
		this.contextRunner.run((context) -> {
			List<Integer> orders = List.copyOf(OrderedParticipants.of(context.getBeanFactory()).keySet());
			assertThat(orders).containsExactly(-7, 0, 5, 9);
			assertThat(OrderedParticipants.of(context.getBeanFactory()).get(0)).extracting(ShutdownParticipant::name)
				.contains("unordered", "settle");
		});
	}

	@Test
	void whenContextClosesThenLambdasAreToldInTheirOrder() {
		this.contextRunner.run((context) -> {
			GracefulShutdown shutdown = context.getBean(GracefulShutdown.class);
			context.close();
			assertThat(shutdown.report().phases()).filteredOn((phase) -> phase.phase() == ShutdownPhase.CLOSE)
				.flatExtracting(ShutdownReport.Phase::detail)
				.containsExactly("bean method", "instance", "class");
		});
	}

	@Test
	void whenParticipantIsABeanOfTheParentThenItTakesPart() {
		this.contextRunner.run((parent) -> new ApplicationContextRunner().withParent(parent)
			.run((context) -> assertThat(OrderedParticipants.of(context.getBeanFactory())).containsKey(9)));
	}

	@Test
	void whenParticipantNeedsWhatNeedsItThenThatIsNotHidden() {
		this.contextRunner.withUserConfiguration(CircleConfiguration.class)
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(BeanCurrentlyInCreationException.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class CircleConfiguration {

		@Bean
		ShutdownParticipant circle(GracefulShutdown shutdown) {
			return (context) -> context.detail(shutdown.report().state().name());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ParticipantsConfiguration {

		@Bean
		@Order(-7)
		ShutdownParticipant beanMethod() {
			return tell("bean method");
		}

		@Bean
		OnClass onClass() {
			return new OnClass();
		}

		@Bean
		OnInstance onInstance() {
			return new OnInstance();
		}

		@Bean
		ShutdownParticipant unordered() {
			return (context) -> {
			};
		}

	}

	static ShutdownParticipant tell(String what) {
		return (context) -> append(context, what);
	}

	private static void append(PhaseContext context, String what) {
		if (context.phase() == ShutdownPhase.CLOSE) {
			context.detail(what);
		}
	}

	@Order(9)
	static class OnClass implements ShutdownParticipant {

		@Override
		public void onPhase(PhaseContext context) {
			append(context, "class");
		}

	}

	static class OnInstance implements ShutdownParticipant, Ordered {

		@Override
		public void onPhase(PhaseContext context) {
			append(context, "instance");
		}

		@Override
		public int getOrder() {
			return 5;
		}

	}

}
