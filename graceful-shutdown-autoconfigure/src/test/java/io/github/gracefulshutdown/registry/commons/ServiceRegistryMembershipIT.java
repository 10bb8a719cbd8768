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

package io.github.gracefulshutdown.registry.commons;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import io.github.gracefulshutdown.registry.AbstractRegistryMembershipTests;
import io.github.gracefulshutdown.registry.RegistryApplication;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.registry.consul.ConsulServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.cloud.consul.discovery.ConsulDiscoveryClient;
import org.springframework.cloud.consul.discovery.TtlScheduler;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoServiceRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulServiceRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests for {@link ServiceRegistryMembership} against a real server: what is there for
 * any registry of Spring Cloud is used with Consul's.
 */
class ServiceRegistryMembershipIT extends AbstractRegistryMembershipTests {

	private static final String SERVICE = "any";

	private static final String NEIGHBOUR = "neighbour";

	private static ConsulServer server;

	private final String id = "any-" + UUID.randomUUID();

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
		String discovery = "--spring.cloud.consul.discovery.";
		this.application = RegistryApplication.run(Application.class, "--spring.cloud.consul.enabled=true",
				"--spring.cloud.consul.host=127.0.0.1", "--spring.cloud.consul.port=" + server.address().getPort(),
				discovery + "service-name=" + SERVICE, discovery + "instance-id=" + this.id,
				discovery + "hostname=127.0.0.1", discovery + "heartbeat.enabled=true", discovery + "heartbeat.ttl=2s",
				discovery + "heartbeat.reregister-service-on-failure=true");
		this.heartbeats = this.application.getBean(TtlScheduler.class);
		// of another instance, which never leaves
		this.heartbeats.add(NEIGHBOUR);
		Awaitility.await().until(this::isOffered);
	}

	@AfterEach
	void stop() {
		// the scheduler outlives its context
		this.heartbeats.remove(NEIGHBOUR);
		this.application.close();
		server.all(SERVICE).forEach(server::deregister);
	}

	@Override
	protected RegistryMembership membership() {
		return this.application.getBean(ServiceRegistryMembership.class);
	}

	@Override
	protected boolean isOffered() {
		return server.all(SERVICE).contains(this.id);
	}

	@Override
	protected void putBack() {
		server.register(SERVICE, this.id, this.application.getBean(ConsulAutoRegistration.class).getPort());
	}

	/**
	 * The same scheduler sends the heartbeats of another instance, which never leaves.
	 */
	@Override
	protected void awaitHeartbeats() {
		long seen = heartbeats();
		Awaitility.await().until(() -> heartbeats() >= seen + 3);
	}

	private long heartbeats() {
		return server.requests().stream().filter(("PUT /v1/agent/check/pass/service:" + NEIGHBOUR)::equals).count();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		ServiceRegistryMembership<ConsulRegistration> anyMembership(ConsulServiceRegistry registry,
				ConsulAutoRegistration registration, ConsulAutoServiceRegistration autoRegistration,
				ConsulDiscoveryClient discoveryClient) {
			return new ServiceRegistryMembership<>("any", registry, registration, autoRegistration,
					List.of(discoveryClient), Duration.ofSeconds(35));
		}

	}

}
