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
import java.util.Locale;
import java.util.Objects;

import com.netflix.discovery.EurekaClientConfig;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.InstanceConfiguration;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.registry.commons.ServiceRegistryMembership;
import io.github.gracefulshutdown.registry.eureka.EurekaMembership;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaAutoServiceRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaServiceRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Auto-configuration for leaving service registries. A bean of type
 * {@link RegistryMembership} takes part; one that is named
 * {@code eurekaRegistryMembership} or {@code serviceRegistryMembership} does so instead
 * of the one that is configured here.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = { "org.springframework.cloud.netflix.eureka.EurekaClientAutoConfiguration",
		"org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationAutoConfiguration",
		"org.springframework.cloud.client.serviceregistry.ServiceRegistryAutoConfiguration",
		"org.springframework.cloud.consul.serviceregistry.ConsulAutoServiceRegistrationAutoConfiguration",
		"org.springframework.cloud.zookeeper.serviceregistry.ZookeeperAutoServiceRegistrationAutoConfiguration",
		"com.alibaba.cloud.nacos.registry.NacosServiceRegistryAutoConfiguration" })
@ConditionalOnBooleanProperty(name = { "graceful-shutdown.enabled", "graceful-shutdown.registry.enabled" },
		matchIfMissing = true)
@EnableConfigurationProperties(GracefulShutdownProperties.class)
public final class GracefulShutdownRegistryAutoConfiguration {

	GracefulShutdownRegistryAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	DeregistrationParticipant deregistrationParticipant(ObjectProvider<RegistryMembership> memberships,
			ObjectProvider<InstanceConfiguration> configurations, GracefulShutdownProperties properties) {
		GracefulShutdownProperties.Registry registry = properties.getRegistry();
		return new DeregistrationParticipant(memberships.orderedStream().toList(),
				configurations.orderedStream().toList(), registry.getConfirmTimeout(), registry.getHold(),
				registry.isEvict());
	}

	/**
	 * Return how long the load balancers of callers keep an address. Their configuration
	 * is not known here; services that call each other tend to share theirs.
	 * @param environment the environment of this application
	 * @return the time
	 */
	private static Duration loadBalancerCacheTtl(Environment environment) {
		Binder binder = Binder.get(environment);
		return binder.bind("spring.cloud.loadbalancer.cache.enabled", Boolean.class).orElse(true)
				? binder.bind("spring.cloud.loadbalancer.cache.ttl", Duration.class).orElse(Duration.ofSeconds(35))
				: Duration.ZERO;
	}

	/**
	 * Eureka.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ EurekaServiceRegistry.class, EurekaClientConfig.class })
	@ConditionalOnBean({ EurekaServiceRegistry.class, EurekaRegistration.class, EurekaAutoServiceRegistration.class,
			TransportClientFactories.class })
	static class EurekaConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "eurekaRegistryMembership")
		EurekaMembership eurekaRegistryMembership(EurekaServiceRegistry registry, EurekaRegistration registration,
				EurekaAutoServiceRegistration autoRegistration, EurekaClientConfig config,
				TransportClientFactories<?> transport, Environment environment) {
			return new EurekaMembership(registry, registration, autoRegistration, config, transport,
					loadBalancerCacheTtl(environment));
		}

	}

	/**
	 * Any other registry that Spring Cloud supports.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ServiceRegistry.class)
	@Conditional(OnOtherServiceRegistryCondition.class)
	static class ServiceRegistryConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "serviceRegistryMembership")
		@SuppressWarnings({ "unchecked", "rawtypes" })
		ServiceRegistryMembership<?> serviceRegistryMembership(ObjectProvider<ServiceRegistry<?>> registries,
				ObjectProvider<Registration> registrations,
				ObjectProvider<AbstractAutoServiceRegistration<?>> autoRegistrations,
				ObjectProvider<DiscoveryClient> discoveryClients, Environment environment) {
			ServiceRegistry registry = registries.orderedStream()
				.filter(OnOtherServiceRegistryCondition::isOther)
				.findFirst()
				.orElseThrow();
			Registration registration = registrations.orderedStream()
				.filter(OnOtherServiceRegistryCondition::isOther)
				.findFirst()
				.orElseThrow();
			return new ServiceRegistryMembership<>(name(registry), registry, registration,
					autoRegistrations.getIfUnique(), discoveryClients.orderedStream().toList(),
					loadBalancerCacheTtl(environment));
		}

		private static String name(ServiceRegistry<?> registry) {
			String name = registry.getClass().getSimpleName().replaceAll("(Auto)?ServiceRegistry.*|\\$.*", "");
			return name.isEmpty() ? "service-registry" : name.toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * Matches where there is a registry that has no implementation of its own.
	 */
	static class OnOtherServiceRegistryCondition extends SpringBootCondition implements ConfigurationCondition {

		private static final Log logger = LogFactory.getLog(GracefulShutdownRegistryAutoConfiguration.class);

		private static final String EUREKA = "org.springframework.cloud.netflix.eureka.";

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("Other ServiceRegistry");
			int registries = count(context, ServiceRegistry.class);
			int registrations = count(context, Registration.class);
			if (registries > 1 || registrations > 1) {
				// which registration belongs to which registry cannot be told
				logger.warn(
						"The instance leaves none of its %d Spring Cloud service registries; define a bean of type %s for each"
							.formatted(registries, RegistryMembership.class.getName()));
			}
			boolean matches = registries == 1 && registrations == 1;
			return new ConditionOutcome(matches,
					message.because("there are %d, with %d registrations".formatted(registries, registrations)));
		}

		private static int count(ConditionContext context, Class<?> type) {
			ConfigurableListableBeanFactory beanFactory = Objects.requireNonNull(context.getBeanFactory());
			int count = 0;
			for (String name : beanFactory.getBeanNamesForType(type, true, false)) {
				// what has a scope is there twice, and only its target says what it is
				String target = ScopedProxyUtils.getTargetBeanName(name);
				Class<?> beanType = beanFactory.getType(beanFactory.containsBean(target) ? target : name, false);
				if (beanType != null && !beanType.getName().startsWith(EUREKA)
						&& !ScopedProxyUtils.isScopedTarget(name)) {
					count++;
				}
			}
			return count;
		}

		static boolean isOther(Object bean) {
			return !bean.getClass().getName().startsWith(EUREKA);
		}

	}

}
