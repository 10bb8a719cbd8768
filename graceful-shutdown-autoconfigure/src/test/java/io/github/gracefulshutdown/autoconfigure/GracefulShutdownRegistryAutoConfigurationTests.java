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
import java.util.List;
import java.util.Locale;

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import com.alibaba.cloud.nacos.NacosServiceManager;
import com.alibaba.cloud.nacos.registry.NacosAutoServiceRegistration;
import com.alibaba.cloud.nacos.registry.NacosRegistration;
import com.alibaba.cloud.nacos.registry.NacosServiceRegistry;
import com.netflix.discovery.EurekaClient;
import com.netflix.discovery.EurekaClientConfig;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.InstanceConfiguration;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.registry.eureka.EurekaMembership;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationAutoConfiguration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.cloud.commons.util.InetUtils;
import org.springframework.cloud.commons.util.InetUtilsProperties;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.cloud.consul.ConsulAutoConfiguration;
import org.springframework.cloud.consul.ConsulAutoConfiguration.ConsulClientSettings;
import org.springframework.cloud.consul.discovery.ConsulDiscoveryProperties;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoServiceRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulServiceRegistry;
import org.springframework.cloud.netflix.eureka.EurekaClientAutoConfiguration;
import org.springframework.cloud.netflix.eureka.config.DiscoveryClientOptionalArgsConfiguration;
import org.springframework.cloud.zookeeper.discovery.ZookeeperDiscoveryProperties;
import org.springframework.cloud.zookeeper.discovery.ZookeeperInstance;
import org.springframework.cloud.zookeeper.serviceregistry.ServiceInstanceRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperAutoServiceRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperServiceRegistry;
import org.springframework.context.ApplicationContext;
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
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean("eurekaRegistryMembership");
				assertThat(others(context)).hasSize(1);
			});
	}

	@Test
	void whenEurekaIsUsedThenItsOwnMembershipAppliesAndTheGeneralOneDoesNot() {
		this.eureka.run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(EurekaMembership.class);
			assertThat(others(context)).isEmpty();
			assertThat(context.getBean(EurekaMembership.class).isRegistered()).isFalse();
			assertThat(context.getBean(EurekaMembership.class).staleness()).isEqualTo(Duration.ofSeconds(95));
			assertThat(context.getBean(EurekaMembership.class).stalenessSettings())
				.contains("'eureka.server.response-cache-update-interval-ms'")
				.contains("'eureka.client.registry-fetch-interval-seconds'");
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
		this.eureka.withUserConfiguration(OtherRegistry.class).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(EurekaMembership.class);
			assertThat(others(context)).hasSize(1);
		});
	}

	@Test
	void whenConsulZookeeperOrNacosAreAbsentThenAnotherRegistryIsLeft() {
		this.other
			.withClassLoader(new FilteredClassLoader("org.springframework.cloud.consul",
					"org.springframework.cloud.zookeeper", "org.apache.curator", "com.alibaba"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(others(context)).hasSize(1);
			});
	}

	/**
	 * Without the clients' own listeners, so that nothing connects to a server.
	 */
	@ParameterizedTest
	@ValueSource(classes = { ConsulBeans.class, ZookeeperBeans.class, NacosBeans.class })
	void whenARegistryHasAnImplementationOfItsOwnThenThatAppliesAndTheGeneralOneDoesNot(Class<?> beans) {
		String name = beans.getSimpleName().replace("Beans", "").toLowerCase(Locale.ROOT);
		ApplicationContextRunner runner = this.runner.withUserConfiguration(beans);
		runner.run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(RegistryMembership.class);
			assertThat(context.getBean(name + "RegistryMembership", RegistryMembership.class).name()).isEqualTo(name);
			assertThat(others(context)).isEmpty();
			assertThat(context.getBeansOfType(InstanceConfiguration.class)).hasSize(name.equals("nacos") ? 1 : 0);
		});
		RegistryMembership own = mock(RegistryMembership.class);
		runner.withBean(name + "RegistryMembership", RegistryMembership.class, () -> own)
			.run((context) -> assertThat(context.getBean(RegistryMembership.class)).isSameAs(own));
		runner.withPropertyValues("graceful-shutdown.registry.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(RegistryMembership.class));
	}

	@Test
	void whenThereAreSeveralRegistriesThenEachIsLeftByTheRegistrationThatItTakes() {
		FirstServiceRegistry first = new FirstServiceRegistry();
		SecondServiceRegistry second = new SecondServiceRegistry();
		this.runner.withBean(FirstServiceRegistry.class, () -> first)
			.withBean(SecondServiceRegistry.class, () -> second)
			.withBean(FirstRegistration.class)
			.withBean(SecondRegistration.class)
			.run((context) -> {
				assertThat(others(context)).extracting(RegistryMembership::name)
					.containsExactlyInAnyOrder("first", "second");
				for (RegistryMembership membership : others(context)) {
					membership.leave();
				}
				assertThat(first.left).containsExactly(context.getBean(FirstRegistration.class));
				assertThat(second.left).containsExactly(context.getBean(SecondRegistration.class));
			});
	}

	@Test
	void whenAnInstanceIsRegisteredAgainAfterItHasLeftThenItLeavesAgain() {
		FirstServiceRegistry first = new FirstServiceRegistry();
		this.runner.withBean(FirstServiceRegistry.class, () -> first)
			.withBean(FirstRegistration.class)
			.run((context) -> {
				context.publishEvent(new InstanceRegisteredEvent<>(this, "configuration"));
				assertThat(first.left).isEmpty();
				others(context).get(0).leave();
				context.publishEvent(new InstanceRegisteredEvent<>(this, "configuration"));
				assertThat(first.left).hasSize(2);
			});
	}

	@Test
	void whenItCannotLeaveOneRegistryAgainThenItLeavesTheOthersAndAWarningSaysSo(CapturedOutput output) {
		FirstServiceRegistry first = new FirstServiceRegistry();
		SecondServiceRegistry second = new SecondServiceRegistry();
		this.runner.withBean(FirstServiceRegistry.class, () -> first)
			.withBean(SecondServiceRegistry.class, () -> second)
			.withBean(FirstRegistration.class)
			.withBean(SecondRegistration.class)
			.run((context) -> {
				for (RegistryMembership membership : others(context)) {
					membership.leave();
				}
				first.refuses = true;
				second.refuses = true;
				context.publishEvent(new InstanceRegisteredEvent<>(this, "configuration"));
				assertThat(first.left).hasSize(2);
				assertThat(second.left).hasSize(2);
			});
		assertThat(output).contains("The instance may be back in first").contains("The instance may be back in second");
	}

	@Test
	void whenItCannotBeToldWhichRegistryHasARegistrationThenNoneIsLeftAndAWarningSaysSo(CapturedOutput output) {
		this.other.withBean("second", ServiceRegistry.class, () -> mock(ServiceRegistry.class))
			.run((context) -> assertThat(others(context)).isEmpty());
		assertThat(output).contains("any of 2 service registries may have it");
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
			.run((context) -> assertThat(context).doesNotHaveBean(OtherServiceRegistries.class));
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

	private static List<? extends RegistryMembership> others(ApplicationContext context) {
		return context.getBean(OtherServiceRegistries.class).memberships();
	}

	@Configuration(proxyBeanMethods = false)
	static class ConsulBeans {

		@Bean
		ConsulAutoServiceRegistration consulAutoServiceRegistration() {
			return mock(ConsulAutoServiceRegistration.class);
		}

		@Bean
		ConsulAutoRegistration consulRegistration() {
			return mock(ConsulAutoRegistration.class);
		}

		@Bean
		ConsulServiceRegistry consulServiceRegistry() {
			return mock(ConsulServiceRegistry.class);
		}

		@Bean
		ConsulDiscoveryProperties consulDiscoveryProperties() {
			return new ConsulDiscoveryProperties(new InetUtils(new InetUtilsProperties()));
		}

		@Bean
		ConsulClientSettings consulClientSettings() {
			return ConsulAutoConfiguration.createConsulClientSettings("http://127.0.0.1:8500", null);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ZookeeperBeans {

		@Bean
		ZookeeperAutoServiceRegistration zookeeperAutoServiceRegistration() {
			return mock(ZookeeperAutoServiceRegistration.class);
		}

		@Bean
		ZookeeperRegistration zookeeperRegistration() {
			return mock(ServiceInstanceRegistration.class);
		}

		@Bean
		ZookeeperServiceRegistry zookeeperServiceRegistry() {
			return mock(ZookeeperServiceRegistry.class);
		}

		@Bean
		ZookeeperDiscoveryProperties zookeeperDiscoveryProperties() {
			return new ZookeeperDiscoveryProperties(new InetUtils(new InetUtilsProperties()));
		}

		@Bean
		@SuppressWarnings("unchecked")
		ServiceDiscovery<ZookeeperInstance> serviceDiscovery() {
			return mock(ServiceDiscovery.class);
		}

		@Bean
		CuratorFramework curator() {
			return mock(CuratorFramework.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NacosBeans {

		@Bean
		NacosAutoServiceRegistration nacosAutoServiceRegistration() {
			return mock(NacosAutoServiceRegistration.class);
		}

		@Bean
		NacosRegistration nacosRegistration() {
			return mock(NacosRegistration.class);
		}

		@Bean
		NacosServiceRegistry nacosServiceRegistry() {
			return mock(NacosServiceRegistry.class);
		}

		@Bean
		NacosServiceManager nacosServiceManager() {
			return mock(NacosServiceManager.class);
		}

		@Bean
		static BeanFactoryPostProcessor nacosDiscoveryProperties() {
			// as a singleton, whose fields are not injected
			return (beanFactory) -> beanFactory.registerSingleton("properties", mock(NacosDiscoveryProperties.class));
		}

	}

	abstract static class RecordingRegistry<R extends Registration> implements ServiceRegistry<R> {

		final List<R> left = new ArrayList<>();

		boolean refuses;

		@Override
		public void register(R registration) {
		}

		@Override
		public void deregister(R registration) {
			this.left.add(registration);
			if (this.refuses) {
				throw new IllegalStateException();
			}
		}

		@Override
		public void close() {
		}

		@Override
		public void setStatus(R registration, String status) {
		}

		@Override
		@SuppressWarnings("TypeParameterUnusedInFormals")
		public <T> T getStatus(R registration) {
			return null;
		}

	}

	static class FirstServiceRegistry extends RecordingRegistry<FirstRegistration> {

	}

	static class SecondServiceRegistry extends RecordingRegistry<SecondRegistration> {

	}

	static class FirstRegistration extends DefaultServiceInstance implements Registration {

		FirstRegistration() {
			super("pay-1", "pay", "localhost", 8080, false);
		}

	}

	static class SecondRegistration extends DefaultServiceInstance implements Registration {

		SecondRegistration() {
			super("pay-1", "pay", "localhost", 8080, false);
		}

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
