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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import com.alibaba.cloud.nacos.NacosServiceManager;
import com.alibaba.cloud.nacos.registry.NacosAutoServiceRegistration;
import com.alibaba.cloud.nacos.registry.NacosGracefulShutdownDelegate;
import com.alibaba.cloud.nacos.registry.NacosRegistration;
import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.FakeGracefulShutdown;
import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.platform.Doctor;
import io.github.gracefulshutdown.platform.DoctorFindingsException;
import io.github.gracefulshutdown.platform.Surroundings;
import io.github.gracefulshutdown.registry.RegistryMembership;
import io.github.gracefulshutdown.registry.nacos.NacosMembership;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * What an application says at start about how it will be stopped.
 */
@ExtendWith(OutputCaptureExtension.class)
class GracefulShutdownDoctorAutoConfigurationTests {

	private static final String KUBERNETES = "spring.main.cloud-platform=kubernetes";

	private static final String EXPOSED = "management.endpoints.web.exposure.include=deregister,health";

	private static final String ALLOW_GET = "graceful-shutdown.endpoint.allow-get=true";

	private static final String LOOPBACK = "graceful-shutdown.endpoint.allowed-addresses=127.0.0.0/8,::1";

	@Test
	void whenOnALaptopThenSaysNothing(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(List.of(Web.class, BareHost.class),
				"management.endpoint.health.probes.enabled=false", "spring.main.register-shutdown-hook=false",
				ALLOW_GET, "graceful-shutdown.executors.excluded=applicationTaskExecutor",
				"graceful-shutdown.drain.timeout=60s", "graceful-shutdown.settle.max=60s")) {
			assertThat(context.getBean(Doctor.class).findings()).isEmpty();
		}
		assertThat(said(output)).isEmpty();
	}

	@Test
	void whenInAContainerThenIsLookedAt(@TempDir Path root) throws IOException {
		Files.createFile(root.resolve(".dockerenv"));
		assertThat(ids(root, "a=b")).containsExactly("grace-period-assumed");
		assertThat(ids(root, "graceful-shutdown.grace-period=30s")).isEmpty();
		assertThat(ids(root, KUBERNETES, EXPOSED)).as("grants 30 s by itself").isEmpty();
	}

	@Test
	void whenToldToWaitForCallersThenIsLookedAt() {
		assertThat(ids("graceful-shutdown.settle.mode=always", "graceful-shutdown.drain.timeout=60s"))
			.containsExactly("plan-does-not-fit");
		assertThat(ids("graceful-shutdown.drain.timeout=60s")).as("control").isEmpty();
	}

	@Test
	void whenThingsWillGoWrongOnKubernetesThenSaysSo() {
		assertThat(ids(KUBERNETES, "management.endpoints.web.exposure.include=health", ALLOW_GET, LOOPBACK,
				"server.address=127.0.0.1", "spring.main.register-shutdown-hook=false",
				"graceful-shutdown.settle.max=13s", "graceful-shutdown.drain.timeout=24s",
				"graceful-shutdown.executors.excluded=applicationTaskExecutor",
				"management.endpoint.health.group.readiness.include=ping"))
			.containsExactlyInAnyOrder("endpoint-not-exposed", "endpoint-allowed-addresses", "endpoint-loopback",
					"shutdown-hook", "plan-does-not-fit", "plan-does-not-fit", "executor-queue", "readiness-probe");
		assertThat(ids(KUBERNETES, EXPOSED, "management.endpoint.deregister.access=read-only",
				"graceful-shutdown.settle.min=13s", "graceful-shutdown.executors.enabled=false",
				"management.endpoint.health.probes.enabled=false"))
			.containsExactlyInAnyOrder("endpoint-read-only", "plan-does-not-fit", "executor-queue", "readiness-probe");
	}

	@Test
	void whenNothingWillGoWrongOnKubernetesThenSaysNothing() {
		assertThat(ids(KUBERNETES, EXPOSED)).isEmpty();
		assertThat(ids(KUBERNETES, EXPOSED, ALLOW_GET, "graceful-shutdown.grace-period=30s",
				"graceful-shutdown.endpoint.allowed-addresses=127.0.0.1,10.0.0.1", "server.address=127.0.0.1",
				"management.server.port=0", "graceful-shutdown.settle.max=12s", "graceful-shutdown.drain.timeout=23s",
				"server.shutdown=immediate", "graceful-shutdown.readiness=false",
				"management.endpoint.health.probes.enabled=false"))
			.isEmpty();
		assertThat(ids(KUBERNETES, EXPOSED, LOOPBACK, "management.server.port=0", "management.server.address=127.0.0.1",
				"graceful-shutdown.settle.mode=never", "graceful-shutdown.settle.max=60s",
				"graceful-shutdown.drain.timeout=25s",
				"management.endpoint.health.group.readiness.include=ping,readinessState"))
			.isEmpty();
	}

	@Test
	void whenThePortOfTheEndpointIsBoundToLoopbackThenAnHttpGetHookDoesNotGetThrough() {
		assertThat(ids(KUBERNETES, EXPOSED, ALLOW_GET, "graceful-shutdown.endpoint.allowed-addresses=10.0.0.0/8",
				"management.server.port=0", "management.server.address=127.0.0.1"))
			.containsExactly("endpoint-loopback");
	}

	@Test
	void whenTheServerIsOneThatOnlySpringBootDrainsThenItHasToBeTold() {
		List<Class<?>> other = List.of(OtherServer.class, BareHost.class);
		String reactive = "spring.main.web-application-type=reactive";
		assertThat(ids(other, reactive, KUBERNETES, "server.shutdown=immediate")).containsExactly("server-shutdown");
		assertThat(ids(other, reactive, KUBERNETES)).isEmpty();
	}

	@Test
	void whenTheSignalDoesNotArriveThenSaysSo() {
		assertThat(ids(List.of(Web.class, ShellHost.class), KUBERNETES, EXPOSED))
			.containsExactly("signal-not-forwarded");
	}

	@Test
	void whenTheApplicationIsNotReadyThenNothingIsLookedAtYet() {
		List<String> checks = new ArrayList<>();
		ApplicationListener<ApplicationStartedEvent> listener = (event) -> checks
			.addAll(made(event.getApplicationContext()));
		try (ConfigurableApplicationContext context = run(List.of(Web.class, BareHost.class), listener, KUBERNETES,
				EXPOSED)) {
			assertThat(checks).isEmpty();
			assertThat(made(context)).as("control").hasSizeGreaterThan(9);
		}
	}

	private static List<String> made(ConfigurableApplicationContext context) {
		return Stream.of(context.getBeanNamesForType(DoctorCheck.class, true, false))
			.filter(context.getBeanFactory()::containsSingleton)
			.toList();
	}

	@Test
	void whenWhatSettleTakesAtLeastLeavesDrainTooLittleThenSaysSo() {
		assertThat(ids(KUBERNETES, EXPOSED, "graceful-shutdown.settle.min=5s", "graceful-shutdown.drain.timeout=21s"))
			.containsExactly("plan-does-not-fit");
		assertThat(ids(KUBERNETES, EXPOSED, "graceful-shutdown.settle.min=5s", "graceful-shutdown.drain.timeout=20s"))
			.isEmpty();
	}

	@Test
	void whenNobodyProbesThenTheProbeDoesNotMatter() {
		assertThat(ids("spring.main.cloud-platform=heroku", EXPOSED, "management.endpoint.health.probes.enabled=false"))
			.isEmpty();
	}

	@Test
	void whenIgnoredThenSaysNothing() {
		assertThat(ids(KUBERNETES, "graceful-shutdown.drain.timeout=60s",
				"graceful-shutdown.doctor-severity.endpoint-not-exposed=off",
				"graceful-shutdown.doctor-severity.plan-does-not-fit=off"))
			.isEmpty();
	}

	@Test
	void whenOneFindingIsToFailTheStartThenOnlyThatDoes(CapturedOutput output) {
		String[] wrong = { KUBERNETES, "graceful-shutdown.drain.timeout=60s",
				"spring.main.register-shutdown-hook=false", "graceful-shutdown.doctor=warn",
				// as it is left of an environment variable
				"graceful-shutdown.doctor-severity.endpointnotexposed=off" };
		String[] failing = Arrays.copyOf(wrong, wrong.length + 1);
		failing[wrong.length] = "graceful-shutdown.doctor-severity.plan-does-not-fit=fail";
		List<Class<?>> sources = List.of(Web.class, BareHost.class);
		assertThatExceptionOfType(DoctorFindingsException.class).isThrownBy(() -> run(sources, failing))
			.satisfies(
					(ex) -> assertThat(ex.getFindings()).extracting(Finding::id).containsExactly("plan-does-not-fit"));
		assertThat(said(output)).singleElement().asString().endsWith("[shutdown-hook]");
		try (ConfigurableApplicationContext context = run(sources, wrong)) {
			assertThat(context.getBean(Doctor.class).findings()).extracting(Finding::id)
				.containsExactlyInAnyOrder("plan-does-not-fit", "shutdown-hook");
		}
		assertThat(output).doesNotContain("endpoint-not-exposed");
	}

	@Test
	void whenInATestThenSaysNothingWhateverItRunsIn() {
		TestContext test = new TestContextManager(ApplicationTests.class).getTestContext();
		assertThat(test.getApplicationContext().getBean(Doctor.class).findings()).isEmpty();
		test.markApplicationContextDirty(null);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "server.ssl.key-store=some.p12 | true", "server.ssl.bundle=some | true",
					"server.ssl.bundle=some;management.server.port=1 | true",
					"management.server.port=1;management.server.ssl.bundle=some | true", "a=b | false",
					"server.ssl.bundle=some;server.ssl.enabled=false | false",
					"server.ssl.bundle=some;management.server.port=1;management.server.ssl.enabled=false | false",
					"management.server.ssl.bundle=some | false" })
	void whenThePortOfTheEndpointSpeaksTlsThenIsKnown(String properties, boolean tls) throws Exception {
		MockEnvironment environment = new MockEnvironment();
		for (String property : properties.split(";", -1)) {
			String[] nameAndValue = property.split("=", 2);
			environment.setProperty(nameAndValue[0], nameAndValue[1]);
		}
		assertThat(GracefulShutdownDoctorAutoConfiguration.HookConfiguration.isTls(environment)).isEqualTo(tls);
		GracefulShutdownProperties hook = new GracefulShutdownProperties();
		hook.getEndpoint().setAllowGet(true);
		hook.getEndpoint().setAllowedAddresses(List.of("10.0.0.1"));
		assertThat(new GracefulShutdownDoctorAutoConfiguration.HookConfiguration()
			.deregisterHttpGetHookCheck(hook, environment)
			.findings()).extracting(Finding::id).containsExactlyElementsOf(tls ? List.of("endpoint-tls") : List.of());
	}

	@Test
	void whenARegistryKeepsAddressesLongerThanThereIsToWaitThenSaysSo() {
		List<Class<?>> registered = List.of(Web.class, BareHost.class, Registered.class);
		assertThat(ids(registered, EXPOSED)).containsExactly("stale-address", "load-balancer-cache");
		assertThat(ids(registered, EXPOSED, "spring.cloud.loadbalancer.cache.ttl=10s"))
			.containsExactly("stale-address");
		assertThat(ids(registered, EXPOSED, "graceful-shutdown.grace-period=195s")).isEmpty();
		assertThat(ids(registered, EXPOSED, "graceful-shutdown.settle.min=10s")).as("knows").isEmpty();
		assertThat(ids(registered, EXPOSED, "graceful-shutdown.settle.mode=never")).as("nobody waits").isEmpty();
	}

	@Test
	void whenTheRegistryIsOnALaptopThenSaysNothing(@TempDir Path root) throws IOException {
		List<Class<?>> laptop = List.of(Web.class, TestHost.class, Registered.class);
		String host = "test.root=" + root;
		assertThat(ids(laptop, EXPOSED, host, "local=true")).isEmpty();
		assertThat(ids(laptop, EXPOSED, host, "local=false")).as("control")
			.containsExactly("stale-address", "load-balancer-cache");
		Files.createFile(root.resolve(".dockerenv"));
		assertThat(ids(laptop, EXPOSED, host, "local=true", "graceful-shutdown.grace-period=30s"))
			.as("a registry beside it in the container")
			.containsExactly("stale-address", "load-balancer-cache");
	}

	@Test
	void whenNacosSleepsByItselfThenSaysSo() {
		List<Class<?>> sleeping = List.of(Web.class, BareHost.class, SleepingNacos.class);
		assertThat(ids(sleeping, KUBERNETES, EXPOSED)).containsExactly("nacos-sleep");
		assertThat(ids(sleeping, KUBERNETES, EXPOSED, "sleep=0")).isEmpty();
		List<Class<?>> leaving = List.of(Web.class, BareHost.class, SleepingNacos.class, LeavingNacos.class);
		assertThat(ids(leaving, KUBERNETES, EXPOSED, "graceful-shutdown.settle.min=1s")).isEmpty();
		assertThat(ids(leaving, KUBERNETES, EXPOSED, "running=false")).containsExactly("nacos-sleep");
	}

	@Test
	void whenFindingsFailTheStartThenSaysWhatAndWhatToDo(CapturedOutput output) {
		assertThat(ids(KUBERNETES, EXPOSED, "spring.main.register-shutdown-hook=false",
				"graceful-shutdown.drain.timeout=60s"))
			.hasSize(2);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("[shutdown-hook] 'spring.main.register-shutdown-hook' is off")
			.contains("[shutdown-hook] Remove 'spring.main.register-shutdown-hook'")
			.contains("[plan-does-not-fit] DRAIN is to take up to 60.0 s")
			.contains("'graceful-shutdown.doctor-severity.<id>'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "off", "false" })
	void whenOffThenSaysNothing(String off, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(List.of(Web.class, BareHost.class), KUBERNETES,
				"graceful-shutdown.doctor=" + off)) {
			assertThat(context.getBean(Doctor.class).findings()).isEmpty();
		}
		assertThat(said(output)).isEmpty();
	}

	@Test
	void whenSomethingIsFoundThenWarnsAndTheEndpointReportsItAsAdvice(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(List.of(Web.class, BareHost.class), KUBERNETES, EXPOSED,
				"graceful-shutdown.drain.timeout=60s")) {
			int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
			assertThat(RawHttp.send(EndpointApplication.LOCAL, port, "GET /actuator/deregister", "").body()).contains(
					"\"advice\":[{\"id\":\"plan-does-not-fit\",\"problem\":\"DRAIN is to take up to 60.0 s,",
					"\"fix\":\"Set 'graceful-shutdown.grace-period',");
		}
		assertThat(said(output)).singleElement()
			.asString()
			.contains(" WARN ")
			.contains("DRAIN is to take up to 60.0 s")
			.endsWith("[plan-does-not-fit]");
	}

	@Test
	void whenThereIsNothingButSpringBootThenLooksAllTheSame() {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
					GracefulShutdownAutoConfiguration.class, GracefulShutdownDoctorAutoConfiguration.class));
		runner
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate", "org.springframework.boot.web",
					"org.springframework.boot.health", "org.springframework.security", "org.springframework.cloud",
					"com.alibaba", "jakarta.servlet"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Doctor.class)
				.satisfies((same) -> assertThat(same.getBeansOfType(DoctorCheck.class)).hasSize(5)));
		runner.withPropertyValues("graceful-shutdown.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DoctorCheck.class));
	}

	@Test
	void whenThereIsNoSecurityOfServletsThenItIsNotLookedAt() {
		String check = "deregisterSecurityCheck";
		AutoConfigurations configurations = AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
				GracefulShutdownAutoConfiguration.class, GracefulShutdownDoctorAutoConfiguration.class);
		WebEndpointsSupplier endpoints = List::of;
		WebApplicationContextRunner servlet = new WebApplicationContextRunner().withConfiguration(configurations)
			.withBean(WebEndpointProperties.class)
			.withBean(WebEndpointsSupplier.class, () -> endpoints);
		servlet.run((context) -> assertThat(context).hasBean(check));
		servlet.withClassLoader(new FilteredClassLoader(FilterChainProxy.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("deregisterExposureCheck")
				.doesNotHaveBean(check));
		new ReactiveWebApplicationContextRunner().withConfiguration(configurations)
			.withBean(WebEndpointProperties.class)
			.withBean(WebEndpointsSupplier.class, () -> endpoints)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("deregisterExposureCheck")
				.doesNotHaveBean(check));
	}

	/**
	 * Return what the doctor says, and not what Tomcat may say of a slow machine.
	 */
	private static List<String> said(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("Doctor")).toList();
	}

	private static List<String> ids(Path root, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("test.root=" + root);
		return ids(List.of(Web.class, TestHost.class), all.toArray(String[]::new));
	}

	private static List<String> ids(String... properties) {
		return ids(List.of(Web.class, BareHost.class), properties);
	}

	/**
	 * Return what fails the start, which is what would otherwise be warned of.
	 */
	private static List<String> ids(List<Class<?>> sources, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("graceful-shutdown.doctor=fail");
		try {
			run(sources, all.toArray(String[]::new)).close();
			return List.of();
		}
		catch (DoctorFindingsException ex) {
			return ex.getFindings().stream().map(Finding::id).toList();
		}
	}

	private static ConfigurableApplicationContext run(List<Class<?>> sources, String... properties) {
		return run(sources, (event) -> {
		}, properties);
	}

	private static ConfigurableApplicationContext run(List<Class<?>> sources,
			ApplicationListener<ApplicationStartedEvent> listener, String... properties) {
		List<String> arguments = Stream.of(properties).map((property) -> "--" + property).toList();
		ConfigurableApplicationContext context = new SpringApplicationBuilder(sources.toArray(Class[]::new))
			.web(WebApplicationType.SERVLET)
			.listeners(listener)
			.properties("server.port=0", "spring.main.banner-mode=off", "spring.jmx.enabled=false",
					"logging.level.root=warn", "spring.main.cloud-platform=none")
			.run(arguments.toArray(String[]::new));
		EndpointApplication.awaitDoctor();
		return context;
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, TaskExecutionAutoConfiguration.class,
			EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class, JacksonAutoConfiguration.class,
			JacksonEndpointAutoConfiguration.class, ManagementContextAutoConfiguration.class,
			HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
			AvailabilityHealthContributorAutoConfiguration.class, AvailabilityProbesAutoConfiguration.class,
			HealthEndpointAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class,
			DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class, ServletManagementContextAutoConfiguration.class,
			TomcatServletManagementContextAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownTomcatAutoConfiguration.class, GracefulShutdownEndpointAutoConfiguration.class,
			GracefulShutdownExecutorAutoConfiguration.class, GracefulShutdownRegistryAutoConfiguration.class,
			GracefulShutdownDoctorAutoConfiguration.class })
	static class Web {

		/**
		 * Ends at once, which is not what matters here.
		 */
		@Bean
		FakeGracefulShutdown gracefulShutdown() {
			return new FakeGracefulShutdown();
		}

	}

	@SpringBootTest(classes = { Web.class, BareHost.class }, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = { KUBERNETES, "graceful-shutdown.doctor=fail", "graceful-shutdown.drain.timeout=60s" })
	static class ApplicationTests {

	}

	@Configuration(proxyBeanMethods = false)
	static class BareHost {

		@Bean
		Surroundings surroundings() {
			return EndpointApplication.BARE_HOST;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ShellHost {

		@Bean
		Surroundings surroundings() {
			ProcessHandle.Info info = mock();
			given(info.command()).willReturn(Optional.of("/bin/sh"));
			ProcessHandle shell = mock();
			given(shell.pid()).willReturn(1L);
			given(shell.info()).willReturn(info);
			ProcessHandle process = mock();
			given(process.parent()).willReturn(Optional.of(shell));
			return new Surroundings(Map.of(), Path.of("nowhere"), process);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(GracefulShutdownDoctorAutoConfiguration.class)
	static class OtherServer {

		@Bean
		ReactiveWebServerFactory webServerFactory() {
			return (handler) -> mock();
		}

		@Bean
		HttpHandler handler() {
			return (request, response) -> Mono.empty();
		}

		@Bean
		FakeGracefulShutdown gracefulShutdown() {
			return new FakeGracefulShutdown();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TestHost {

		@Bean
		Surroundings surroundings(@Value("${test.root}") Path root) {
			return new Surroundings(Map.of(), root, ProcessHandle.current());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Registered {

		@Bean
		RegistryMembership membership(Environment environment) {
			RegistryMembership membership = mock();
			given(membership.name()).willReturn("eureka");
			given(membership.isRegistered()).willReturn(true);
			given(membership.isLocal()).willReturn(environment.getProperty("local", boolean.class, false));
			given(membership.staleness()).willReturn(Duration.ofSeconds(60)
				.plus(GracefulShutdownRegistryAutoConfiguration.loadBalancerCacheTtl(environment)));
			return membership;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SleepingNacos {

		/**
		 * As a bean, a mock would be given what the real thing wants.
		 */
		@Bean
		static BeanFactoryPostProcessor nacosProperties(Environment environment) {
			NacosDiscoveryProperties properties = mock();
			given(properties.getGracefulShutdownWaitTime())
				.willReturn(environment.getProperty("sleep", Integer.class, 10_000));
			given(properties.isRegisterEnabled()).willReturn(true);
			return (beanFactory) -> beanFactory.registerSingleton("nacosDiscoveryProperties", properties);
		}

		@Bean
		NacosGracefulShutdownDelegate nacosGracefulShutdownDelegate(NacosDiscoveryProperties properties) {
			return new NacosGracefulShutdownDelegate(mock(NacosAutoServiceRegistration.class), properties) {

				@Override
				protected void doGracefulShutdown() {
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LeavingNacos {

		@Bean(destroyMethod = "")
		NacosMembership membership(NacosDiscoveryProperties properties, @Value("${running:true}") boolean running) {
			NacosAutoServiceRegistration autoRegistration = mock();
			given(autoRegistration.isRunning()).willReturn(running);
			return new NacosMembership(mock(NacosServiceManager.class), properties, mock(NacosRegistration.class),
					autoRegistration, Duration.ofSeconds(35), ShutdownClock.system());
		}

	}

}
