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

package io.github.gracefulshutdown.registry.nacos;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import com.alibaba.cloud.nacos.NacosServiceManager;
import com.alibaba.cloud.nacos.event.NacosDiscoveryInfoChangedEvent;
import com.alibaba.cloud.nacos.registry.NacosAutoServiceRegistration;
import com.alibaba.cloud.nacos.registry.NacosRegistration;
import com.alibaba.cloud.nacos.registry.NacosServiceRegistry;
import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.pojo.Instance;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.registry.AbstractRegistryMembershipTests;
import io.github.gracefulshutdown.registry.DeregisterPhase;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryApplication;
import io.github.gracefulshutdown.registry.RegistryMembership;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link NacosMembership} against a Nacos server, as an ephemeral instance.
 */
class NacosMembershipIT extends AbstractRegistryMembershipTests {

	/**
	 * More than closing takes, and less than the client sleeps or waits for an answer.
	 */
	private static final Duration CLOSED = Duration.ofSeconds(8);

	protected static NacosServer server;

	private final String service = "pay-" + UUID.randomUUID();

	private ConfigurableApplicationContext application;

	private int port;

	@BeforeAll
	static void startServer() {
		server = NacosServer.start();
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@BeforeEach
	void start() {
		start("--spring.cloud.nacos.discovery.graceful-shutdown-wait-time=0");
	}

	private void start(String... arguments) {
		this.application = run(server, this.service, ephemeral(), arguments);
		this.port = port(this.application);
		Awaitility.await().until(this::isOffered);
	}

	@AfterEach
	void stop() {
		server.recover();
		this.application.close();
	}

	/**
	 * Return the kind of the instance.
	 * @return the value of {@code spring.cloud.nacos.discovery.ephemeral}
	 */
	protected boolean ephemeral() {
		return true;
	}

	@Override
	protected RegistryMembership membership() {
		return this.application.getBean(NacosMembership.class);
	}

	@Override
	protected boolean isOffered() {
		return offered() != null;
	}

	@Override
	protected void putBack() {
		registry().register(registration());
		Awaitility.await().until(this::isOffered);
	}

	/**
	 * The client sends nothing regularly. What it has registered, it registers again once
	 * it has lost its connection.
	 */
	@Override
	protected void awaitHeartbeats() {
		String beacon = "beacon-" + UUID.randomUUID();
		try {
			naming().registerInstance(beacon, "127.0.0.1", 1);
		}
		catch (NacosException ex) {
			throw new AssertionError(ex);
		}
		Awaitility.await().until(() -> server.offered(beacon, 1) != null);
		server.refuse();
		Awaitility.await().until(() -> server.offered(beacon, 1) == null);
		server.recover();
		Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> server.offered(beacon, 1) != null);
		server.awaitListing();
	}

	@Test
	void whenTheContextIsRefreshedThenItStaysOut() throws Exception {
		membership().leave();
		refresh();
		server.awaitListing();
		assertThat(isOffered()).isFalse();
		membership().rejoin();
		assertThat(isOffered()).isTrue();
		assertThat(membership().isRegistered()).isTrue();
		membership().leave();
		server.awaitListing();
		assertThat(isOffered()).isFalse();
	}

	/**
	 * The trap: this is what the refresh does to an instance that only the client has
	 * taken out.
	 */
	@Test
	void whenTheContextIsRefreshedAndOnlyTheClientWasToldThenItIsBack() {
		registry().deregister(registration());
		refresh();
		Awaitility.await().until(this::isOffered);
	}

