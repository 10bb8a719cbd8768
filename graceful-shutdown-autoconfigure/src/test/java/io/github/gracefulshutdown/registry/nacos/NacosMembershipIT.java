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

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import com.alibaba.cloud.nacos.NacosServiceManager;
import com.alibaba.cloud.nacos.registry.NacosAutoServiceRegistration;
import com.alibaba.nacos.api.naming.NamingService;
import io.github.gracefulshutdown.ShutdownClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link NacosMembership} against a Nacos server, as an ephemeral instance, and
 * for what does not depend on the kind.
 */
@Tag("environment")
class NacosMembershipIT extends AbstractNacosMembershipTests {

	@Override
	protected boolean ephemeral() {
		return true;
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
	void whenTheContextIsRefreshedThenItStaysOut() throws Exception {
		membership().leave();
		refresh();
		server.awaitListing();
		assertThat(isOffered()).isFalse();
		membership().rejoin();
		Awaitility.await().until(this::isOffered);
		assertThat(membership().isRegistered()).isTrue();
		membership().leave();
		server.awaitListing();
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
	void whenTheServerGoesWhileItIsAskedThenTheReportSaysUnknownUntilItIsBack() throws Exception {
		membership().leave();
		server.refuse();
		assertThat(failToDeregister().presence()).isEqualTo("unknown");
		server.recover();
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenTheApplicationClosesThenTheSleepOfTheClientIsNotAddedToIt() {
		this.application.close();
		String wait = "--spring.cloud.nacos.discovery.graceful-shutdown-wait-time=6000";
		start(wait);
		long client = nanosToClose();
		start(wait);
		deregister();
		rebind();
		assertThat(nanosToClose()).isLessThan(client - Duration.ofSeconds(4).toNanos());
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
		assertThat(close()).succeedsWithin(CLOSED);
	}

	@Test
	void whenCallersCacheThenTheStalenessIsThePushAndTheirCache() {
		assertThat(membership().staleness()).isEqualTo(Duration.ofSeconds(2 + 35));
	}

	/**
	 * Until Nacos registers again, the properties have no port.
	 */
	@Test
	void whenAnotherRegistryRegistersAfterARebindThenItLeavesAsItWasRegistered() {
		rebind();
		this.application.publishEvent(new InstanceRegisteredEvent<>(this, "another"));
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenAClassIsNotThereToRejoinWithThenItStaysOut() throws Exception {
		NacosDiscoveryProperties properties = this.application.getBean(NacosDiscoveryProperties.class);
		NacosMembership membership = new NacosMembership(new NacosServiceManager() {

			@Override
			public NamingService getNamingService() {
				throw new NoClassDefFoundError("naming");
			}

		}, properties, registration(), this.application.getBean(NacosAutoServiceRegistration.class), Duration.ZERO,
				ShutdownClock.system());
		assertThat(catchThrowable(membership::leave)).hasStackTraceContaining("NoClassDefFoundError");
		assertThat(catchThrowable(membership::rejoin)).hasStackTraceContaining("NoClassDefFoundError");
		assertThat(membership.departed()).isNotNull();
		assertThat(properties.isRegisterEnabled()).isFalse();
		membership.destroy();
	}

	private long nanosToClose() {
		long start = System.nanoTime();
		this.application.close();
		return System.nanoTime() - start;
	}

}
