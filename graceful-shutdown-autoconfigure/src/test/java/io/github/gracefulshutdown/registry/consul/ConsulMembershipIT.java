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

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.registry.AbstractRegistryMembershipTests;
import io.github.gracefulshutdown.registry.DeregisterPhase;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryApplication;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.test.FaultProxy;
import io.github.gracefulshutdown.test.FreePort;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.consul.ConsulAutoConfiguration.ConsulClientSettings;
import org.springframework.cloud.consul.discovery.ConsulDiscoveryClient;
import org.springframework.cloud.consul.discovery.ConsulDiscoveryProperties;
import org.springframework.cloud.consul.discovery.TtlScheduler;
import org.springframework.cloud.consul.model.http.agent.NewService;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoServiceRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulServiceRegistry;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.cloud.context.scope.refresh.RefreshScope;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ConsulMembership} against a Consul server.
 */
@Tag("environment")
class ConsulMembershipIT extends AbstractRegistryMembershipTests {

	private static final String SERVICE = "pay";

	private static final String DISCOVERY = "spring.cloud.consul.discovery.";

	private static final String NEIGHBOUR = "neighbour";

	private static final String HEARTBEAT = "PUT /v1/agent/check/pass/service:";

	private static ConsulServer server;

	private final String id = "pay-" + UUID.randomUUID();

	private FaultProxy proxy;

	private ConfigurableApplicationContext application;

	private TtlScheduler heartbeats;

	@BeforeAll
	static void startServer() {
		server = ConsulServer.start();
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@BeforeEach
	void start() {
		server = server.isRunning() ? server : ConsulServer.start();
		this.proxy = FaultProxy.to(server.address());
		this.application = run();
		this.heartbeats = this.application.getBean(TtlScheduler.class);
		registry().register(new ConsulRegistration(neighbour(), properties()));
		Awaitility.await().until(this::isOffered);
	}

	private static NewService neighbour() {
		NewService neighbour = new NewService();
		neighbour.setId(NEIGHBOUR);
		neighbour.setName(NEIGHBOUR);
		neighbour.setCheck(new NewService.Check());
		neighbour.getCheck().setTtl("60s");
		return neighbour;
	}

	@AfterEach
	void stop() {
		// the scheduler outlives its context
		this.heartbeats.remove(NEIGHBOUR);
		this.proxy.close();
		this.application.close();
		if (server.isRunning()) {
			server.all(SERVICE).forEach(server::deregister);
		}
	}

	@Override
	protected RegistryMembership membership() {
		return this.application.getBean(ConsulMembership.class);
	}

	@Override
	protected boolean isOffered() {
		return server.passing(SERVICE).contains(this.id);
	}

	@Override
	protected void putBack() {
		server.register(SERVICE, this.id, port());
	}

	/**
	 * The same scheduler sends the heartbeats of another instance, which never leaves.
	 */
	@Override
	protected void awaitHeartbeats() {
		long seen = count(HEARTBEAT + NEIGHBOUR);
		Awaitility.await().until(() -> count(HEARTBEAT + NEIGHBOUR) >= seen + 3);
	}

	@Test
	void whenLeftThenDeregisteredOnceAndNoHeartbeatFollows() throws Exception {
		int before = server.requests().size();
		membership().leave();
		awaitHeartbeats();
		assertThat(writes(before)).containsOnlyOnce("PUT /v1/agent/service/deregister/" + this.id)
			.noneMatch((request) -> request.startsWith("PUT /v1/agent/service/register"));
		int after = server.requests().size();
		awaitHeartbeats();
		assertThat(writes(after)).isEmpty();
	}

	@Test
	void whenTheApplicationClosesThenNothingIsSentAgain() {
		deregister();
		int before = server.requests().size();
		this.application.close();
		assertThat(writes(before)).isEmpty();
	}

	/**
	 * The control: without the membership the instance is deregistered when the context
	 * closes.
	 */
	@Test
	void whenNotLeftThenTheCloseOfTheApplicationDeregisters() {
		int before = server.requests().size();
		this.application.close();
		assertThat(isOffered()).isFalse();
		assertThat(writes(before)).contains("PUT /v1/agent/service/deregister/" + this.id);
	}

	/**
	 * The trap: that is when the web server has stopped and callers have had nobody to
	 * talk to for some time.
	 */
	@Test
	void whenNotLeftThenItIsOfferedWhenTheWebServerHasStopped() {
		int port = port();
		AtomicBoolean offered = new AtomicBoolean();
		this.application.getBean(Last.class).action = () -> {
			assertThatExceptionOfType(ConnectException.class)
				.isThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close());
			offered.set(isOffered());
		};
		this.application.close();
		assertThat(offered).isTrue();
		assertThat(isOffered()).isFalse();
	}

