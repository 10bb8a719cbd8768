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
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import com.netflix.appinfo.InstanceInfo;
import com.netflix.discovery.EurekaClientConfig;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.registry.AbstractRegistryMembershipTests;
import io.github.gracefulshutdown.registry.DeregisterPhase;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryApplication;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.test.FaultProxy;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.cloud.context.scope.refresh.RefreshScope;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaAutoServiceRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaServiceRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link EurekaMembership} against a Eureka server.
 */
class EurekaMembershipIT extends AbstractRegistryMembershipTests {

	private static final String APP = "PAY";

	/**
	 * More than closing takes, the three seconds included that the client waits for its
	 * own replicator, and less than its HTTP client waits for an answer.
	 */
	private static final Duration CLOSED = Duration.ofSeconds(15);

	private final String id = UUID.randomUUID().toString();

	private static final EurekaServer server = new EurekaServer();

	private final FaultProxy proxy = FaultProxy.to(server.address());

	private ConfigurableApplicationContext application;

	private int replicationInterval = 1;

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@BeforeEach
	void start() {
		this.application = start(url(this.proxy));
	}

	@AfterEach
	void stop() {
		this.application.close();
		this.proxy.close();
	}

	/**
	 * Return whether the client asks the application for its health, which is up in all
	 * tests.
	 * @return the value of {@code eureka.client.healthcheck.enabled}
	 */
	protected boolean healthCheck() {
		return false;
	}

	@Override
	protected RegistryMembership membership() {
		return this.application.getBean(EurekaMembership.class);
	}

	@Override
	protected boolean isOffered() {
		return "UP".equals(status());
	}

	@Override
	protected void putBack() {
		server.register(APP, this.id);
	}

	@Override
	protected void awaitHeartbeats() {
		long seen = count((request) -> request.startsWith("PUT " + path()));
		Awaitility.await().until(() -> count((request) -> request.startsWith("PUT " + path())) >= seen + 2);
	}

	@Test
	void whenOutThenDownIsSentAtOnceAndNeverUp() throws Exception {
		int before = server.requests().size();
		membership().leave();
		assertThat(status()).isEqualTo("DOWN");
		awaitHeartbeats();
		assertThat(server.requests().subList(before, server.requests().size()))
			.noneMatch((request) -> request.contains("status=UP"))
			.noneMatch((request) -> request.startsWith("DELETE"));
	}

	@Test
	void whenTheRateLimitOfTheClientIsSpentThenDownIsSentAllTheSame() throws Exception {
		EurekaRegistration registration = this.application.getBean(EurekaRegistration.class);
		for (int i = 0; i < 200; i++) {
			registration.getEurekaClient().registerHealthCheck(registration.getEurekaClient().getHealthCheckHandler());
		}
		membership().leave();
		assertThat(status()).isEqualTo("DOWN");
	}

	@Test
	void whenTheApplicationClosesThenItIsRemovedOnceAndNotDeregisteredAgain() {
		deregister();
		awaitHeartbeats();
		int before = server.requests().size();
		this.application.close();
		assertThat(server.requests().subList(before, server.requests().size()))
			.filteredOn((request) -> !request.startsWith("GET") && !request.startsWith("PUT"))
			.containsExactly("DELETE " + path());
		assertThat(status()).isNull();
	}

	@Test
	void whenTheContextIsRefreshedThenItStaysOut() throws Exception {
		membership().leave();
		int before = server.requests().size();
		this.application.getBean(RefreshScope.class).refreshAll();
		Awaitility.await().until(() -> "DOWN".equals(status()));
		awaitHeartbeats();
		assertThat(status()).isEqualTo("DOWN");
		assertThat(server.requests().subList(before, server.requests().size()))
			.noneMatch((request) -> request.contains("status=UP"));
		membership().rejoin();
		assertThat(status()).isEqualTo("UP");
		awaitHeartbeats();
		assertThat(status()).isEqualTo("UP");
	}

	@Test
	void whenTheContextIsRefreshedAndItHasNotLeftThenItStaysIn() {
		this.application.getBean(RefreshScope.class).refreshAll();
		Awaitility.await().until(() -> "UP".equals(status()));
	}

