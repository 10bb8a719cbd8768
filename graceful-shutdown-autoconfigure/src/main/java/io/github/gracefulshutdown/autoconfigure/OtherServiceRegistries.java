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
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.registry.commons.ServiceRegistryMembership;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.ApplicationListener;
import org.springframework.core.ResolvableType;

/**
 * The Spring Cloud registries that have no implementation of their own here. Each
 * registration belongs to the one registry whose type takes it.
 */
class OtherServiceRegistries implements ApplicationListener<InstanceRegisteredEvent<?>> {

	private static final Log logger = LogFactory.getLog(OtherServiceRegistries.class);

	/**
	 * Packages of the registries that have one.
	 */
	private static final List<String> KNOWN = List.of("org.springframework.cloud.netflix.eureka.",
			"org.springframework.cloud.consul.", "org.springframework.cloud.zookeeper.", "com.alibaba.cloud.nacos.");

	private final List<ServiceRegistryMembership<?>> memberships = new ArrayList<>();

	OtherServiceRegistries(Stream<ServiceRegistry<?>> registries, Stream<Registration> registrations,
			Stream<AbstractAutoServiceRegistration<?>> autoRegistrations,
			Collection<? extends DiscoveryClient> discoveryClients, Duration loadBalancerCacheTtl) {
		List<ServiceRegistry<?>> otherRegistries = others(registries);
		List<AbstractAutoServiceRegistration<?>> otherAutoRegistrations = others(autoRegistrations);
		for (Registration registration : others(registrations)) {
			List<ServiceRegistry<?>> takers = takers(otherRegistries, ServiceRegistry.class, registration);
			if (takers.size() == 1) {
				List<AbstractAutoServiceRegistration<?>> owners = takers(otherAutoRegistrations,
						AbstractAutoServiceRegistration.class, registration);
				this.memberships.add(membership(takers.get(0), registration,
						(owners.size() == 1) ? owners.get(0) : null, discoveryClients, loadBalancerCacheTtl));
			}
			else if (!takers.isEmpty()) {
				logger.warn(
						"The instance does not leave %s: any of %d service registries may have it; define a bean of type %s"
							.formatted(registration, takers.size(), RegistryMembership.class.getName()));
			}
		}
	}

	List<? extends RegistryMembership> memberships() {
		return this.memberships;
	}

	@Override
	public void onApplicationEvent(InstanceRegisteredEvent<?> event) {
		for (ServiceRegistryMembership<?> membership : this.memberships) {
			try {
				membership.stayOut();
			}
			catch (RuntimeException ex) {
				// neither the other registries nor whoever has registered can help it
				logger.warn("The instance may be back in %s".formatted(membership.name()), ex);
			}
		}
	}

	@SuppressWarnings("unchecked")
	private static <R extends Registration> ServiceRegistryMembership<R> membership(ServiceRegistry<?> registry,
			R registration, @Nullable AbstractAutoServiceRegistration<?> autoRegistration,
			Collection<? extends DiscoveryClient> discoveryClients, Duration staleness) {
		return new ServiceRegistryMembership<>(name(registry), (ServiceRegistry<R>) registry, registration,
				autoRegistration, discoveryClients, staleness);
	}

	private static <T> List<T> others(Stream<T> beans) {
		return beans.filter((bean) -> KNOWN.stream().noneMatch(bean.getClass().getName()::startsWith)).toList();
	}

	private static <T> List<T> takers(List<T> beans, Class<?> type, Registration registration) {
		return beans.stream()
			.filter((bean) -> ResolvableType.forClass(bean.getClass())
				.as(type)
				.getGeneric(0)
				.toClass()
				.isInstance(registration))
			.toList();
	}

	private static String name(ServiceRegistry<?> registry) {
		String name = registry.getClass().getSimpleName().replaceAll("(Auto)?ServiceRegistry.*|\\$.*", "");
		return name.isEmpty() ? "service-registry" : name.toLowerCase(Locale.ROOT);
	}

}
