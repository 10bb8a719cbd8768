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
import java.util.concurrent.atomic.AtomicReference;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a {@link NacosMembership} does against a Nacos server with either kind of
 * instance. An ephemeral one is registered over the connection of the client, and a
 * persistent one over HTTP.
 */
@ExtendWith(NacosServerExtension.class)
abstract class AbstractNacosMembershipTests extends AbstractRegistryMembershipTests {

	/**
	 * More than closing takes, and less than the client sleeps or waits for an answer.
	 */
	static final Duration CLOSED = Duration.ofSeconds(8);

	static NacosServer server;

	final String service = "pay-" + UUID.randomUUID();

	ConfigurableApplicationContext application;

	int port;

	@BeforeAll
	static void findServer(NacosServer shared) {
		server = shared;
	}

	@BeforeEach
	void start() {
		start("--spring.cloud.nacos.discovery.graceful-shutdown-wait-time=0");
	}

	final void start(String... arguments) {
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
	protected abstract boolean ephemeral();

	@Override
	protected boolean isLocal() {
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
	void whenTheContextIsRefreshedAndItHasNotLeftThenItStaysInAndCanLeave() throws Exception {
		refresh();
		server.awaitListing();
		assertThat(isOffered()).isTrue();
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenAnOperatorHasSetWeightAndMetadataThenItRejoinsWithThem() throws Exception {
		server.set(this.service, this.port, ephemeral(), 5, true, Map.of("canary", "yes"));
		membership().leave();
		server.awaitListing();
		membership().rejoin();
		Awaitility.await().until(this::isOffered);
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
	void whenTheServerIsSlowThenItIsOutAllTheSame() {
		server.delay(Duration.ofMillis(500));
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenHttpHangsAsItLeavesThenTheCloseNeitherSleepsNorDeregistersAgain() throws Exception {
		this.application.close();
		start("--spring.cloud.nacos.discovery.graceful-shutdown-wait-time=60000");
		// of what is not listed, only HTTP knows
		server.set(this.service, this.port, ephemeral(), 5, false, Map.of());
		server.hangHttp();
		giveUpDeregistering();
		server.registerHidden(this.service, this.port, ephemeral());
		assertThat(close()).succeedsWithin(CLOSED);
		server.awaitListing();
		assertThat(server.shown(this.service, this.port)).isNotNull();
	}

	@Test
	void whenLeavingTakesLongThenARejoinThatGivesUpDoesNotPutItBackLater() throws Exception {
		membership().leave();
		server.delay(Duration.ofSeconds(2));
		CompletableFuture<Void> leave = asynchronously(membership()::leave);
		AtomicReference<Throwable> failure = new AtomicReference<>();
		Thread rejoin = new Thread(() -> failure.set(catchThrowable(membership()::rejoin)));
		rejoin.start();
		rejoin.interrupt();
		rejoin.join(Duration.ofMinutes(1).toMillis());
		assertThat(failure.get()).isInstanceOf(InterruptedException.class);
		assertThat(leave).isNotDone();
		server.recover();
		assertThat(leave).succeedsWithin(Duration.ofMinutes(1));
		server.awaitListing();
		assertThat(isOffered()).isFalse();
		membership().rejoin();
		Awaitility.await().until(this::isOffered);
	}

	@Test
	void whenTheServerIsSlowerThanAllTheTimeThereIsThenThePresenceIsUnknown() {
		server.delay(Duration.ofSeconds(10));
		assertThat(failToDeregister().presence()).isEqualTo("unknown");
	}

	/**
	 * Leave, whether it may be confirmed or not.
	 */
	private void giveUpDeregistering() {
		DeregisterPhase phase = phase();
		assertThat(catchThrowable(() -> impatient().onPhase(phase))).satisfiesAnyOf(
				(failure) -> assertThat(failure).isNull(),
				(failure) -> assertThat(failure).isInstanceOf(IllegalStateException.class));
	}

	private DeregistrationParticipant impatient() {
		return new DeregistrationParticipant(List.of(membership()), List.of(), Duration.ofSeconds(3),
				Duration.ofMillis(100), true);
	}

	final void refresh() {
		rebind();
		NacosDiscoveryProperties properties = this.application.getBean(NacosDiscoveryProperties.class);
		this.application.publishEvent(new NacosDiscoveryInfoChangedEvent(properties));
	}

	final void rebind() {
		this.application
			.publishEvent(new EnvironmentChangeEvent(this.application, Set.of("spring.cloud.nacos.discovery.weight")));
	}

	final CompletableFuture<Void> close() {
		return asynchronously(this.application::close);
	}

	private static CompletableFuture<Void> asynchronously(NacosCalls.Call call) {
		return NacosCalls.aside(() -> {
			call.run();
			return null;
		});
	}

	private @Nullable Instance offered() {
		return server.offered(this.service, this.port);
	}

	final NamingService naming() {
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