	@Test
	void whenEvictedThenNobodyCanPutItBackBeforeItRejoins() throws Exception {
		membership().leave();
		assertThat(membership().evict()).isTrue();
		assertThat(server.requests())
			.anyMatch((request) -> request.startsWith("PUT " + path() + "/status?value=OUT_OF_SERVICE"));
		putBack();
		assertThat(isOffered()).isFalse();
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
		membership().rejoin();
		assertThat(status()).isEqualTo("UP");
		awaitHeartbeats();
		assertThat(status()).isEqualTo("UP");
	}

	@Test
	void whenItWasNotUpThenItRejoinsAsItWas() throws Exception {
		this.application.getBean(EurekaRegistration.class)
			.getApplicationInfoManager()
			.setInstanceStatus(InstanceInfo.InstanceStatus.STARTING);
		Awaitility.await().until(() -> "STARTING".equals(status()));
		membership().leave();
		assertThat(status()).isEqualTo("DOWN");
		membership().rejoin();
		assertThat(status()).isEqualTo("STARTING");
	}

	@Test
	void whenTheServerHasForgottenItThenItIsAbsent() throws Exception {
		EurekaServers servers = new EurekaServers(this.application.getBean(EurekaClientConfig.class),
				this.application.getBean(TransportClientFactories.class));
		assertThat(servers.presence(new InstanceInfo.Builder(
				this.application.getBean(EurekaRegistration.class).getApplicationInfoManager().getInfo())
			.setInstanceId("another")
			.build())).isEqualTo(Presence.ABSENT);
	}