	/**
	 * The trap: there are no other ways out than to be gone, or in maintenance.
	 */
	@Test
	void whenTheServiceRegistryIsToldThatItIsDownThenItRefuses() {
		assertThatIllegalArgumentException().isThrownBy(() -> registry().setStatus(registration(), "DOWN"))
			.withMessage("Unknown status: DOWN");
		assertThat(isOffered()).isTrue();
	}

	/**
	 * The trap: Spring Cloud says of an instance that is gone that it is up.
	 */
	@Test
	void whenLeftThenTheServiceRegistrySaysThatItIsUp() throws Exception {
		membership().leave();
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		assertThat(registry().getStatus(registration())).isEqualTo("UP");
	}

	/**
	 * The trap: the client of Spring Cloud does not send the mode that it is told.
	 */
	@Test
	void whenReadThenConsistentWhichTheDiscoveryClientIsNot() throws Exception {
		properties().setConsistencyMode(ConsulDiscoveryProperties.ConsistencyMode.CONSISTENT);
		int before = server.requests().size();
		this.application.getBean(ConsulDiscoveryClient.class).getInstances(SERVICE);
		Awaitility.await().until(() -> !reads(before).isEmpty());
		assertThat(reads(before)).noneMatch((request) -> request.contains("consistent"));
		int after = server.requests().size();
		membership().presence();
		Awaitility.await().until(() -> !reads(after).isEmpty());
		assertThat(reads(after)).allMatch((request) -> request.contains("?consistent&passing=true"));
	}

	@Test
	void whenCallersDoNotAskForPassingThenTheInstanceIsPresentUntilItIsGone() throws Exception {
		registry().setStatus(registration(), "OUT_OF_SERVICE");
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		properties().setQueryPassing(false);
		assertThat(membership().presence()).isEqualTo(Presence.PRESENT);
		membership().leave();
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
	}

	@Test
	void whenRejoinedThenHeartbeatsAreSentAgainAndTheCheckStaysPassing() throws Exception {
		membership().leave();
		int before = server.requests().size();
		membership().rejoin();
		assertThat(isOffered()).isTrue();
		Awaitility.await().until(() -> writes(before).stream().filter((HEARTBEAT + this.id)::equals).count() >= 3);
		assertThat(isOffered()).isTrue();
		assertThat(registration().getService().getCheck().getStatus()).isNull();
	}

