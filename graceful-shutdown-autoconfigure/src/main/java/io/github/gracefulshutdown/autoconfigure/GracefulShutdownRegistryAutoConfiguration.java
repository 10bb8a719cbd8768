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

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import com.alibaba.cloud.nacos.NacosServiceManager;
import com.alibaba.cloud.nacos.registry.NacosAutoServiceRegistration;
import com.alibaba.cloud.nacos.registry.NacosRegistration;
import com.netflix.discovery.EurekaClientConfig;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.InstanceConfiguration;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.registry.consul.ConsulMembership;
import io.github.gracefulshutdown.registry.eureka.EurekaMembership;
import io.github.gracefulshutdown.registry.nacos.NacosInstanceMetadata;
import io.github.gracefulshutdown.registry.nacos.NacosMembership;
import io.github.gracefulshutdown.registry.zookeeper.ZookeeperMembership;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.x.discovery.ServiceDiscovery;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.cloud.consul.ConsulAutoConfiguration.ConsulClientSettings;
import org.springframework.cloud.consul.discovery.ConsulDiscoveryProperties;
import org.springframework.cloud.consul.discovery.TtlScheduler;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoServiceRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaAutoServiceRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaServiceRegistry;
import org.springframework.cloud.zookeeper.discovery.ZookeeperDiscoveryProperties;
import org.springframework.cloud.zookeeper.discovery.ZookeeperInstance;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperAutoServiceRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperServiceRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for leaving service registries. A bean of type
 * {@link RegistryMembership} takes part; one that is named
 * {@code eurekaRegistryMembership}, {@code consulRegistryMembership},
 * {@code zookeeperRegistryMembership}, {@code nacosRegistryMembership} or
 * {@code serviceRegistryMembership} does so instead of the one that is configured here.
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
			ObjectProvider<OtherServiceRegistries> others, ObjectProvider<InstanceConfiguration> configurations,
			GracefulShutdownProperties properties) {
		GracefulShutdownProperties.Registry registry = properties.getRegistry();
		List<RegistryMembership> all = new ArrayList<>(memberships.orderedStream().toList());
		others.ifAvailable((registries) -> all.addAll(registries.memberships()));
		return new DeregistrationParticipant(all, configurations.orderedStream().toList(), registry.getConfirmTimeout(),
				registry.getHold(), registry.isEvict());
	}

	/**
	 * Return how long the load balancers of callers keep an address. Their configuration
	 * is not known here; services that call each other tend to share theirs.
	 * @param environment the environment of this application
	 * @return the time
	 */
	static Duration loadBalancerCacheTtl(Environment environment) {
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
	 * Consul.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConsulAutoServiceRegistration.class)
	@ConditionalOnBean({ ConsulAutoServiceRegistration.class, ConsulAutoRegistration.class })
	static class ConsulConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "consulRegistryMembership")
		ConsulMembership consulRegistryMembership(ConsulAutoServiceRegistration autoRegistration,
				ConsulAutoRegistration registration, ConsulDiscoveryProperties properties,
				ObjectProvider<TtlScheduler> heartbeats, ConsulClientSettings settings, Environment environment) {
			return new ConsulMembership(autoRegistration, registration, properties, heartbeats.getIfAvailable(),
					settings, loadBalancerCacheTtl(environment));
		}

	}

	/**
	 * ZooKeeper.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ZookeeperAutoServiceRegistration.class)
	@ConditionalOnBean({ ZookeeperAutoServiceRegistration.class, ZookeeperRegistration.class })
	static class ZookeeperConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "zookeeperRegistryMembership")
		ZookeeperMembership zookeeperRegistryMembership(ZookeeperServiceRegistry registry,
				ZookeeperRegistration registration, ZookeeperAutoServiceRegistration autoRegistration,
				ServiceDiscovery<ZookeeperInstance> discovery, CuratorFramework curator,
				ZookeeperDiscoveryProperties properties, Environment environment) {
			return new ZookeeperMembership(registry, registration, autoRegistration, discovery, curator, properties,
					loadBalancerCacheTtl(environment));
		}

	}

	/**
	 * Nacos.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(NacosAutoServiceRegistration.class)
	@ConditionalOnBean({ NacosAutoServiceRegistration.class, NacosRegistration.class, NacosServiceManager.class })
	static class NacosConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "nacosRegistryMembership")
		NacosMembership nacosRegistryMembership(NacosServiceManager serviceManager, NacosDiscoveryProperties properties,
				NacosRegistration registration, NacosAutoServiceRegistration autoRegistration,
				Environment environment) {
			return new NacosMembership(serviceManager, properties, registration, autoRegistration,
					loadBalancerCacheTtl(environment), ShutdownClock.system());
		}

		@Bean
		@ConditionalOnBean(NacosMembership.class)
		@ConditionalOnMissingBean(name = "nacosInstanceMetadata")
		NacosInstanceMetadata nacosInstanceMetadata(NacosMembership membership) {
			return new NacosInstanceMetadata(membership);
		}

	}

	/**
	 * Any other registry that Spring Cloud supports.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ServiceRegistry.class)
	static class ServiceRegistryConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "serviceRegistryMembership")
		OtherServiceRegistries otherServiceRegistries(ObjectProvider<ServiceRegistry<?>> registries,
				ObjectProvider<Registration> registrations,
				ObjectProvider<AbstractAutoServiceRegistration<?>> autoRegistrations,
				ObjectProvider<DiscoveryClient> discoveryClients, Environment environment) {
			return new OtherServiceRegistries(registries.orderedStream(), registrations.orderedStream(),
					autoRegistrations.orderedStream(), discoveryClients.orderedStream().toList(),
					loadBalancerCacheTtl(environment));
		}

	}

}
