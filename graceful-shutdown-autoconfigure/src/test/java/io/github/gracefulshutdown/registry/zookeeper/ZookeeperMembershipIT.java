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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.registry.AbstractRegistryMembershipTests;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryApplication;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.test.FaultProxy;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.cloud.context.scope.refresh.RefreshScope;
import org.springframework.cloud.zookeeper.discovery.ZookeeperDiscoveryProperties;
import org.springframework.cloud.zookeeper.discovery.ZookeeperInstance;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperAutoServiceRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperRegistration;
import org.springframework.cloud.zookeeper.serviceregistry.ZookeeperServiceRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ZookeeperMembership} against a ZooKeeper server. Sessions last longer
 * than any test, so that whatever waits for an answer waits forever. The timeout ends
 * such a test; nothing else depends on it.
 */
@Tag("environment")
@Timeout(90)
class ZookeeperMembershipIT extends AbstractRegistryMembershipTests {

	/** An instance that stays: it tells when the client has registered all it has. */
	private static final String CONTROL = "/services/control/1";

	private static ZookeeperServer server;

	private final String id = UUID.randomUUID().toString();

	private final String path = "/services/pay/" + this.id;

	private final FaultProxy proxy = FaultProxy.to(server.address());

	private ConfigurableApplicationContext application;

	private byte[] registered;