	@Test
	void whenTheContextIsRefreshedAndItHasNotLeftThenItStaysInAndCanLeave() throws Exception {
		refresh();
		server.awaitListing();
		assertThat(isOffered()).isTrue();
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	/**
	 * A refresh takes the port from the properties.
	 */
	@Test
	void whenThePropertiesWereReboundThenItLeavesAsItWasRegistered() {
		rebind();
		assertThat(registration().getPort()).isNegative();
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheApplicationRegistersOnceMoreThenItStaysOut() throws Exception {
		membership().leave();
		NacosAutoServiceRegistration autoRegistration = this.application.getBean(NacosAutoServiceRegistration.class);
		autoRegistration.stop();
		rebind();
		autoRegistration.start();
		server.awaitListing();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenItHasLeftThenItsClientGoesOnAnsweringLookUps() throws Exception {
		NamingService naming = naming();
		server.register("stock-" + this.service, 1, true);
		membership().leave();
		refresh();
		assertThat(naming()).isSameAs(naming);
		assertThat(naming.selectInstances("stock-" + this.service, true)).hasSize(1);
	}

	@Test
	void whenAnOperatorHasSetWeightAndMetadataThenItRejoinsWithThem() throws Exception {
		server.set(this.service, this.port, ephemeral(), 5, true, Map.of("canary", "yes"));
		membership().leave();
		server.awaitListing();
		membership().rejoin();
		assertThat(offered()).satisfies((instance) -> {
			assertThat(instance.getWeight()).isEqualTo(5);
			assertThat(instance.getMetadata()).containsEntry("canary", "yes")
				.containsEntry("preserved.register.source", "SPRING_CLOUD");
			assertThat(instance.isEphemeral()).isEqualTo(ephemeral());
		});
	}

	@Test
	void whenAnOperatorHasTakenItOutThenItRejoinsAndIsStillOut() throws Exception {
		server.set(this.service, this.port, ephemeral(), 5, false, Map.of());
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		membership().leave();
		Awaitility.await().until(() -> server.shown(this.service, this.port) == null);
		membership().rejoin();
		server.awaitListing();
		assertThat(isOffered()).isFalse();
		assertThat(server.shown(this.service, this.port)).satisfies((instance) -> {
			assertThat(instance.isEnabled()).isFalse();
			assertThat(instance.getWeight()).isEqualTo(5);
		});
	}

	@Test
	void whenItWasRegisteredOverHttpThenItIsEvicted() throws Exception {
		membership().leave();
		server.awaitListing();
		server.register(this.service, this.port, ephemeral());
		assertThat(membership().evict()).isTrue();
		Awaitility.await().until(() -> server.shown(this.service, this.port) == null);
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
	}

	@Test
	void whenTheServerIsGoneThenThePresenceIsUnknownAndTheReportSaysWhy() {
		server.refuse();
		assertThatExceptionOfType(NacosException.class).isThrownBy(() -> membership().presence());
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.attempts()).isPositive();
		assertThat(report.error()).contains("failed");
	}

	/**
	 * The trap: the client logs the same failure, and says it is finished. And what it
	 * says of the status does not tell an instance that is gone from a server that is.
	 */
	@Test
	void whenTheServerIsGoneThenTheClientSaysNothing() {
		server.refuse();
		registry().deregister(registration());
		registry().close();
		assertThat(registry().getStatus(registration())).isNull();
	}

	@Test
	void whenTheServerAnswers500ThenThePresenceIsUnknown() {
		server.answer(500);
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).contains("failed");
		server.recover();
		assertThat(deregister().presence()).isEqualTo("absent");
	}

	@Test
	void whenTheServerHangsThenItIsNotWaitedFor() {
		server.hang();
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).contains("failed");
	}

