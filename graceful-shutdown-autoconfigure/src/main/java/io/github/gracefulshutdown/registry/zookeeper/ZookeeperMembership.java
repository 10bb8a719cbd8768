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

package io.github.gracefulshutdown.registry.zookeeper;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import io.github.gracefulshutdown.registry.Loopback;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryMembership;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.framework.api.CuratorListener;
import org.apache.curator.utils.ZKPaths;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.zookeeper.discovery.ZookeeperDiscoveryProperties;
import org.springframework.cloud.zookeeper.discovery.ZookeeperInstance;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperAutoServiceRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperServiceRegistry;
import org.springframework.context.ApplicationListener;

/**
 * Membership in ZooKeeper, as registered by Spring Cloud through Curator's service
 * discovery. An instance leaves by having its node deleted; its registration is not
 * stopped, which would close the discovery that requests still in flight need. Curator
 * forgets an instance that leaves, so neither a new session nor a reconnection registers
 * it again, and it does not deregister once more when the context closes. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ZookeeperMembership
		implements RegistryMembership, ApplicationListener<InstanceRegisteredEvent<?>>, DisposableBean {

	private static final Log logger = LogFactory.getLog(ZookeeperMembership.class);

	/**
	 * How long ZooKeeper may take to answer when the context closes. Closing its client
	 * waits for an answer, too, and may do so for as long as the session lasts.
	 */
	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

	private final ZookeeperServiceRegistry registry;

	private final ZookeeperRegistration registration;

	private final ZookeeperAutoServiceRegistration autoRegistration;

	private final ServiceDiscovery<ZookeeperInstance> discovery;

	private final CuratorFramework curator;

	private final ZookeeperDiscoveryProperties properties;

	private final Duration loadBalancerCacheTtl;

	private final CuratorListener listener = (client, event) -> onDeletedLate(event);

	/**
	 * Held while ZooKeeper is asked, so that waiting for it has to be interruptible.
	 */
	private final Lock lock = new ReentrantLock();

	private volatile boolean out;

	private volatile boolean rejoining;

	/**
	 * Make a membership.
	 * @param registry the registry of the application
	 * @param registration the registration of the application
	 * @param autoRegistration says whether the application has registered
	 * @param discovery looks instances up, as callers do
	 * @param curator the client of the application
	 * @param properties says where the instances are, and whether to register at all
	 * @param loadBalancerCacheTtl how long the load balancers of callers keep an address
	 */
	public ZookeeperMembership(ZookeeperServiceRegistry registry, ZookeeperRegistration registration,
			ZookeeperAutoServiceRegistration autoRegistration, ServiceDiscovery<ZookeeperInstance> discovery,
			CuratorFramework curator, ZookeeperDiscoveryProperties properties, Duration loadBalancerCacheTtl) {
		this.registry = registry;
		this.registration = registration;
		this.autoRegistration = autoRegistration;
		this.discovery = discovery;
		this.curator = curator;
		this.properties = properties;
		this.loadBalancerCacheTtl = loadBalancerCacheTtl;
	}

	@Override
	public String name() {
		return "zookeeper";
	}

	@Override
	public boolean isRegistered() {
		return this.autoRegistration.isRunning() && this.properties.isRegister();
	}

	@Override
	public boolean isLocal() {
		return Loopback.areAll(
				List.of(this.curator.getZookeeperClient().getCurrentConnectionString().split("/", 2)[0].split(",")));
	}

	@Override
	public void leave() throws Exception {
		this.lock.lockInterruptibly();
		try {
			boolean again = this.out;
			this.out = true;
			this.registry.deregister(this.registration);
			if (again) {
				// Curator deletes what it has registered, and that only once
				this.curator.delete().quietly().forPath(path());
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A registration that is stopped and started again registers the instance again. Does
	 * not ask ZooKeeper about registrations elsewhere, and waits for no other call.
	 * @param event the instance was registered
	 */
	@Override
	public void onApplicationEvent(InstanceRegisteredEvent<?> event) {
		if (event.getConfig() instanceof ZookeeperDiscoveryProperties && this.out && !this.rejoining) {
			this.registry.deregister(this.registration);
		}
	}

	/**
	 * A node is an instance, whatever status it has: only Spring Cloud LoadBalancer takes
	 * notice of the status, and nobody else who looks instances up.
	 */
	@Override
	public Presence presence() throws Exception {
		Code code = sync().get();
		if (code != Code.OK) {
			throw KeeperException.create(code);
		}
		ServiceInstance<ZookeeperInstance> instance = instance();
		return (this.discovery.queryForInstance(instance.getName(), instance.getId()) != null) ? Presence.PRESENT
				: Presence.ABSENT;
	}

	/**
	 * Let the server that is asked catch up with its leader.
	 */
	private CompletableFuture<Code> sync() throws Exception {
		if (!this.curator.getZookeeperClient().isConnected()) {
			throw new KeeperException.ConnectionLossException();
		}
		CompletableFuture<Code> answer = new CompletableFuture<>();
		this.curator.sync()
			.inBackground((client, event) -> answer.complete(Code.get(event.getResultCode())))
			.forPath(path());
		return answer;
	}

	/**
	 * Deletes the node together with anything below it, which leaving does not.
	 */
	@Override
	public boolean evict() throws Exception {
		this.lock.lockInterruptibly();
		try {
			this.curator.delete().quietly().deletingChildrenIfNeeded().forPath(path());
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void rejoin() throws Exception {
		this.lock.lockInterruptibly();
		this.rejoining = true;
		try {
			if (this.out) {
				this.curator.getCuratorListenable().addListener(this.listener);
				// Curator would do so itself, but fails if the node is gone when it does
				this.curator.delete().quietly().forPath(path());
				this.registry.register(this.registration);
				this.out = false;
			}
		}
		finally {
			this.rejoining = false;
			this.lock.unlock();
		}
	}

	/**
	 * Curator goes on trying to delete what it could not delete while ZooKeeper was away,
	 * also when the instance has been put back since.
	 */
	private void onDeletedLate(CuratorEvent event) {
		if (event.getType() == CuratorEventType.DELETE && event.getResultCode() == Code.OK.intValue()
				&& path().equals(event.getPath())) {
			CompletableFuture<Void> unused = this.curator.runSafe(this::restore);
		}
	}

	private void restore() {
		try {
			this.lock.lockInterruptibly();
		}
		catch (InterruptedException ex) {
			// the client is being closed
			Thread.currentThread().interrupt();
			return;
		}
		try {
			if (!this.out) {
				this.registry.register(this.registration);
			}
		}
		catch (RuntimeException ex) {
			logger.warn("The instance is not back in ZooKeeper before the client has reconnected", ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public Duration staleness() {
		return this.loadBalancerCacheTtl;
	}

	/**
	 * Where ZooKeeper does not answer, close the client without an answer: nobody can use
	 * it any more, and the process has to end.
	 */
	@Override
	public void destroy() throws InterruptedException {
		if (this.out && !answers()) {
			Thread closing = new Thread(this.curator::close, "graceful-shutdown-zookeeper");
			closing.setDaemon(true);
			closing.start();
			closing.join(CLOSE_PATIENCE.toMillis());
			closing.interrupt();
			closing.join(CLOSE_PATIENCE.toMillis());
		}
	}

	private boolean answers() throws InterruptedException {
		try {
			int patience = Math.toIntExact(CLOSE_PATIENCE.toMillis());
			return this.curator.blockUntilConnected(patience, TimeUnit.MILLISECONDS)
					&& sync().get(patience, TimeUnit.MILLISECONDS) == Code.OK;
		}
		catch (InterruptedException ex) {
			throw ex;
		}
		catch (Exception ex) {
			return false;
		}
	}

	private String path() {
		return ZKPaths.makePath(this.properties.getRoot(), instance().getName(), instance().getId());
	}

	private ServiceInstance<ZookeeperInstance> instance() {
		return this.registration.getServiceInstance();
	}

}
