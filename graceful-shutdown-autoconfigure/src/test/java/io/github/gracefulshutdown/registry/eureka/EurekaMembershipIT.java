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
import java.util.concurrent.CompletableFuture;

import com.netflix.appinfo.InstanceInfo;
import com.netflix.discovery.EurekaClientConfig;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.registry.Presence;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaRegistration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaServiceRegistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link EurekaMembership} with a server, or several, that misbehave.
 */
class EurekaMembershipIT extends AbstractEurekaMembershipTests {

	/**
	 * More than closing takes, the three seconds included that the client waits for its
	 * own replicator, and less than its HTTP client waits for an answer.
	 */
	private static final Duration CLOSED = Duration.ofSeconds(15);

	@Override
	boolean healthCheck() {
		return false;
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
		// with its next task far ahead, for which it sleeps in vain
		this.application.getBean(EurekaServiceRegistry.class)
			.deregister(this.application.getBean(EurekaRegistration.class));
		Awaitility.await().until(() -> "DOWN".equals(status()));
		awaitHeartbeats();
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

	private long nanosToClose() {
		long start = System.nanoTime();
		this.application.close();
		return System.nanoTime() - start;
	}

	private static void start(Runnable task) {
		new Thread(task).start();
	}

}
