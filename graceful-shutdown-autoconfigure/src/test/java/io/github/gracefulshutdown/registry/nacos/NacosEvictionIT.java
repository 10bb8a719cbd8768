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
import java.util.UUID;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.pojo.Instance;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.registry.DeregisterPhase;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.Presence;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link NacosMembership} where another connection has registered the same
 * address: that of a process that was here before, or of one that was started twice. Only
 * an ephemeral instance belongs to a connection.
 */
@Tag("environment")
@ExtendWith(NacosServerExtension.class)
class NacosEvictionIT {

	private static NacosServer server;

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
		this.application = AbstractNacosMembershipTests.run(server, this.service, true,
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
	void whenLeavingIsInVainThenItIsEvictedAndTheReportSaysSo() throws Exception {
		this.another.registerInstance(this.service, "127.0.0.1", this.port);
		DeregisterPhase phase = new DeregisterPhase(ShutdownClock.system(), Duration.ofSeconds(30));
		new DeregistrationParticipant(List.of(this.membership), List.of(), Duration.ofSeconds(5), Duration.ofSeconds(1),
				true)
			.onPhase(phase);
		assertThat(phase.registry().presence()).isEqualTo("absent");
		assertThat(phase.registry().evicted()).isTrue();
		assertThat(server.offered(this.service, this.port)).isNull();
	}

	@Test
	void whenAnotherConnectionHasRegisteredItThenItIsHiddenUntilThisRejoins() throws Exception {
		leaveInVain();
		assertThat(this.membership.evict()).isTrue();
		Awaitility.await().until(() -> server.offered(this.service, this.port) == null);
		assertThat(server.shown(this.service, this.port)).extracting(Instance::isEnabled).isEqualTo(false);
		assertThatIllegalStateException().isThrownBy(this.metadata::clear);
		this.membership.rejoin();
		awaitOffered();
		assertThat(server.shown(this.service, this.port)).extracting(Instance::isEnabled).isEqualTo(true);
	}

	@Test
	void whenAnotherConnectionHasRegisteredItThenItIsHiddenUntilTheApplicationHasClosed() throws Exception {
		leaveInVain();
		this.membership.evict();
		Awaitility.await().until(() -> server.offered(this.service, this.port) == null);
		this.application.close();
		awaitOffered();
	}

	@Test
	void whenAnotherConnectionHasRegisteredItAndHasGoneThenTheNextOneIsNotHidden() throws Exception {
		leaveInVain();
		this.membership.evict();
		this.another.shutDown();
		Awaitility.await().until(() -> server.shown(this.service, this.port) == null);
		this.metadata.clear();
		this.another = NacosFactory.createNamingService(server.address());
		this.another.registerInstance(this.service, "127.0.0.1", this.port);
		awaitOffered();
	}

	/**
	 * The trap: the server still offers what this connection has not registered.
	 */
	private void leaveInVain() throws Exception {
		this.another.registerInstance(this.service, "127.0.0.1", this.port);
		this.membership.leave();
		server.awaitListing();
		assertThat(this.membership.presence()).isEqualTo(Presence.PRESENT);
	}

	private void awaitOffered() {
		Awaitility.await().until(() -> server.offered(this.service, this.port) != null);
	}

}
