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
import java.util.UUID;
import java.util.function.Predicate;

import com.netflix.appinfo.InstanceInfo;
import com.netflix.discovery.EurekaClientConfig;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.registry.AbstractRegistryMembershipTests;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryApplication;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.test.FaultProxy;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
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

/**
 * What holds for {@link EurekaMembership} whether or not the client asks for the health
 * of the application, against a Eureka server.
 */
abstract class AbstractEurekaMembershipTests extends AbstractRegistryMembershipTests {

	private static final String APP = "PAY";

	private final String id = UUID.randomUUID().toString();

	static EurekaServer server;

	final FaultProxy proxy = FaultProxy.to(server.address());

	ConfigurableApplicationContext application;

	int replicationInterval = 1;

	@BeforeAll
	static void startServer() {
		server = new EurekaServer();
	}

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
	abstract boolean healthCheck();

	@Override
	protected boolean isLocal() {
		return true;
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
		assertThat(server.requestsSince(before)).noneMatch((request) -> request.contains("status=UP"))
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
		assertThat(server.requestsSince(before))
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
		assertThat(server.requestsSince(before)).noneMatch((request) -> request.contains("status=UP"));
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

	@Nullable String status() {
		return server.status(APP, this.id);
	}

	private String path() {
		return "/eureka/apps/" + APP + "/" + this.id;
	}

	private long count(Predicate<String> request) {
		return server.requests().stream().filter(request).count();
	}

	static String url(FaultProxy proxy) {
		return "http://127.0.0.1:" + proxy.port() + "/eureka/";
	}

	ConfigurableApplicationContext start(String... urls) {
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
