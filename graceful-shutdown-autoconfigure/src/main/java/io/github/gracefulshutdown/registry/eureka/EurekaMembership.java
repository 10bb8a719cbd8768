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

package io.github.gracefulshutdown.registry.eureka;

import java.time.Duration;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.HealthCheckHandler;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.discovery.EurekaClient;
import com.netflix.discovery.EurekaClientConfig;
import com.netflix.discovery.shared.transport.TransportException;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.registry.Loopback;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryMembership;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.netflix.eureka.EurekaClientConfigBean;
import org.springframework.cloud.netflix.eureka.EurekaInstanceConfigBean;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaAutoServiceRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaServiceRegistry;
import org.springframework.context.ApplicationListener;

/**
 * Membership in Eureka. An instance leaves by being {@code DOWN}, which callers do not
 * take; it is not removed before the application closes, because the next heartbeat of a
 * removed instance registers it again. While it is out, the client is told that the
 * instance is {@code DOWN} whenever it asks for its health, so that neither the health
 * check nor a refresh of the context puts it back. Thread-safe.
 *
 * @since 0.1.0
 */
public final class EurekaMembership
		implements RegistryMembership, ApplicationListener<InstanceRegisteredEvent<?>>, DisposableBean {

	/**
	 * How long a server answers callers from its response cache. This is configured at
	 * the server, where nobody changes it.
	 */
	private static final Duration SERVER_RESPONSE_CACHE = Duration.ofSeconds(30);

	/**
	 * How long the servers have to remove the instance as the application closes.
	 */
	private static final Duration REMOVAL = Duration.ofSeconds(1);

	private static final Log logger = LogFactory.getLog(EurekaMembership.class);

	private static final HealthCheckHandler STAY_OUT = (current) -> InstanceStatus.DOWN;

	private final EurekaServiceRegistry registry;

	private final EurekaRegistration registration;

	private final EurekaAutoServiceRegistration autoRegistration;

	private final EurekaClientConfig config;

	private final EurekaServers servers;

	private final Duration loadBalancerCacheTtl;

	private volatile @Nullable Before before;

	private volatile boolean evicted;

	/**
	 * Make a membership.
	 * @param registry the registry of the application
	 * @param registration the registration of the application
	 * @param autoRegistration says whether the application has registered
	 * @param config the configuration of the client, which says where the servers are
	 * @param transport makes the connections to the servers
	 * @param loadBalancerCacheTtl how long the load balancers of callers keep an address
	 */
	public EurekaMembership(EurekaServiceRegistry registry, EurekaRegistration registration,
			EurekaAutoServiceRegistration autoRegistration, EurekaClientConfig config,
			TransportClientFactories<?> transport, Duration loadBalancerCacheTtl) {
		this.registry = registry;
		this.registration = registration;
		this.autoRegistration = autoRegistration;
		this.config = config;
		this.servers = new EurekaServers(config, transport);
		this.loadBalancerCacheTtl = loadBalancerCacheTtl;
	}

	@Override
	public String name() {
		return "eureka";
	}

	@Override
	public boolean isRegistered() {
		return this.before != null || (this.autoRegistration.isRunning() && this.config.shouldRegisterWithEureka());
	}

	@Override
	public boolean isLocal() {
		return Loopback.areAll(this.servers.urls(info()));
	}

	@Override
	public void leave() throws InterruptedException {
		synchronized (this) {
			if (this.before == null) {
				this.before = new Before(info().getStatus(), client().getHealthCheckHandler(),
						this.registration.getInstanceConfig().getInitialStatus());
			}
			stayOut();
		}
		replicate();
	}

	/**
	 * A refresh of the context registers the instance again, possibly with a new client.
	 * @param event the instance was registered
	 */
	@Override
	public synchronized void onApplicationEvent(InstanceRegisteredEvent<?> event) {
		if (this.before != null) {
			stayOut();
		}
	}

	private void stayOut() {
		setInitialStatus(InstanceStatus.DOWN);
		EurekaClient client = client();
		if (client.getHealthCheckHandler() != STAY_OUT) {
			client.registerHealthCheck(STAY_OUT);
		}
		this.registry.deregister(this.registration);
	}

	@Override
	public Presence presence() throws InterruptedException {
		return this.servers.presence(info());
	}

	/**
	 * Overrides the status at the server. The override outlives the instance's own
	 * updates, until it rejoins or is removed.
	 */
	@Override
	public boolean evict() {
		this.evicted = true;
		this.registry.setStatus(this.registration, InstanceStatus.OUT_OF_SERVICE.name());
		return true;
	}

	@Override
	public void rejoin() throws InterruptedException {
		Before before = this.before;
		if (before == null) {
			return;
		}
		boolean back = false;
		try {
			if (this.evicted) {
				this.registry.setStatus(this.registration, "CANCEL_OVERRIDE");
				this.evicted = false;
			}
			synchronized (this) {
				this.before = null;
				setInitialStatus(before.initialStatus());
				client().registerHealthCheck(before.healthCheckHandler());
				manager().setInstanceStatus(before.status());
			}
			replicate();
			back = true;
		}
		finally {
			if (!back) {
				// or the client would put it back once it can, when nobody expects it any
				// more
				synchronized (this) {
					this.before = before;
					stayOut();
				}
			}
		}
	}

	/**
	 * Remove the instance for good, if it has left and is to be removed at all. The
	 * client would do so too, and wait for a server that hangs for as long as its HTTP
	 * client does, which may be minutes.
	 * @throws InterruptedException if interrupted
	 */
	@Override
	public void destroy() throws InterruptedException {
		if (this.before != null && this.config.shouldUnregisterOnShutdown()
				&& this.config instanceof EurekaClientConfigBean clientConfig) {
			clientConfig.setShouldUnregisterOnShutdown(false);
			// a heartbeat would register the instance again
			shutDownClient();
			try {
				this.servers.remove(info(), REMOVAL);
			}
			catch (TransportException ex) {
				logger.info("Eureka has not removed the instance, which is down and expires: " + ex.getMessage());
			}
		}
		this.servers.close();
	}

	/**
	 * The client sleeps for three seconds on its way, waiting for a task that is not due
	 * by then, unless its thread is interrupted.
	 */
	private void shutDownClient() {
		boolean interrupted = Thread.interrupted();
		Thread.currentThread().interrupt();
		try {
			client().shutdown();
		}
		finally {
			Thread.interrupted();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Send the status now: the client's own updates are rate limited, and it sends
	 * nothing while it believes that the server knows.
	 */
	private void replicate() throws InterruptedException {
		InstanceInfo info = info();
		long dirtySince = info.setIsDirtyWithTime();
		this.servers.register(info);
		info.unsetIsDirty(dirtySince);
	}

	@Override
	public Duration staleness() {
		return SERVER_RESPONSE_CACHE.plusSeconds(this.config.getRegistryFetchIntervalSeconds())
			.plus(this.loadBalancerCacheTtl);
	}

	@Override
	public String stalenessSettings() {
		return "'eureka.server.response-cache-update-interval-ms' at the server and"
				+ " 'eureka.client.registry-fetch-interval-seconds' at the callers, and here";
	}

	private void setInitialStatus(InstanceStatus status) {
		if (this.registration.getInstanceConfig() instanceof EurekaInstanceConfigBean instanceConfig) {
			instanceConfig.setInitialStatus(status);
		}
	}

	private EurekaClient client() {
		return this.registration.getEurekaClient();
	}

	private ApplicationInfoManager manager() {
		return this.registration.getApplicationInfoManager();
	}

	private InstanceInfo info() {
		return manager().getInfo();
	}

	private record Before(InstanceStatus status, HealthCheckHandler healthCheckHandler, InstanceStatus initialStatus) {

	}

}
