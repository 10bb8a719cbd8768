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

package io.github.gracefulshutdown.registry.commons;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryMembership;
import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClient;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClient;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;

/**
 * Membership in whatever registry stands behind a Spring Cloud {@link ServiceRegistry}.
 * <p>
 * An instance that Spring Cloud has registered leaves the way Spring Cloud itself would
 * later, complete with callbacks and the management registration, after which there is
 * nothing left to deregister when the context closes. An instance that the application
 * has registered itself is deregistered.
 * <p>
 * {@link ServiceRegistry#getStatus} does not say whether callers find an instance, so the
 * {@link DiscoveryClient}s are asked. One of them that never listed the instance cannot
 * tell that it is gone. Thread-safe.
 *
 * @param <R> the registration of the registry
 * @since 0.1.0
 */
public final class ServiceRegistryMembership<R extends Registration> implements RegistryMembership {

	private final String name;

	private final ServiceRegistry<R> registry;

	private final R registration;

	private final @Nullable AbstractAutoServiceRegistration<?> autoRegistration;

	private final List<DiscoveryClient> discoveryClients;

	private final Set<DiscoveryClient> listedBy = ConcurrentHashMap.newKeySet();

	private final Duration staleness;

	/**
	 * Held while the registry is asked, so that waiting for it has to be interruptible.
	 */
	private final Lock lock = new ReentrantLock();

	private volatile boolean out;

	private volatile boolean rejoining;

	/**
	 * Make a membership.
	 * @param name the name of the registry
	 * @param registry the registry
	 * @param registration the registration of this instance
	 * @param autoRegistration what has registered it, or {@code null} if that was the
	 * application itself
	 * @param discoveryClients where callers would look it up; composite ones, and those
	 * that read from properties, are not asked
	 * @param staleness how long callers keep an address after that
	 */
	public ServiceRegistryMembership(String name, ServiceRegistry<R> registry, R registration,
			@Nullable AbstractAutoServiceRegistration<?> autoRegistration,
			Collection<? extends DiscoveryClient> discoveryClients, Duration staleness) {
		this.name = name;
		this.registry = registry;
		this.registration = registration;
		this.autoRegistration = autoRegistration;
		this.discoveryClients = discoveryClients.stream()
			.filter((
					client) -> !(client instanceof CompositeDiscoveryClient || client instanceof SimpleDiscoveryClient))
			.<DiscoveryClient>map((client) -> client)
			.toList();
		this.staleness = staleness;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public boolean isRegistered() {
		return this.out || this.autoRegistration == null || this.autoRegistration.isRunning();
	}

	@Override
	public void leave() throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			doLeave();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void doLeave() {
		if (!this.out) {
			for (DiscoveryClient client : this.discoveryClients) {
				try {
					lists(client);
				}
				catch (RuntimeException ex) {
					// it cannot confirm anything, which is no reason to stay
				}
			}
		}
		boolean again = this.out;
		this.out = true;
		if (this.autoRegistration != null && this.autoRegistration.isRunning()) {
			this.autoRegistration.stop();
		}
		else if (this.autoRegistration == null || again) {
			this.registry.deregister(this.registration);
		}
	}

	/**
	 * Leave again, if this instance has left and something has registered it since. Does
	 * nothing otherwise, and waits for no other call.
	 */
	public void stayOut() {
		if (this.out && !this.rejoining) {
			this.registry.deregister(this.registration);
		}
	}

	@Override
	public boolean isConfirmable() {
		return !this.discoveryClients.isEmpty();
	}

	@Override
	public Presence presence() {
		Presence presence = Presence.UNKNOWN;
		for (DiscoveryClient client : this.discoveryClients) {
			if (lists(client)) {
				return Presence.PRESENT;
			}
			if (this.listedBy.contains(client)) {
				presence = Presence.ABSENT;
			}
		}
		return presence;
	}

	@Override
	public void rejoin() throws InterruptedException {
		this.lock.lockInterruptibly();
		this.rejoining = true;
		try {
			if (this.autoRegistration != null) {
				this.autoRegistration.start();
			}
			else {
				this.registry.register(this.registration);
			}
			this.out = false;
		}
		finally {
			this.rejoining = false;
			this.lock.unlock();
		}
	}

	@Override
	public Duration staleness() {
		return this.staleness;
	}

	private boolean lists(DiscoveryClient client) {
		boolean listed = client.getInstances(this.registration.getServiceId()).stream().anyMatch(this::isThisInstance);
		if (listed) {
			this.listedBy.add(client);
		}
		return listed;
	}

	private boolean isThisInstance(ServiceInstance instance) {
		String id = this.registration.getInstanceId();
		return (id != null && id.equals(instance.getInstanceId())) || (this.registration.getPort() == instance.getPort()
				&& this.registration.getHost().equals(instance.getHost()));
	}

}
