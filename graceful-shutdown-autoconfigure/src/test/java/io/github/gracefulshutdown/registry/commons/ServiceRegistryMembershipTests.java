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

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

import io.github.gracefulshutdown.registry.AbstractRegistryMembershipTests;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryMembership;
import org.jspecify.annotations.Nullable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClient;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClient;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryProperties;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationProperties;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link ServiceRegistryMembership} with Spring Cloud's own lifecycle.
 */
class ServiceRegistryMembershipTests extends AbstractRegistryMembershipTests {

	private ConfigurableApplicationContext application;

	@BeforeEach
	void start() {
		this.application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--spring.config.name=none", "--spring.main.banner-mode=off", "--logging.level.root=WARN");
		this.application.getBean(Lifecycle.class).start();
	}

	@AfterEach
	void stop() {
		this.application.close();
	}

	@Override
	protected RegistryMembership membership() {
		return this.application.getBean(ServiceRegistryMembership.class);
	}

	@Override
	protected boolean isOffered() {
		return registry().instances.contains(registration());
	}

	@Override
	protected void putBack() {
		registry().instances.add(registration());
	}

	@Override
	protected void awaitHeartbeats() {
		// this registry has none
	}

	@Test
	void whenTheContextClosesThenItIsNotDeregisteredAgain() {
		Registry registry = registry();
		deregister();
		assertThat(registry.calls).containsExactly("register", "deregister", "close");
		this.application.close();
		assertThat(registry.calls).containsOnlyOnce("deregister");
	}

	/**
	 * The trap: left alone, Spring Cloud deregisters when it destroys its beans, which is
	 * after the web server was drained and stopped.
	 */
	@Test
	void whenNobodyLeavesThenTheContextIsClosedBeforeItIsDeregistered() {
		Registry registry = registry();
		List<Boolean> offered = new ArrayList<>();
		this.application.addApplicationListener((event) -> offered.add(registry.instances.contains(registration())));
		this.application.close();
		assertThat(offered).isNotEmpty().containsOnly(true);
		assertThat(registry.instances).isEmpty();
	}

	@Test
	void whenTheApplicationHasRegisteredItselfThenItIsDeregisteredAndRegistered() throws Exception {
		Registry registry = new Registry();
		registry.register(registration());
		ServiceRegistryMembership<Registration> membership = new ServiceRegistryMembership<>("test", registry,
				registration(), null, List.of(registry), Duration.ZERO);
		assertThat(membership.isRegistered()).isTrue();
		membership.leave();
		assertThat(membership.presence()).isEqualTo(Presence.ABSENT);
		membership.rejoin();
		assertThat(membership.presence()).isEqualTo(Presence.PRESENT);
		assertThat(registry.calls).containsExactly("register", "deregister", "register");
	}

	@Test
	void whenSpringCloudHasNotRegisteredThenThereIsNothingToLeave() {
		Lifecycle lifecycle = this.application.getBean(Lifecycle.class);
		lifecycle.stop();
		assertThat(membership().isRegistered()).isFalse();
	}

	@Test
	void whenADiscoveryClientNeverListedItThenItCannotTellThatItIsGone() throws Exception {
		ServiceRegistryMembership<Registration> membership = new ServiceRegistryMembership<>("test", registry(),
				registration(), null, List.of(new Registry()), Duration.ZERO);
		membership.leave();
		assertThat(membership.isConfirmable()).isTrue();
		assertThat(membership.presence()).isEqualTo(Presence.UNKNOWN);
	}

	@Test
	void whenDiscoveryClientsAreCompositeOrReadPropertiesThenTheyAreNotAsked() {
		DiscoveryClient simple = new SimpleDiscoveryClient(new SimpleDiscoveryProperties());
		ServiceRegistryMembership<Registration> membership = new ServiceRegistryMembership<>("test", registry(),
				registration(), null, List.of(simple, new CompositeDiscoveryClient(List.of(registry()))),
				Duration.ZERO);
		assertThat(membership.isConfirmable()).isFalse();
	}

	@Test
	void whenAnotherInstanceIsListedThenThisOneIsAbsent() {
		Registry registry = registry();
		registry.instances.add(new TestRegistration("pay-2", 8081));
		assertThat(deregister().presence()).isEqualTo("absent");
		assertThat(registry.instances).hasSize(1);
	}

