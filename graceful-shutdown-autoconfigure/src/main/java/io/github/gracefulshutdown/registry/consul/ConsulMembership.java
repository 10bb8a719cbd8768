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

package io.github.gracefulshutdown.registry.consul;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryMembership;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.consul.ConsulAutoConfiguration.ConsulClientSettings;
import org.springframework.cloud.consul.discovery.ConsulDiscoveryProperties;
import org.springframework.cloud.consul.discovery.TtlScheduler;
import org.springframework.cloud.consul.model.http.agent.NewService;
import org.springframework.cloud.consul.model.http.health.Check;
import org.springframework.cloud.consul.model.http.health.HealthService;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoServiceRegistration;
import org.springframework.context.ApplicationListener;
import org.springframework.util.StringUtils;
import org.springframework.web.client.RestClientException;

/**
 * Membership in Consul. An instance leaves by being deregistered from its agent, also
 * where {@code spring.cloud.consul.discovery.deregister=false} keeps it there when the
 * context closes: that is about instances that are gone, and this one is to be left alone
 * by callers while it still answers. While it is out, Spring Cloud is told not to
 * register, so that neither a second start puts it back nor the close of the context
 * waits for Consul.
 * <p>
 * No method holds a lock, so that a call which Consul does not answer holds up nothing
 * but its own thread. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ConsulMembership
		implements RegistryMembership, ApplicationListener<InstanceRegisteredEvent<?>>, DisposableBean {

	private static final Log logger = LogFactory.getLog(ConsulMembership.class);

	private static final String MAINTENANCE = "_service_maintenance:";

	private final ConsulAutoServiceRegistration autoRegistration;

	private final ConsulAutoRegistration registration;

	private final ConsulDiscoveryProperties properties;

	private final @Nullable TtlScheduler heartbeats;

	private final ConsulAgent agent;

	private final Duration loadBalancerCacheTtl;

	/** While it goes back, it may be in already. */
	private volatile boolean rejoining;

	private volatile @Nullable Before before;

	private volatile boolean evicted;

	/**
	 * Make a membership.
	 * @param autoRegistration what registers the application
	 * @param registration the registration of the application
	 * @param properties how it is registered, and what callers are expected to ask for
	 * @param heartbeats sends the heartbeats, or {@code null} if there are none
	 * @param settings where the agent is, and how to connect to it
	 * @param loadBalancerCacheTtl how long the load balancers of callers keep an address
	 */
	public ConsulMembership(ConsulAutoServiceRegistration autoRegistration, ConsulAutoRegistration registration,
			ConsulDiscoveryProperties properties, @Nullable TtlScheduler heartbeats, ConsulClientSettings settings,
			Duration loadBalancerCacheTtl) {
		this.autoRegistration = autoRegistration;
		this.registration = registration;
		this.properties = properties;
		this.heartbeats = heartbeats;
		this.agent = new ConsulAgent(settings, properties::getAclToken);
		this.loadBalancerCacheTtl = loadBalancerCacheTtl;
	}

	@Override
	public String name() {
		return "consul";
	}

	@Override
	public boolean isRegistered() {
		return this.before != null || this.rejoining
				|| (this.autoRegistration.isRunning() && this.properties.isRegister());
	}

	@Override
	public void leave() {
		if (this.before == null) {
			this.before = now();
		}
		stayOut();
	}

	/**
	 * The instance was registered, which it must not be while it is out.
	 * @param event the instance was registered
	 */
	@Override
	public void onApplicationEvent(InstanceRegisteredEvent<?> event) {
		if (this.before != null) {
			stayOut();
		}
	}

	private void stayOut() {
		// from here on, Spring Cloud only believes that it registers and deregisters
		this.properties.setRegister(false);
		this.autoRegistration.stop();
		deregister(this.registration);
		ConsulAutoRegistration management = management();
		if (management != null) {
			deregister(management);
		}
	}

	private void deregister(ConsulAutoRegistration registration) {
		stopHeartbeats(registration);
		this.agent.deregister(registration.getInstanceId());
	}

	private void stopHeartbeats(ConsulAutoRegistration registration) {
		if (this.heartbeats != null) {
			this.heartbeats.remove(registration.getInstanceId());
		}
	}

	private @Nullable ConsulAutoRegistration management() {
		try {
			ConsulAutoRegistration management = this.registration.managementRegistration();
			return (management.getService().getPort() != null) ? management : null;
		}
		catch (IllegalArgumentException ex) {
			// there is no port to check
			return null;
		}
	}

	/**
	 * Read what callers are told, on the assumption that they ask for instances with
	 * passing checks if this application does.
	 */
	@Override
	public Presence presence() {
		return offered().isEmpty() ? Presence.ABSENT : Presence.PRESENT;
	}

	private List<HealthService> offered() {
		return these(this.agent.instances(serviceId(), this.properties.isQueryPassing()));
	}

	/**
	 * Turns maintenance mode on, for the case that this agent registers the instance
	 * again and again, and removes from the servers what callers still get, whichever
	 * agent it is from. Maintenance mode lasts until the instance rejoins or the context
	 * closes.
	 */
	@Override
	public boolean evict() {
		this.evicted = true;
		try {
			this.agent.setMaintenance(this.registration.getInstanceId(), true);
		}
		finally {
			offered().forEach(this.agent::deregisterFromCatalog);
		}
		return true;
	}

	@Override
	public void rejoin() {
		Before before = this.before;
		if (before == null) {
			return;
		}
		// it runs where somebody has started it meanwhile, to no effect
		this.autoRegistration.stop();
		NewService.Check check = this.registration.getService().getCheck();
		String initialStatus = (check != null) ? check.getStatus() : null;
		if (check != null && before.passing()) {
			// callers need not wait for the first check
			check.setStatus("passing");
		}
		this.properties.setRegister(before.register());
		this.rejoining = true;
		this.before = null;
		boolean registered = false;
		try {
			this.autoRegistration.start();
			registered = this.agent.setMaintenance(this.registration.getInstanceId(), before.maintenance());
			if (!registered) {
				throw new IllegalStateException("Consul has not taken the registration");
			}
		}
		finally {
			if (check != null) {
				check.setStatus(initialStatus);
			}
			if (!registered) {
				this.properties.setRegister(false);
				this.before = before;
				// they would register what they do not find
				stopHeartbeats(this.registration);
				ConsulAutoRegistration management = management();
				if (management != null) {
					stopHeartbeats(management);
				}
			}
			this.rejoining = false;
		}
		this.evicted = false;
	}

	/**
	 * Deregister once more an instance that was evicted, together with its maintenance
	 * mode: the next instance with the same id would start in it. Takes a second at most.
	 */
	@Override
	public void destroy() {
		if (this.evicted) {
			try {
				this.agent.deregisterIfQuick(this.registration.getInstanceId());
			}
			catch (RestClientException ex) {
				logger.warn("Consul may keep %s in maintenance mode".formatted(this.registration.getInstanceId()), ex);
			}
		}
	}

	/**
	 * Only load balancers cache: the discovery client of Spring Cloud Consul asks its
	 * agent for each list of instances, and the agent its servers.
	 */
	@Override
	public Duration staleness() {
		return this.loadBalancerCacheTtl;
	}

	private Before now() {
		boolean maintenance = false;
		boolean passing = false;
		try {
			for (HealthService instance : these(this.agent.instancesIfQuick(serviceId()))) {
				maintenance = instance.getChecks().stream().anyMatch(ConsulMembership::isMaintenance);
				passing = instance.getChecks()
					.stream()
					.allMatch((check) -> check.getStatus() == Check.CheckStatus.PASSING);
			}
		}
		catch (RestClientException ex) {
			// it leaves all the same, and rejoins as one that is new
		}
		return new Before(this.properties.isRegister(), maintenance, passing);
	}

	private static boolean isMaintenance(Check check) {
		return check.getCheckId().startsWith(MAINTENANCE);
	}

	private String serviceId() {
		return this.registration.getServiceId();
	}

	/**
	 * Find this instance. Agents know nothing of each other's instances, so that one with
	 * the same id may well be another one.
	 */
	private List<HealthService> these(List<HealthService> instances) {
		NewService service = this.registration.getService();
		List<HealthService> namesakes = instances.stream()
			.filter((instance) -> service.getId().equals(instance.getService().getId())
					&& Objects.equals(service.getPort(), instance.getService().getPort()))
			.toList();
		if (namesakes.isEmpty() || StringUtils.hasText(service.getAddress())) {
			return namesakes.stream()
				.filter((instance) -> service.getAddress().equals(instance.getService().getAddress()))
				.toList();
		}
		// callers use the address of the node
		String node = this.agent.nodeName();
		return namesakes.stream().filter((instance) -> node.equals(instance.getNode().getNode())).toList();
	}

	private record Before(boolean register, boolean maintenance, boolean passing) {

	}

}