	/**
	 * Otherwise an instance with such a check is not offered before its first result.
	 */
	@Test
	void whenConsulChecksTheInstanceThenItIsOfferedAsSoonAsItRejoins() throws Exception {
		this.application.close();
		this.application = run(DISCOVERY + "heartbeat.enabled=false", DISCOVERY + "health-check-interval=1s",
				DISCOVERY + "health-check-url=" + server.ownUrl());
		Awaitility.await().until(this::isOffered);
		membership().leave();
		registration().getService().getCheck().setInterval("1h");
		membership().rejoin();
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenThereAreAclsThenTheTokenIsSent() throws Exception {
		String token = UUID.randomUUID().toString();
		try (ConsulServer secured = ConsulServer.start(token); FaultProxy proxy = FaultProxy.to(secured.address())) {
			try (ConfigurableApplicationContext other = run("spring.cloud.consul.port=" + proxy.port(),
					DISCOVERY + "acl-token=" + token)) {
				Awaitility.await().until(() -> secured.passing(SERVICE).contains(this.id));
				ConsulMembership membership = other.getBean(ConsulMembership.class);
				assertThat(membership.presence()).isEqualTo(Presence.PRESENT);
				membership.leave();
				assertThat(secured.all(SERVICE)).isEmpty();
				membership.rejoin();
				assertThat(secured.passing(SERVICE)).containsExactly(this.id);
			}
		}
	}

	@Test
	void whenRejoinedThenTheApplicationDeregistersWhenItCloses() throws Exception {
		membership().leave();
		membership().rejoin();
		this.application.close();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
	}

	@Test
	void whenItWasInMaintenanceThenItRejoinsInMaintenance() throws Exception {
		registry().setStatus(registration(), "OUT_OF_SERVICE");
		membership().leave();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		membership().rejoin();
		awaitHeartbeats();
		assertThat(server.checks(SERVICE)).containsEntry("_service_maintenance:" + this.id, "critical")
			.containsEntry("service:" + this.id, "passing");
		assertThat(isOffered()).isFalse();
		registry().setStatus(registration(), "UP");
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenStartedAgainWhileOutThenNothingIsRegistered() throws Exception {
		membership().leave();
		int before = server.requests().size();
		autoRegistration().start();
		awaitHeartbeats();
		assertThat(writes(before)).noneMatch((request) -> request.startsWith("PUT /v1/agent/service/register"));
		int after = server.requests().size();
		membership().rejoin();
		assertThat(isOffered()).isTrue();
		assertThat(writes(after)).contains("PUT /v1/agent/service/register");
	}

	@Test
	void whenRefreshedAndStartedAgainWhileOutThenItIsOutAgainAtOnce() throws Exception {
		membership().leave();
		refresh();
		assertThat(properties().isRegister()).isTrue();
		int before = server.requests().size();
		autoRegistration().start();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		awaitHeartbeats();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		assertThat(writes(before)).contains("PUT /v1/agent/service/register");
		int after = server.requests().size();
		this.application.close();
		assertThat(writes(after)).isEmpty();
	}

	/**
	 * The control: without the membership, starting again registers.
	 */
	@Test
	void whenStoppedWithoutTheMembershipThenStartingAgainRegisters() {
		autoRegistration().stop();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		autoRegistration().start();
		assertThat(server.all(SERVICE)).contains(this.id);
	}

	@Test
	void whenTheContextIsRefreshedThenItStaysOut() throws Exception {
		membership().leave();
		refresh();
		awaitHeartbeats();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		membership().rejoin();
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenTheContextIsRefreshedAndItHasNotLeftThenItStaysIn() {
		refresh();
		this.application.publishEvent(new InstanceRegisteredEvent<>(this, properties()));
		awaitHeartbeats();
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenRegisteredByAnotherAgentThenOnlyEvictionHelps() throws Exception {
		server.register("other", SERVICE, this.id, "127.0.0.1", port());
		membership().leave();
		assertThat(membership().presence()).isEqualTo(Presence.PRESENT);
		ShutdownReport.Registry report = deregister(Duration.ofSeconds(3));
		assertThat(report.presence()).isEqualTo("absent");
		assertThat(report.evicted()).isTrue();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
	}

	@Test
	void whenAnotherInstanceHasTheSameIdThenItIsLeftAlone() throws Exception {
		server.register("other", SERVICE, this.id, "127.0.0.2", port());
		membership().leave();
		assertThat(server.all(SERVICE)).containsExactly(this.id);
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		membership().evict();
		assertThat(server.all(SERVICE)).containsExactly(this.id);
		server.deregister("other", this.id);
	}

	@Test
	void whenItHasTheAddressOfItsNodeThenItIsFoundByItsNode() throws Exception {
		this.application.close();
		this.application = run(DISCOVERY + "prefer-agent-address=true");
		Awaitility.await().until(this::isOffered);
		server.register("other", SERVICE, this.id, "", port());
		assertThat(membership().presence()).isEqualTo(Presence.PRESENT);
		membership().leave();
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		assertThat(server.all(SERVICE)).containsExactly(this.id);
		server.deregister("other", this.id);
	}

	@Test
	void whenEvictedThenNobodyCanPutItBackBeforeItRejoins() throws Exception {
		membership().leave();
		putBack();
		assertThat(isOffered()).isTrue();
		assertThat(membership().evict()).isTrue();
		assertThat(isOffered()).isFalse();
		putBack();
		assertThat(isOffered()).isFalse();
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		membership().rejoin();
		assertThat(isOffered()).isTrue();
		assertThat(server.checks(SERVICE)).doesNotContainKey("_service_maintenance:" + this.id);
	}

	@Test
	void whenEvictedAndClosedThenTheNextInstanceDoesNotStartInMaintenance() throws Exception {
		membership().leave();
		putBack();
		membership().evict();
		putBack();
		assertThat(isOffered()).isFalse();
		this.application.close();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		server.register(SERVICE, this.id, 1);
		assertThat(isOffered()).isTrue();
	}

	/**
	 * The control: maintenance mode outlives what is registered again.
	 */
	@Test
	void whenEvictedAndNotClosedThenTheNextInstanceStartsInMaintenance() throws Exception {
		membership().leave();
		putBack();
		membership().evict();
		server.register(SERVICE, this.id, 1);
		assertThat(server.all(SERVICE)).contains(this.id);
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenEvictedAndRejoinedThenTheCloseOfTheApplicationDeregistersOnce() throws Exception {
		membership().leave();
		membership().evict();
		membership().rejoin();
		int before = server.requests().size();
		this.application.close();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		assertThat(writes(before)).containsOnlyOnce("PUT /v1/agent/service/deregister/" + this.id);
	}

	@Test
	@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenEvictedAndTheServerHangsThenTheApplicationClosesAllTheSame() throws Exception {
		membership().leave();
		membership().evict();
		this.proxy.hang();
		this.application.close();
		assertThat(this.application.isActive()).isFalse();
	}

	@Test
	void whenSomethingPutsItBackAllTheTimeThenItIsEvicted() throws Exception {
		CompletableFuture<Void> end = new CompletableFuture<>();
		CompletableFuture<Void> resurrection = CompletableFuture.runAsync(() -> {
			while (!end.isDone()) {
				putBack();
			}
		});
		ShutdownReport.Registry report = deregister(Duration.ofSeconds(5));
		assertThat(report.presence()).isEqualTo("absent");
		assertThat(report.evicted()).isTrue();
		assertThat(isOffered()).isFalse();
		end.complete(null);
		resurrection.join();
	}

	@Test
	void whenThereIsAManagementPortThenItsRegistrationLeavesAndRejoinsToo() throws Exception {
		this.application.close();
		this.application = run("management.server.port=" + FreePort.find());
		String management = SERVICE + "-management";
		Awaitility.await().until(() -> server.passing(management).contains(this.id + "-management"));
		membership().leave();
		assertThat(server.all(management)).isEmpty();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		membership().rejoin();
		assertThat(server.all(management)).containsExactly(this.id + "-management");
		assertThat(isOffered()).isTrue();
		membership().leave();
		assertThat(server.all(management)).isEmpty();
	}

	@Test
	void whenTheCloseOfTheApplicationMustNotDeregisterThenItLeavesAllTheSame() throws Exception {
		properties().setDeregister(false);
		membership().leave();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		awaitHeartbeats();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		membership().rejoin();
		this.application.close();
		assertThat(server.all(SERVICE)).contains(this.id);
	}

	@Test
	void whenItDoesNotRegisterThenThereIsNothingToLeave() {
		for (String off : List.of("lifecycle.enabled", "register")) {
			try (ConfigurableApplicationContext other = run(DISCOVERY + off + "=false")) {
				assertThat(other.getBean(ConsulMembership.class).isRegistered()).as(off).isFalse();
			}
		}
	}

	@Test
	void whenTheServerIsDownThenThePresenceIsUnknownAndTheReportSaysWhy() {
		server.close();
		assertThatException().isThrownBy(() -> membership().presence());
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.attempts()).isPositive();
		assertThat(report.error()).contains("leaving failed");
	}

	@Test
	void whenTheServerDiesWhileTheInstanceLeavesThenThePresenceIsUnknown() throws Exception {
		membership().leave();
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		server.close();
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).contains("leaving failed");
	}

	/**
	 * The trap: Spring Cloud takes any answer for success.
	 */
	@Test
	void whenTheServerAnswers500ThenOnlyTheServiceRegistryBelievesIt() {
		this.proxy.answer(500);
		registry().deregister(registration());
		assertThat(isOffered()).isTrue();
		assertThatException().isThrownBy(() -> membership().presence());
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).contains("500");
		assertThat(membership().isRegistered()).isTrue();
		this.proxy.pass();
		assertThat(deregister().presence()).isEqualTo("absent");
	}

	@Test
	void whenTheServerAnswers500ThenItDoesNotRejoinBeforeItIsTaken() throws Exception {
		membership().leave();
		this.proxy.answer(500);
		assertThatException().isThrownBy(() -> membership().rejoin());
		this.proxy.pass();
		// one heartbeat may have been under way
		awaitHeartbeats();
		int before = server.requests().size();
		awaitHeartbeats();
		assertThat(writes(before)).isEmpty();
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
		membership().rejoin();
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenTheServerHangsThenItIsNotWaitedFor() {
		this.proxy.hang();
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).isEqualTo("leaving failed: no answer");
	}

	@Test
	void whenTheServerIsSlowThenItIsLeftInSpiteOfItAndNothingIsClaimed() {
		this.proxy.delay(Duration.ofSeconds(10));
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(server.all(SERVICE)).doesNotContain(this.id);
	}

	@Test
	void whenTheServerIsSlowButInTimeThenItIsConfirmed() {
		this.proxy.delay(Duration.ofMillis(200));
		assertThat(deregister()).isEqualTo(new ShutdownReport.Registry("consul", "absent", 1, false, null));
	}

	/**
	 * With a lock that is held while Consul is asked, nothing here would ever end.
	 */
	@Test
	@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenLeavingHangsThenItHoldsUpNothingElse() throws Exception {
		this.proxy.hang();
		Thread leaving = new Thread(() -> assertThatException().isThrownBy(() -> membership().leave()));
		leaving.setDaemon(true);
		leaving.start();
		// it has had the time to send what is not answered
		Awaitility.await()
			.during(Duration.ofMillis(500))
			.until(() -> Arrays.stream(leaving.getStackTrace())
				.anyMatch((frame) -> frame.getMethodName().equals("deregister")));
		this.proxy.pass();
		autoRegistration().start();
		membership().rejoin();
		assertThat(server.all(SERVICE)).contains(this.id);
		assertThat(leaving.isAlive()).isTrue();
		leaving.interrupt();
		leaving.join();
	}

	@Test
	@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenTheServerHangsOrIsGoneThenTheCloseOfTheApplicationDoesNotAskIt() throws Exception {
		membership().leave();
		this.proxy.hang();
		int before = server.requests().size();
		this.application.close();
		assertThat(writes(before)).isEmpty();
		assertThat(this.application.isActive()).isFalse();
	}

	@Test
	void whenCallersCacheThenTheStalenessIsThatOfTheirLoadBalancers() {
		assertThat(membership().staleness()).isEqualTo(Duration.ofSeconds(35));
	}

	/**
	 * What the staleness rests on: the discovery client keeps nothing.
	 */
	@Test
	void whenLeftThenTheDiscoveryClientKnowsAtOnce() throws Exception {
		DiscoveryClient client = this.application.getBean(ConsulDiscoveryClient.class);
		assertThat(client.getInstances(SERVICE)).hasSize(1);
		membership().leave();
		assertThat(client.getInstances(SERVICE)).isEmpty();
	}

	private ShutdownReport.Registry deregister(Duration confirmTimeout) throws InterruptedException {
		DeregisterPhase phase = phase();
		participant(confirmTimeout).onPhase(phase);
		return phase.registry();
	}

	private DeregistrationParticipant participant(Duration confirmTimeout) {
		return new DeregistrationParticipant(List.of(membership()), List.of(), confirmTimeout, Duration.ofSeconds(1),
				true);
	}

	private void refresh() {
		this.application.publishEvent(
				new EnvironmentChangeEvent(this.application, Set.of("spring.cloud.consul.discovery.query-passing")));
		this.application.getBean(RefreshScope.class).refreshAll();
	}

	private List<String> writes(int from) {
		return requests(from, "PUT ").stream().filter((request) -> !request.endsWith(NEIGHBOUR)).toList();
	}

	private List<String> reads(int from) {
		return requests(from, "GET /v1/health/service/");
	}

	private List<String> requests(int from, String prefix) {
		List<String> requests = server.requests();
		return requests.subList(from, requests.size())
			.stream()
			.filter((request) -> request.startsWith(prefix))
			.toList();
	}

	private long count(String request) {
		return server.requests().stream().filter(request::equals).count();
	}

	private int port() {
		return registration().getPort();
	}

	private ConsulServiceRegistry registry() {
		return this.application.getBean(ConsulServiceRegistry.class);
	}

	private ConsulAutoRegistration registration() {
		return this.application.getBean(ConsulAutoRegistration.class);
	}

	private ConsulAutoServiceRegistration autoRegistration() {
		return this.application.getBean(ConsulAutoServiceRegistration.class);
	}

	private ConsulDiscoveryProperties properties() {
		return this.application.getBean(ConsulDiscoveryProperties.class);
	}

	private ConfigurableApplicationContext run(String... arguments) {
		Map<String, String> properties = new LinkedHashMap<>();
		properties.put("spring.cloud.consul.enabled", "true");
		properties.put("spring.cloud.consul.host", "127.0.0.1");
		properties.put("spring.cloud.consul.port", String.valueOf(this.proxy.port()));
		properties.put(DISCOVERY + "instance-id", this.id);
		properties.put(DISCOVERY + "hostname", "127.0.0.1");
		properties.put(DISCOVERY + "query-passing", "true");
		properties.put(DISCOVERY + "heartbeat.enabled", "true");
		properties.put(DISCOVERY + "heartbeat.ttl", "2s");
		properties.put(DISCOVERY + "heartbeat.reregister-service-on-failure", "true");
		for (String argument : arguments) {
			properties.put(argument.substring(0, argument.indexOf('=')), argument.substring(argument.indexOf('=') + 1));
		}
		return RegistryApplication.run(Application.class,
				properties.entrySet()
					.stream()
					.map((property) -> "--" + property.getKey() + "=" + property.getValue())
					.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		ConsulMembership consulMembership(ConsulAutoServiceRegistration autoRegistration,
				ConsulAutoRegistration registration, ConsulDiscoveryProperties properties,
				ObjectProvider<TtlScheduler> heartbeats, ConsulClientSettings settings) {
			return new ConsulMembership(autoRegistration, registration, properties, heartbeats.getIfAvailable(),
					settings, Duration.ofSeconds(35));
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
