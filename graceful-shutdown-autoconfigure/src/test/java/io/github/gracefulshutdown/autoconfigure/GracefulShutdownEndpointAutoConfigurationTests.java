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

package io.github.gracefulshutdown.autoconfigure;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

import javax.management.MBeanException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import io.github.gracefulshutdown.FakeGracefulShutdown;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.actuate.DeregisterEndpoint;
import io.github.gracefulshutdown.actuate.DeregisterEndpointWebExtension;
import io.github.gracefulshutdown.actuate.ReactiveDeregisterEndpointWebExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.servlet.DispatcherServlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link GracefulShutdownEndpointAutoConfiguration}.
 */
class GracefulShutdownEndpointAutoConfigurationTests {

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(EndpointAutoConfiguration.class,
			WebEndpointAutoConfiguration.class, GracefulShutdownEndpointAutoConfiguration.class,
			GracefulShutdownDoctorAutoConfiguration.class);

	private static final String EXPOSURE_CHECK = "deregisterExposureCheck";

	private static final String SECURITY_CHECK = "deregisterSecurityCheck";

	private static final String EXPOSED = "management.endpoints.web.exposure.include=deregister";

	private final WebApplicationContextRunner servlet = new WebApplicationContextRunner()
		.withConfiguration(AUTO_CONFIGURATIONS)
		.withBean(GracefulShutdown.class, FakeGracefulShutdown::new);

	private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AUTO_CONFIGURATIONS)
		.withBean(GracefulShutdown.class, FakeGracefulShutdown::new);

	@Test
	void whenExposedThenThereIsAnEndpointWithTheExtensionOfItsStack() {
		this.servlet.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasSingleBean(DeregisterEndpoint.class)
				.hasSingleBean(DeregisterEndpointWebExtension.class)
				.doesNotHaveBean(ReactiveDeregisterEndpointWebExtension.class)
				.hasBean(SECURITY_CHECK));
		this.reactive.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasSingleBean(DeregisterEndpoint.class)
				.hasSingleBean(ReactiveDeregisterEndpointWebExtension.class)
				.doesNotHaveBean(DeregisterEndpointWebExtension.class));
	}

	@Test
	void whenNotExposedThenThereIsNoEndpointButTheCheck() {
		this.servlet.run((context) -> assertThat(context).doesNotHaveBean(DeregisterEndpoint.class)
			.doesNotHaveBean(DeregisterEndpointWebExtension.class)
			.hasBean(EXPOSURE_CHECK));
	}

	@Test
	void whenThereIsNoGracefulShutdownThenThereIsNothing() {
		new WebApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues(EXPOSED, "graceful-shutdown.reserve=1h")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(DeregisterEndpoint.class)
				.doesNotHaveBean(EXPOSURE_CHECK));
	}

	@Test
	void whenThereIsNoActuatorThenThereIsNothing() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GracefulShutdownEndpointAutoConfiguration.class,
					GracefulShutdownDoctorAutoConfiguration.class))
			.withBean(GracefulShutdown.class, FakeGracefulShutdown::new)
			.withClassLoader(
					new FilteredClassLoader(Endpoint.class.getPackageName(), "org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EXPOSURE_CHECK));
	}

	@Test
	void whenThereIsNoSecurityThenThereIsNoCheckOfIt() {
		this.servlet.withPropertyValues(EXPOSED)
			.withClassLoader(new FilteredClassLoader("org.springframework.security"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(DeregisterEndpoint.class)
				.doesNotHaveBean(SECURITY_CHECK));
		assertThat(FilterChainProxy.class).as("control").isNotNull();
	}

	@Test
	void whenTheOtherStackIsAbsentThenEachWorks() {
		this.servlet.withPropertyValues(EXPOSED)
			.withClassLoader(new FilteredClassLoader(DispatcherHandler.class.getPackageName(), "reactor"))
			.run((context) -> assertThat(context).hasSingleBean(DeregisterEndpointWebExtension.class));
		this.reactive.withPropertyValues(EXPOSED)
			.withClassLoader(new FilteredClassLoader(DispatcherServlet.class.getPackageName(), "jakarta.servlet",
					"org.apache.catalina"))
			.run((context) -> assertThat(context).hasSingleBean(ReactiveDeregisterEndpointWebExtension.class));
	}

	@Test
	void whenThereIsNoWebThenTheEndpointIsThereForJmxAlone() {
		new ApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withBean(GracefulShutdown.class, FakeGracefulShutdown::new)
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=deregister")
			.run((context) -> assertThat(context).hasSingleBean(DeregisterEndpoint.class)
				.doesNotHaveBean(DeregisterEndpointWebExtension.class)
				.doesNotHaveBean(EXPOSURE_CHECK));
	}

	@Test
	void whenCalledOverJmxThenWorksWhateverAddressesAreAllowed() throws Exception {
		MBeanServer server = ManagementFactory.getPlatformMBeanServer();
		try (EndpointApplication application = EndpointApplication.start(WebApplicationType.SERVLET,
				List.of("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=deregister",
						"management.endpoints.jmx.domain=gs.test",
						"graceful-shutdown.endpoint.allowed-addresses=10.0.0.0/8"))) {
			ObjectName name = new ObjectName("gs.test:type=Endpoint,name=Deregister");
			assertThat(report(server, name, "report")).containsEntry("state", "UP");
			assertThat(report(server, name, "rejoin")).containsEntry("state", "UP");
			assertThat(report(server, name, "deregister", true)).containsEntry("state", "OUT_OF_SERVICE")
				.containsEntry("remaining", "PT21.5S");
			application.shutdown().leaveLater();
			assertThat(report(server, name, "deregister", false)).containsEntry("state", "UP");
			assertThat(application.shutdown().calls()).containsExactly("rejoin", "leave: JMX deregister",
					"leave: JMX deregister");
			application.shutdown().end();
			assertThatExceptionOfType(MBeanException.class).isThrownBy(() -> report(server, name, "rejoin"));
		}
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> report(MBeanServer server, ObjectName name, String operation,
			Object... arguments) throws Exception {
		String[] signature = (arguments.length == 0) ? new String[0] : new String[] { Boolean.class.getName() };
		return (Map<String, Object>) server.invoke(name, operation, arguments, signature);
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void controlWhenTheExtensionIsMissingThenForeignCallersGetThrough(WebApplicationType type) {
		try (EndpointApplication application = EndpointApplication.start(type,
				List.of("spring.autoconfigure.exclude=" + GracefulShutdownEndpointAutoConfiguration.class.getName()),
				Unguarded.class)) {
			assertThat(application
				.send(EndpointApplication.FOREIGN, "POST /actuator/deregister", "", "Content-Type: application/json",
						"Origin: http://evil", "X-Forwarded-For: 127.0.0.1")
				.status()).isEqualTo(200);
			assertThat(application.shutdown().calls()).hasSize(1);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Unguarded {

		@Bean
		DeregisterEndpoint deregisterEndpoint(GracefulShutdown shutdown) {
			return new DeregisterEndpoint(shutdown, List::of);
		}

	}

}
