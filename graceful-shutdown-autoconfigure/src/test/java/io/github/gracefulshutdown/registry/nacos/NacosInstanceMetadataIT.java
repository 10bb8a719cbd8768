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

import java.util.Map;
import java.util.UUID;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.pojo.Instance;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link NacosInstanceMetadata} against a Nacos server.
 */
@Tag("environment")
@ExtendWith(NacosServerExtension.class)
@ParameterizedClass
@ValueSource(booleans = { true, false })
class NacosInstanceMetadataIT {

	private static NacosServer server;

	@Parameter
	private boolean ephemeral;

	private final String service = "pay-" + UUID.randomUUID();

	private ConfigurableApplicationContext application;

	private NacosMembership membership;

	private NacosInstanceMetadata metadata;

	private NamingService another;

	private int port;

	@BeforeAll
	static void findServer(NacosServer shared) {
		server = shared;
	}

	@BeforeEach
	void start() throws Exception {
		this.application = AbstractNacosMembershipTests.run(server, this.service, this.ephemeral,
				"--spring.cloud.nacos.discovery.graceful-shutdown-wait-time=0");
		this.membership = this.application.getBean(NacosMembership.class);
		this.metadata = this.application.getBean(NacosInstanceMetadata.class);
		this.port = AbstractNacosMembershipTests.port(this.application);
		this.another = NacosFactory.createNamingService(server.address());
		awaitOffered();
	}

	@AfterEach
	void stop() throws Exception {
		server.recover();
		this.application.close();
		this.another.shutDown();
	}

	@Test
	void whenClearedThenTheNextOneAtTheAddressHasWhatItRegisters() throws Exception {
		server.set(this.service, this.port, this.ephemeral, 5, false, Map.of("canary", "yes"));
		leave();
		this.metadata.clear();
		registerNext(1);
		awaitOffered();
		assertThat(shown()).satisfies((next) -> {
			assertThat(next.isEnabled()).isTrue();
			assertThat(next.getWeight()).isEqualTo(1);
			assertThat(next.getMetadata()).isEqualTo(Map.of("next", "yes"));
		});
	}

	/**
	 * The trap: this is what it inherits.
	 */
	@Test
	void whenNotClearedThenTheNextOneAtTheAddressHasWhatTheOperatorHasSet() throws Exception {
		server.set(this.service, this.port, this.ephemeral, 5, false, Map.of("canary", "yes"));
		leave();
		registerNext(1);
		Awaitility.await().until(() -> server.shown(this.service, this.port) != null);
		assertThat(shown()).satisfies((next) -> {
			assertThat(next.isEnabled()).isFalse();
			assertThat(next.getWeight()).isEqualTo(5);
			assertThat(next.getMetadata()).isEqualTo(Map.of("next", "yes", "canary", "yes"));
		});
	}

	@Test
	void whenNothingWasSetThenNothingIsLeftBehind() throws Exception {
		leave();
		this.metadata.clear();
		registerNext(7);
		awaitOffered();
		assertThat(shown().getWeight()).isEqualTo(7);
	}

	@Test
	void whenClearedAndBackThenItHasWhatTheOperatorHasSet() throws Exception {
		server.set(this.service, this.port, this.ephemeral, 5, true, Map.of("canary", "yes"));
		leave();
		this.metadata.clear();
		this.metadata.clear();
		this.membership.rejoin();
		this.metadata.restore();
		Awaitility.await().until(() -> shown().getWeight() == 5);
		assertThat(shown().isEnabled()).isTrue();
		assertThat(shown().getMetadata()).containsEntry("canary", "yes")
			.containsEntry("preserved.register.source", "SPRING_CLOUD");
		leave();
		this.metadata.clear();
		registerNext(1);
		awaitOffered();
		assertThat(shown().getWeight()).isEqualTo(1);
		assertThat(shown().getMetadata()).isEqualTo(Map.of("next", "yes"));
	}

	@Test
	void whenClearedAndBackThenWhatTheOperatorHasTakenOutIsNotOffered() throws Exception {
		server.set(this.service, this.port, this.ephemeral, 5, false, Map.of());
		leave();
		this.metadata.clear();
		this.membership.rejoin();
		this.metadata.restore();
		Awaitility.await().until(() -> server.shown(this.service, this.port) != null);
		assertThat(shown().isEnabled()).isFalse();
		assertThat(shown().getWeight()).isEqualTo(5);
	}

	@Test
	void whenTheServerIsGoneThenClearingFails() throws Exception {
		server.set(this.service, this.port, this.ephemeral, 5, true, Map.of());
		leave();
		server.refuse();
		assertThatException().isThrownBy(this.metadata::clear);
		server.recover();
		this.metadata.clear();
		server.register(this.service, this.port, this.ephemeral);
		assertThat(shown().getWeight()).isEqualTo(1);
	}

	private void leave() throws Exception {
		this.membership.leave();
		Awaitility.await().until(() -> server.shown(this.service, this.port) == null);
	}

	private void registerNext(double weight) throws Exception {
		register(this.another, weight, Map.of("next", "yes"));
	}

	private void register(NamingService client, double weight, Map<String, String> metadata) throws Exception {
		Instance instance = new Instance();
		instance.setIp("127.0.0.1");
		instance.setPort(this.port);
		instance.setEphemeral(this.ephemeral);
		instance.setWeight(weight);
		instance.setMetadata(metadata);
		client.registerInstance(this.service, instance);
	}

	private void awaitOffered() {
		Awaitility.await().until(() -> server.offered(this.service, this.port) != null);
	}

	private Instance shown() {
		Instance instance = server.shown(this.service, this.port);
		assertThat(instance).isNotNull();
		return instance;
	}

}