	/**
	 * Otherwise it would be back some time after it was reported that it cannot come
	 * back.
	 */
	@Test
	@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenLeavingHangsThenRejoiningCanBeInterruptedAndIsNotDoneLater() throws Exception {
		Registry registry = registry();
		registry.answer = new CountDownLatch(1);
		Thread leaving = begin(() -> {
			membership().leave();
			return true;
		}, "await");
		Thread rejoining = begin(() -> {
			membership().rejoin();
			return true;
		}, "rejoin");
		rejoining.interrupt();
		rejoining.join();
		registry.answer.countDown();
		leaving.join();
		assertThat(registry.calls).containsExactly("register", "deregister", "close");
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenRejoiningFailsThenItIsStillToStayOut() throws Exception {
		Registry registry = registry();
		membership().leave();
		registry.refuses = true;
		assertThatIllegalStateException().isThrownBy(() -> membership().rejoin());
		assertThat(membership().isRegistered()).isTrue();
		putBack();
		this.application.publishEvent(new InstanceRegisteredEvent<>(this, this));
		assertThat(isOffered()).isFalse();
		putBack();
		assertThat(deregister().presence()).isEqualTo("absent");
		registry.refuses = false;
		membership().rejoin();
		assertThat(isOffered()).isTrue();
	}

	/**
	 * Begin a call that blocks, on a thread of its own.
	 */
	private static Thread begin(Callable<?> call, String method) {
		Thread thread = new Thread(new FutureTask<>(call));
		thread.setDaemon(true);
		thread.start();
		Awaitility.await()
			.until(() -> (thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.BLOCKED)
					&& Arrays.stream(thread.getStackTrace()).anyMatch((frame) -> frame.getMethodName().equals(method)));
		return thread;
	}

	private Registry registry() {
		return this.application.getBean(Registry.class);
	}

	private Registration registration() {
		return this.application.getBean(Registration.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		Registry registry() {
			return new Registry();
		}

		@Bean
		TestRegistration registration() {
			return new TestRegistration("pay-1", 8080);
		}

		@Bean
		Lifecycle lifecycle(ApplicationContext context, Registry registry, TestRegistration registration) {
			return new Lifecycle(context, registry, registration);
		}

		@Bean
		ServiceRegistryMembership<Registration> membership(Registry registry, TestRegistration registration,
				Lifecycle lifecycle) {
			return new ServiceRegistryMembership<>("test", registry, registration, lifecycle, List.of(registry),
					Duration.ZERO);
		}

		@Bean
		ApplicationListener<InstanceRegisteredEvent<?>> listener(ServiceRegistryMembership<Registration> membership) {
			return (event) -> membership.stayOut();
		}

	}

	/**
	 * A registry with its list of instances.
	 */
	static final class Registry implements ServiceRegistry<Registration>, DiscoveryClient {

		private final List<Registration> instances = new CopyOnWriteArrayList<>();

		private final List<String> calls = new CopyOnWriteArrayList<>();

		private volatile CountDownLatch answer = new CountDownLatch(0);

		private volatile boolean refuses;

		@Override
		public void register(Registration registration) {
			if (this.refuses) {
				throw new IllegalStateException();
			}
			this.calls.add("register");
			this.instances.add(registration);
		}

		@Override
		public void deregister(Registration registration) {
			this.calls.add("deregister");
			try {
				this.answer.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.instances.remove(registration);
		}

		@Override
		public void close() {
			this.calls.add("close");
		}

		@Override
		public void setStatus(Registration registration, String status) {
			throw new UnsupportedOperationException();
		}

		@Override
		@SuppressWarnings("TypeParameterUnusedInFormals")
		public <T> T getStatus(Registration registration) {
			throw new UnsupportedOperationException();
		}

		@Override
		public String description() {
			return "test";
		}

		@Override
		public List<ServiceInstance> getInstances(String serviceId) {
			return this.instances.stream()
				.filter((instance) -> instance.getServiceId().equals(serviceId))
				.<ServiceInstance>map((instance) -> new DefaultServiceInstance(instance.getInstanceId(), serviceId,
						instance.getHost(), instance.getPort(), false))
				.toList();
		}

		@Override
		public List<String> getServices() {
			return List.of("pay");
		}

	}

	/**
	 * What a starter for a registry adds to Spring Cloud's lifecycle.
	 */
	static final class Lifecycle extends AbstractAutoServiceRegistration<Registration> {

		private final Registration registration;

		Lifecycle(ApplicationContext context, Registry registry, Registration registration) {
			super(context, registry, new AutoServiceRegistrationProperties());
			this.registration = registration;
		}

		@Override
		@SuppressWarnings("deprecation")
		protected Object getConfiguration() {
			return this;
		}

		@Override
		protected boolean isEnabled() {
			return true;
		}

		@Override
		protected Registration getRegistration() {
			return this.registration;
		}

		@Override
		protected @Nullable Registration getManagementRegistration() {
			return null;
		}

	}

	record TestRegistration(String id, int port) implements Registration {

		@Override
		public String getInstanceId() {
			return this.id;
		}

		@Override
		public String getServiceId() {
			return "pay";
		}

		@Override
		public String getHost() {
			return "127.0.0.1";
		}

		@Override
		public int getPort() {
			return this.port;
		}

		@Override
		public boolean isSecure() {
			return false;
		}

		@Override
		public URI getUri() {
			return URI.create("http://127.0.0.1:" + this.port);
		}

		@Override
		public Map<String, String> getMetadata() {
			return Map.of();
		}

	}

}