	@BeforeAll
	static void startServer() {
		server = new ZookeeperServer();
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@BeforeEach
	void start() throws Exception {
		this.application = start("--spring.cloud.zookeeper.discovery.metadata.zone=one");
		this.registered = server.read(this.path);
		discovery().registerService(ServiceInstance.<ZookeeperInstance>builder()
			.name("control")
			.id("1")
			.address("localhost")
			.port(1)
			.build());
	}

	@AfterEach
	@Timeout(90)
	void stop() {
		recover();
		this.application.close();
		this.proxy.close();
	}

	@Override
	protected boolean isLocal() {
		return true;
	}

	@Override
	protected RegistryMembership membership() {
		return this.application.getBean(ZookeeperMembership.class);
	}

	@Override
	protected boolean isOffered() {
		return server.stat(this.path) != null;
	}

	@Override
	protected void putBack() {
		server.create(this.path, CreateMode.EPHEMERAL, this.registered);
	}

	/**
	 * What the client sends regularly says nothing of instances. It is when it has a new
	 * session that it registers them again. A second one only begins when the client is
	 * done with the first.
	 */
	@Override
	protected void awaitHeartbeats() {
		renewSession();
		renewSession();
	}

	private void renewSession() {
		boolean in = isOffered();
		ZooKeeper before = session();
		server.expire(before);
		Awaitility.await().until(() -> session() != before && isInSession(CONTROL));
		if (in) {
			Awaitility.await().until(() -> isInSession(this.path));
		}
	}

	@Test
	void whenOutThenOtherInstancesAreStillFound() throws Exception {
		membership().leave();
		assertThat(this.application.getBean(DiscoveryClient.class).getInstances("control")).hasSize(1);
	}

	@Test
	void whenTheConnectionIsLostThenItStaysOut() throws Exception {
		membership().leave();
		Stat before = server.stat(CONTROL);
		this.proxy.refuse();
		Awaitility.await().until(() -> !curator().getZookeeperClient().isConnected());
		recover();
		Awaitility.await().until(() -> isNew(CONTROL, before));
		renewSession();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheContextIsRefreshedThenItStaysOut() throws Exception {
		membership().leave();
		this.application.getBean(RefreshScope.class).refreshAll();
		this.application.getBean(ContextRefresher.class).refresh();
		this.application.getBean(ZookeeperAutoServiceRegistration.class).start();
		assertThat(isOffered()).isFalse();
		awaitHeartbeats();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenItIsRegisteredAgainThenItGoesOutAgain() throws Exception {
		membership().leave();
		registerAgain();
		assertThat(isOffered()).isFalse();
		assertThat(membership().isRegistered()).isTrue();
		membership().rejoin();
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenItIsRegisteredAgainAndHasNotLeftThenItStaysIn() {
		registerAgain();
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenItDoesNotRegisterThenThereIsNothingToLeave() {
		this.application.close();
		this.application = start("--spring.cloud.zookeeper.discovery.register=false");
		assertThat(membership().isRegistered()).isFalse();
	}

	@Test
	void whenItWasOutOfServiceThenItRejoinsAsItWas() throws Exception {
		this.application.getBean(ZookeeperServiceRegistry.class)
			.setStatus(this.application.getBean(ZookeeperRegistration.class), "OUT_OF_SERVICE");
		byte[] before = server.read(this.path);
		assertThat(before).isNotEqualTo(this.registered);
		assertThat(membership().presence()).isEqualTo(Presence.PRESENT);
		membership().leave();
		this.application.getBean(ContextRefresher.class).refresh();
		membership().rejoin();
		assertThat(server.read(this.path)).isEqualTo(before);
		assertThat(new String(before, StandardCharsets.UTF_8)).contains("\"instance_status\":\"OUT_OF_SERVICE\"")
			.contains("\"zone\":\"one\"");
	}

	@Test
	void whenItRejoinsTwiceThenItIsRegisteredOnce() throws Exception {
		membership().leave();
		membership().rejoin();
		Stat once = server.stat(this.path);
		membership().rejoin();
		assertThat(server.stat(this.path)).isEqualTo(once);
	}

	@Test
	void whenTheSessionExpiresWhileItIsOutThenItRejoinsInTheNewOne() throws Exception {
		membership().leave();
		awaitHeartbeats();
		membership().rejoin();
		assertThat(isInSession(this.path)).isTrue();
	}

	@Test
	void whenADeletionIsStillPendingThenItIsInAfterItHasRejoined() throws Exception {
		this.proxy.refuse();
		interrupt(membership()::leave);
		FutureTask<?> rejoining = begin(membership()::rejoin);
		recover();
		rejoining.get();
		awaitHeartbeats();
		Awaitility.await().until(this::isOffered);
	}

	@Test
	void whenADeletionComesLateThenItIsPutBack() throws Exception {
		membership().leave();
		membership().rejoin();
		Stat before = server.stat(this.path);
		// as Curator does by itself with what it could not delete
		curator().delete().guaranteed().inBackground().forPath(this.path);
		Awaitility.await().until(() -> isNew(this.path, before));
	}

	@Test
	void whenADeletionComesLateAndItHasLeftThenItStaysOut() throws Exception {
		membership().leave();
		membership().rejoin();
		membership().leave();
		putBack();
		curator().delete().guaranteed().inBackground().forPath(this.path);
		Awaitility.await().until(() -> !isOffered());
		awaitHeartbeats();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenSomethingIsBelowTheNodeThenItTakesForceToRemoveIt() throws Exception {
		membership().leave();
		server.create(this.path, CreateMode.PERSISTENT, this.registered);
		server.create(this.path + "/below", CreateMode.PERSISTENT, new byte[0]);
		assertThatExceptionOfType(KeeperException.NotEmptyException.class).isThrownBy(() -> membership().leave());
		assertThat(membership().presence()).isEqualTo(Presence.PRESENT);
		assertThat(membership().evict()).isTrue();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheServerIsDownThenThePresenceIsUnknownAndItIsOutAsSoonAsTheServerIsBack() {
		this.proxy.refuse();
		Awaitility.await().until(() -> !curator().getZookeeperClient().isConnected());
		assertThatExceptionOfType(KeeperException.ConnectionLossException.class)
			.isThrownBy(() -> membership().presence());
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).isEqualTo("leaving failed: no answer");
		assertThat(isOffered()).isTrue();
		recover();
		Awaitility.await().until(() -> !isOffered());
		awaitHeartbeats();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheServerHangsThenItIsNotWaitedFor() {
		this.proxy.hang();
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).isEqualTo("leaving failed: no answer");
	}

	@Test
	void whenTheServerDiesWhileItLeavesThenItHasLeftOnceTheServerIsBack() throws Exception {
		this.proxy.hang();
		FutureTask<?> leaving = begin(membership()::leave);
		this.proxy.refuse();
		Awaitility.await().until(() -> !curator().getZookeeperClient().isConnected());
		assertThat(isOffered()).isTrue();
		recover();
		leaving.get();
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheServerIsSlowThenItIsWaitedFor() {
		this.proxy.delay(Duration.ofMillis(500));
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheServerHangsThenItCanBeInterrupted() throws Exception {
		this.proxy.hang();
		interrupt(membership()::presence);
		interrupt(membership()::leave);
		interrupt(membership()::evict);
		interrupt(membership()::rejoin);
	}

	/**
	 * Otherwise it would be back some time after it was reported that it cannot come
	 * back, and a registry that is well would wait for one that is not.
	 */
	@Test
	@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenLeavingHangsThenItHoldsUpNothingElse() throws Exception {
		membership().leave();
		this.proxy.hang();
		FutureTask<?> leaving = begin(membership()::leave);
		interrupt(membership()::rejoin);
		interrupt(membership()::evict);
		this.application.publishEvent(new InstanceRegisteredEvent<>(this, "another registry"));
		assertThat(leaving.isDone()).isFalse();
		this.proxy.refuse();
		Awaitility.await().until(() -> !curator().getZookeeperClient().isConnected());
		recover();
		leaving.get();
		assertThat(isOffered()).isFalse();
		awaitHeartbeats();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheServerHangsAfterItHasLeftThenTheApplicationClosesAllTheSame() throws Exception {
		membership().leave();
		ZooKeeper session = session();
		this.proxy.hang();
		this.application.close();
		assertThat(session.getState().isAlive()).isFalse();
	}

	@Test
	void whenTheServerDiesAfterItHasLeftThenTheApplicationClosesAllTheSame() throws Exception {
		membership().leave();
		ZooKeeper session = session();
		this.proxy.refuse();
		this.application.close();
		assertThat(session.getState().isAlive()).isFalse();
	}

	@Test
	void whenTheServerIsWellThenTheMembershipDoesNotCloseTheClient() throws Exception {
		membership().leave();
		this.application.getBean(ZookeeperMembership.class).destroy();
		assertThat(session().getState().isConnected()).isTrue();
	}

	@Test
	void whenCallersCacheThenTheStalenessIsTheirLoadBalancers() {
		assertThat(membership().staleness()).isEqualTo(Duration.ofSeconds(35));
	}

	/**
	 * The trap: without the membership the application can still be found when its web
	 * server has stopped.
	 */
	@Test
	void whenOnlyTheContextClosesThenItLeavesTooLate() {
		AtomicBoolean offered = new AtomicBoolean();
		this.application.getBean(Last.class).action = () -> offered.set(isOffered());
		this.application.close();
		assertThat(offered).isTrue();
		assertThat(isOffered()).isFalse();
	}

	/**
	 * The trap: the registry is up when it is asked for a status, wherever the instance
	 * may be.
	 */
	@Test
	void whenOnlyDeregisteredThenItsStatusIsStillUp() {
		ZookeeperServiceRegistry registry = this.application.getBean(ZookeeperServiceRegistry.class);
		ZookeeperRegistration registration = this.application.getBean(ZookeeperRegistration.class);
		registry.deregister(registration);
		assertThat(isOffered()).isFalse();
		assertThat(registry.getStatus(registration)).isEqualTo("UP");
	}

	private void recover() {
		// the port may take a moment to be free
		Awaitility.await().ignoreExceptions().until(() -> {
			this.proxy.pass();
			return true;
		});
	}

	private void registerAgain() {
		ZookeeperAutoServiceRegistration registration = this.application
			.getBean(ZookeeperAutoServiceRegistration.class);
		registration.stop();
		registration.start();
	}

	/**
	 * Begin a call that blocks, on a thread of its own.
	 */
	private static FutureTask<?> begin(ThrowingCallable call) {
		FutureTask<?> task = new FutureTask<>(() -> {
			try {
				call.call();
			}
			catch (Throwable ex) {
				throw new ExecutionException(ex);
			}
			return null;
		});
		blocked(task);
		return task;
	}

	private static Thread blocked(Runnable task) {
		Thread thread = new Thread(task);
		thread.setDaemon(true);
		thread.start();
		Set<Thread.State> blocked = EnumSet.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TIMED_WAITING);
		Awaitility.await().until(() -> blocked.contains(thread.getState()));
		return thread;
	}

	/**
	 * Interrupt a call that blocks, which has to end it.
	 */
	private static void interrupt(ThrowingCallable call) throws InterruptedException {
		AtomicBoolean failed = new AtomicBoolean();
		Thread thread = blocked(() -> {
			try {
				call.call();
			}
			catch (Throwable ex) {
				failed.set(true);
			}
		});
		thread.interrupt();
		thread.join();
		assertThat(failed).isTrue();
	}

	private boolean isInSession(String path) {
		Stat stat = server.stat(path);
		return stat != null && stat.getEphemeralOwner() == session().getSessionId();
	}

	private boolean isNew(String path, Stat before) {
		Stat stat = server.stat(path);
		return stat != null && stat.getCzxid() != before.getCzxid();
	}

	private CuratorFramework curator() {
		return this.application.getBean(CuratorFramework.class);
	}

	private ZooKeeper session() {
		try {
			return curator().getZookeeperClient().getZooKeeper();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private ServiceDiscovery<ZookeeperInstance> discovery() {
		return this.application.getBean(ServiceDiscovery.class);
	}

	private ConfigurableApplicationContext start(String argument) {
		return RegistryApplication.run(Application.class, "--spring.cloud.zookeeper.enabled=true",
				"--spring.cloud.zookeeper.connect-string=127.0.0.1:" + this.proxy.port(),
				"--spring.cloud.zookeeper.session-timeout=20m", "--spring.cloud.zookeeper.connection-timeout=20m",
				"--spring.cloud.zookeeper.discovery.instance-id=" + this.id,
				"--spring.cloud.zookeeper.discovery.instance-host=localhost", argument);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		ZookeeperMembership zookeeperMembership(ZookeeperServiceRegistry registry, ZookeeperRegistration registration,
				ZookeeperAutoServiceRegistration autoRegistration, ServiceDiscovery<ZookeeperInstance> discovery,
				CuratorFramework curator, ZookeeperDiscoveryProperties properties) {
			return new ZookeeperMembership(registry, registration, autoRegistration, discovery, curator, properties,
					Duration.ofSeconds(35));
		}

		@Bean
		Last last() {
			return new Last();
		}

	}

	/**
	 * Does something when all else has stopped, the web server included, but no bean is
	 * destroyed yet.
	 */
	static final class Last implements SmartLifecycle {

		private volatile Runnable action = () -> {
		};

		private volatile boolean running;

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			this.action.run();
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

	}

}