	@Test
	void whenTheServerGoesWhileItIsAskedThenTheReportSaysUnknownUntilItIsBack() throws Exception {
		membership().leave();
		server.refuse();
		assertThat(failToDeregister().presence()).isEqualTo("unknown");
		server.recover();
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheServerIsSlowThenItIsOutAllTheSame() {
		server.delay(Duration.ofMillis(500));
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheApplicationClosesThenTheSleepOfTheClientIsNotAddedToIt() {
		this.application.close();
		String wait = "--spring.cloud.nacos.discovery.graceful-shutdown-wait-time=4000";
		start(wait);
		long client = nanosToClose();
		start(wait);
		deregister();
		rebind();
		assertThat(nanosToClose()).isLessThan(client - Duration.ofSeconds(2).toNanos());
	}

	@Test
	void whenTheApplicationClosesThenItIsNotDeregisteredAgain() {
		deregister();
		server.register(this.service, this.port, ephemeral());
		this.application.close();
		server.awaitListing();
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenTheApplicationClosesThenTheClientIsClosed() throws Exception {
		deregister();
		NamingService naming = naming();
		this.application.close();
		assertThatException().isThrownBy(() -> naming.getServicesOfServer(1, 1));
	}

	@Test
	void whenTheServerHangsAsTheApplicationClosesThenTheCloseDoesNotWaitForIt() {
		deregister();
		server.hang();
		CompletableFuture<Void> close = CompletableFuture.runAsync(this.application::close, NacosMembershipIT::start);
		assertThat(close).succeedsWithin(CLOSED);
	}

	@Test
	void whenCallersCacheThenTheStalenessIsThePushAndTheirCache() {
		assertThat(membership().staleness()).isEqualTo(Duration.ofSeconds(2 + 35));
	}

	final ShutdownReport.Registry failToDeregister() {
		DeregisterPhase phase = new DeregisterPhase(ShutdownClock.system(), Duration.ofSeconds(30));
		DeregistrationParticipant participant = new DeregistrationParticipant(List.of(membership()), List.of(),
				Duration.ofSeconds(3), Duration.ofMillis(100), true);
		assertThatIllegalStateException().isThrownBy(() -> participant.onPhase(phase))
			.withMessage("Not confirmed by nacos");
		return phase.registry();
	}

	private void refresh() {
		rebind();
		NacosDiscoveryProperties properties = this.application.getBean(NacosDiscoveryProperties.class);
		this.application.publishEvent(new NacosDiscoveryInfoChangedEvent(properties));
	}

	private void rebind() {
		this.application
			.publishEvent(new EnvironmentChangeEvent(this.application, Set.of("spring.cloud.nacos.discovery.weight")));
	}

	private long nanosToClose() {
		long start = System.nanoTime();
		this.application.close();
		return System.nanoTime() - start;
	}

	private static void start(Runnable task) {
		new Thread(task).start();
	}

	private @Nullable Instance offered() {
		return server.offered(this.service, this.port);
	}

	private NamingService naming() {
		return this.application.getBean(NacosServiceManager.class).getNamingService();
	}

	protected final NacosServiceRegistry registry() {
		return this.application.getBean(NacosServiceRegistry.class);
	}

	protected final NacosRegistration registration() {
		return this.application.getBean(NacosRegistration.class);
	}

	static int port(ConfigurableApplicationContext application) {
		return application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	static ConfigurableApplicationContext run(NacosServer server, String service, boolean ephemeral,
			String... arguments) {
		return RegistryApplication.run(Application.class, Stream
			.concat(Stream.of("--spring.cloud.nacos.discovery.enabled=true",
					"--spring.cloud.nacos.discovery.server-addr=" + server.address(),
					"--spring.cloud.nacos.discovery.service=" + service, "--spring.cloud.nacos.discovery.ip=127.0.0.1",
					"--spring.cloud.nacos.discovery.ephemeral=" + ephemeral), Stream.of(arguments))
			.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		NacosMembership nacosMembership(NacosServiceManager serviceManager, NacosDiscoveryProperties properties,
				NacosRegistration registration, NacosAutoServiceRegistration autoRegistration) {
			return new NacosMembership(serviceManager, properties, registration, autoRegistration,
					Duration.ofSeconds(35), ShutdownClock.system());
		}

		@Bean
		NacosInstanceMetadata nacosInstanceMetadata(NacosMembership membership) {
			return new NacosInstanceMetadata(membership);
		}

	}

}
