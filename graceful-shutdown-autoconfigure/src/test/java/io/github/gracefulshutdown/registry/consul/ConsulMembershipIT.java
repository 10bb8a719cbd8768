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
import java.util.UUID;
import java.util.function.Predicate;

import io.github.gracefulshutdown.registry.AbstractRegistryMembershipTests;
import io.github.gracefulshutdown.registry.RegistryApplication;
import io.github.gracefulshutdown.registry.RegistryMembership;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.consul.ConsulAutoConfiguration.ConsulClientSettings;
import org.springframework.cloud.consul.discovery.ConsulDiscoveryProperties;
import org.springframework.cloud.consul.discovery.TtlScheduler;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoServiceRegistration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests for {@link ConsulMembership} against a Consul server.
 */
class ConsulMembershipIT extends AbstractRegistryMembershipTests {

	private static final String SERVICE = "pay";

	private static ConsulServer server;

	private final String id = "pay-" + UUID.randomUUID();

	private ConfigurableApplicationContext application;

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
		this.application = run();
		Awaitility.await().until(this::isOffered);
	}

	@AfterEach
	void stop() {
		this.application.close();
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
	 * The client watches the catalog as often as it sends heartbeats, and goes on when it
	 * has left.
	 */
	@Override
	protected void awaitHeartbeats() {
		Predicate<String> watch = (request) -> request.startsWith("GET /v1/catalog/services");
		long seen = count(watch);
		Awaitility.await().until(() -> count(watch) >= seen + 3);
	}

	private int port() {
		return this.application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private long count(Predicate<String> request) {
		return server.requests().stream().filter(request).count();
	}

	private ConfigurableApplicationContext run() {
		return RegistryApplication.run(Application.class, "--spring.cloud.consul.enabled=true",
				"--spring.cloud.consul.host=127.0.0.1", "--spring.cloud.consul.port=" + server.address().getPort(),
				"--spring.cloud.consul.discovery.instance-id=" + this.id,
				"--spring.cloud.consul.discovery.hostname=127.0.0.1",
				"--spring.cloud.consul.discovery.query-passing=true",
				"--spring.cloud.consul.discovery.heartbeat.enabled=true",
				"--spring.cloud.consul.discovery.heartbeat.ttl=2s",
				"--spring.cloud.consul.discovery.heartbeat.reregister-service-on-failure=true",
				"--spring.cloud.consul.discovery.catalog-services-watch-delay=1000",
				"--spring.cloud.consul.discovery.catalog-services-watch-timeout=1");
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

	}

}
