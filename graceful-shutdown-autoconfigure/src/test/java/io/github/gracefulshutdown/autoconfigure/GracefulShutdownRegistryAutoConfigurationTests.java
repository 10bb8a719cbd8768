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

import com.netflix.discovery.EurekaClient;
import com.netflix.discovery.EurekaClientConfig;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.registry.commons.ServiceRegistryMembership;
import io.github.gracefulshutdown.registry.eureka.EurekaMembership;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationAutoConfiguration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.cloud.netflix.eureka.EurekaClientAutoConfiguration;
import org.springframework.cloud.netflix.eureka.config.DiscoveryClientOptionalArgsConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link GracefulShutdownRegistryAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class GracefulShutdownRegistryAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GracefulShutdownRegistryAutoConfiguration.class));

	private final ApplicationContextRunner eureka = this.runner
		.withConfiguration(AutoConfigurations.of(UtilAutoConfiguration.class, RefreshAutoConfiguration.class,
				AutoServiceRegistrationAutoConfiguration.class, DiscoveryClientOptionalArgsConfiguration.class,
				EurekaClientAutoConfiguration.class))
		.withPropertyValues("eureka.client.enabled=true", "eureka.client.jersey.enabled=false",
				"eureka.client.register-with-eureka=false", "eureka.client.fetch-registry=false");

	private final ApplicationContextRunner other = this.runner.withUserConfiguration(OtherRegistry.class);

	@Test
	void whenThereIsNoRegistryThenThereIsNothingToLeave() {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(RegistryMembership.class);
			assertThat(context.getBean(DeregistrationParticipant.class).isMember()).isFalse();
		});
	}

	@Test
	void whenSpringCloudIsAbsentThenThereIsNothingToLeave() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.cloud", "com.netflix"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(RegistryMembership.class)
				.hasSingleBean(DeregistrationParticipant.class));
	}

	@Test
	void whenEurekaIsAbsentThenAnotherRegistryIsLeft() {
		this.other.withClassLoader(new FilteredClassLoader("org.springframework.cloud.netflix", "com.netflix"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ServiceRegistryMembership.class)
				.doesNotHaveBean("eurekaRegistryMembership"));
	}

	@Test
	void whenEurekaIsUsedThenItsOwnMembershipAppliesAndTheGeneralOneDoesNot() {
		this.eureka.run((context) -> {
			assertThat(context).hasNotFailed()
				.hasSingleBean(EurekaMembership.class)
				.doesNotHaveBean(ServiceRegistryMembership.class);
			assertThat(context.getBean(EurekaMembership.class).isRegistered()).isFalse();
			assertThat(context.getBean(EurekaMembership.class).staleness()).isEqualTo(Duration.ofSeconds(95));
		});
	}

	@Test
	void whenEurekaIsSwitchedOffThenThereIsNothingToLeave() {
		this.eureka.withPropertyValues("eureka.client.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(EurekaClient.class)
				.doesNotHaveBean(RegistryMembership.class));
	}

	@Test
	void whenEurekaAndAnotherRegistryAreUsedThenBothAreLeft() {
		this.eureka.withUserConfiguration(OtherRegistry.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(EurekaMembership.class)
				.hasSingleBean(ServiceRegistryMembership.class));
	}

	@Test
	void whenItCannotBeToldWhichRegistrationBelongsToWhichRegistryThenNoneIsLeftAndAWarningSaysSo(
			CapturedOutput output) {
		this.other.withBean("second", Registration.class, () -> mock(Registration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RegistryMembership.class));
		assertThat(output).contains("The instance leaves none of its");
	}

	@Test
	void whenLoadBalancersDoNotCacheThenTheyAddNothing() {
		this.eureka.withPropertyValues("spring.cloud.loadbalancer.cache.enabled=false")
			.run((context) -> assertThat(context.getBean(EurekaMembership.class).staleness())
				.isEqualTo(Duration.ofSeconds(60)));
		this.other.withPropertyValues("spring.cloud.loadbalancer.cache.ttl=7s")
			.run((context) -> assertThat(context.getBean(DeregistrationParticipant.class).staleness())
				.isEqualTo(Duration.ofSeconds(7)));
	}

	@Test
	void whenAMembershipOfTheSameNameIsDefinedThenOursBacksOff() {
		this.eureka.withBean("eurekaRegistryMembership", RegistryMembership.class, () -> mock(RegistryMembership.class))
			.run((context) -> assertThat(context).doesNotHaveBean(EurekaMembership.class));
		this.other.withBean("serviceRegistryMembership", RegistryMembership.class, () -> mock(RegistryMembership.class))
			.run((context) -> assertThat(context).doesNotHaveBean(ServiceRegistryMembership.class));
	}

	@Test
	void whenAMembershipIsDefinedThenItTakesPart() {
		RegistryMembership membership = mock(RegistryMembership.class);
		given(membership.isRegistered()).willReturn(true);
		given(membership.staleness()).willReturn(Duration.ofSeconds(3));
		this.runner.withBean(RegistryMembership.class, () -> membership)
			.run((context) -> assertThat(context.getBean(DeregistrationParticipant.class).staleness())
				.isEqualTo(Duration.ofSeconds(3)));
	}

	@Test
	void whenSwitchedOffThenThereIsNothing() {
		this.eureka.withPropertyValues("graceful-shutdown.registry.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(EurekaClientConfig.class)
				.doesNotHaveBean(RegistryMembership.class)
				.doesNotHaveBean(DeregistrationParticipant.class));
		this.eureka.withPropertyValues("graceful-shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(DeregistrationParticipant.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class OtherRegistry {

		@Bean
		@SuppressWarnings("unchecked")
		ServiceRegistry<Registration> otherServiceRegistry() {
			return mock(ServiceRegistry.class);
		}

		@Bean
		Registration otherRegistration() {
			return mock(Registration.class);
		}

		@Bean
		DiscoveryClient otherDiscoveryClient() {
			return mock(DiscoveryClient.class);
		}

	}

}