	@Test
	void whenTheServerIsDownThenThePresenceIsUnknownAndTheReportSaysWhy() {
		this.proxy.refuse();
		assertThatException().isThrownBy(() -> membership().presence());
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.attempts()).isPositive();
		assertThat(report.error()).contains("leaving failed");
	}

	@Test
	void whenTheServerAnswers500ThenThePresenceIsUnknown() {
		this.proxy.answer(500);
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).contains("500");
		this.proxy.pass();
		assertThat(deregister().presence()).isEqualTo("absent");
	}

	@Test
	void whenTheServerHangsThenItIsNotWaitedFor() {
		this.proxy.hang();
		ShutdownReport.Registry report = failToDeregister();
		assertThat(report.presence()).isEqualTo("unknown");
		assertThat(report.error()).isEqualTo("leaving failed: no answer");
	}

	@Test
	void whenTheFirstOfTwoServersHangsThenTheOtherIsToldAndNothingIsClaimed() {
		this.application.close();
		this.application = start(url(this.proxy), "http://127.0.0.1:" + server.address().getPort() + "/eureka/");
		this.proxy.hang();
		assertThat(failToDeregister().presence()).isEqualTo("unknown");
		assertThat(status()).isEqualTo("DOWN");
		assertThatException().isThrownBy(() -> membership().presence())
			.withMessage("1 of 2 Eureka servers have not answered");
	}

	@Test
	void whenTheFirstOfTwoServersIsGoneThenTheOtherConfirms() {
		this.application.close();
		this.application = start(url(this.proxy), "http://127.0.0.1:" + server.address().getPort() + "/eureka/");
		this.proxy.refuse();
		assertThat(deregister()).isEqualTo(new ShutdownReport.Registry("eureka", "absent", 1, false, null));
	}

	@Test
	void whenItCannotRejoinThenTheClientDoesNotPutItBackLater() throws Exception {
		membership().leave();
		this.proxy.answer(500);
		assertThatException().isThrownBy(() -> membership().rejoin());
		this.proxy.pass();
		awaitHeartbeats();
		assertThat(status()).isEqualTo("DOWN");
		membership().rejoin();
		assertThat(status()).isEqualTo("UP");
	}

	@Test
	void whenTheApplicationClosesThenTheSleepOfTheClientIsNotAddedToIt() {
		this.application.close();
		this.replicationInterval = 30;
		this.application = start(url(this.proxy));
		long client = nanosToClose();
		this.application = start(url(this.proxy));
		deregister();
		assertThat(nanosToClose()).isLessThan(client - Duration.ofSeconds(1).toNanos());
	}

	@Test
	void whenTheServerHangsAsTheApplicationClosesThenTheCloseDoesNotWaitForIt() {
		deregister();
		this.proxy.hang();
		CompletableFuture<Void> close = CompletableFuture.runAsync(this.application::close, EurekaMembershipIT::start);
		assertThat(close).succeedsWithin(CLOSED);
	}

	/**
	 * The control: it waits for as long as the HTTP client does.
	 */
	@Test
	void whenTheServerHangsAndOnlyTheClientIsThereThenTheCloseWaitsForIt() {
		this.proxy.hang();
		CompletableFuture<Void> close = CompletableFuture.runAsync(this.application::close, EurekaMembershipIT::start);
		assertThat(close).failsWithin(CLOSED);
		// the connection is gone, and with it what is waited for
		this.proxy.refuse();
		close.join();
	}

	@Test
	void whenCallersCacheThenTheStalenessIsAllTheirCaches() {
		assertThat(membership().staleness()).isEqualTo(Duration.ofSeconds(30 + 1 + 35));
	}

	/**
	 * The trap: without the membership the same application stays in the registry until
	 * its context closes, and where its health is asked for, {@code DOWN} does not last.
	 */
	@Test
	void whenOnlyTheClientIsToldThenItIsOutOnlyWhereNobodyAsksForItsHealth() {
		this.application.getBean(EurekaServiceRegistry.class)
			.deregister(this.application.getBean(EurekaRegistration.class));
		awaitHeartbeats();
		Awaitility.await().until(() -> isOffered() == healthCheck());
		assertThat(isOffered()).isEqualTo(healthCheck());
	}

	private ShutdownReport.Registry failToDeregister() {
		DeregisterPhase phase = new DeregisterPhase(ShutdownClock.system(), Duration.ofSeconds(30));
		DeregistrationParticipant participant = new DeregistrationParticipant(List.of(membership()), List.of(),
				Duration.ofSeconds(3), Duration.ofMillis(100), true);
		assertThatIllegalStateException().isThrownBy(() -> participant.onPhase(phase))
			.withMessage("Not confirmed by eureka");
		return phase.registry();
	}

	private @Nullable String status() {
		return server.status(APP, this.id);
	}

	private String path() {
		return "/eureka/apps/" + APP + "/" + this.id;
	}

	private long count(Predicate<String> request) {
		return server.requests().stream().filter(request).count();
	}

	private long nanosToClose() {
		long start = System.nanoTime();
		this.application.close();
		return System.nanoTime() - start;
	}

	private static void start(Runnable task) {
		new Thread(task).start();
	}

	private static String url(FaultProxy proxy) {
		return "http://127.0.0.1:" + proxy.port() + "/eureka/";
	}

	private ConfigurableApplicationContext start(String... urls) {
		ConfigurableApplicationContext application = RegistryApplication.run(Application.class,
				"--eureka.client.enabled=true", "--eureka.client.service-url.defaultZone=" + String.join(",", urls),
				"--eureka.client.healthcheck.enabled=" + healthCheck(),
				"--eureka.client.registry-fetch-interval-seconds=1",
				"--eureka.client.initial-instance-info-replication-interval-seconds=0",
				"--eureka.client.instance-info-replication-interval-seconds=" + this.replicationInterval,
				"--eureka.instance.instance-id=" + this.id, "--eureka.instance.hostname=localhost",
				"--eureka.instance.lease-renewal-interval-in-seconds=1",
				"--eureka.instance.lease-expiration-duration-in-seconds=3");
		Awaitility.await().until(this::isOffered);
		return application;
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EurekaMembership eurekaMembership(EurekaServiceRegistry registry, EurekaRegistration registration,
				EurekaAutoServiceRegistration autoRegistration, EurekaClientConfig config,
				TransportClientFactories<?> transport) {
			return new EurekaMembership(registry, registration, autoRegistration, config, transport,
					Duration.ofSeconds(35));
		}

	}

}
