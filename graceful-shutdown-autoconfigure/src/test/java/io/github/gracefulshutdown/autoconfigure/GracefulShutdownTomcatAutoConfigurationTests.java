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

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.web.TrafficClass;
import io.github.gracefulshutdown.web.TrafficClassifier;
import io.github.gracefulshutdown.web.tomcat.GracefulHttp11NioProtocol;
import io.github.gracefulshutdown.web.tomcat.ObservationTraceIds;
import io.github.gracefulshutdown.web.tomcat.TomcatParticipant;
import io.github.gracefulshutdown.web.tomcat.TraceIds;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GracefulShutdownAutoConfiguration} and
 * {@link GracefulShutdownTomcatAutoConfiguration}.
 */
class GracefulShutdownTomcatAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(
			ApplicationAvailabilityAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownTomcatAutoConfiguration.class);

	private static final AutoConfigurations ENDPOINTS = AutoConfigurations.of(EndpointAutoConfiguration.class,
			WebEndpointAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner(
			AnnotationConfigServletWebServerApplicationContext::new)
		.withConfiguration(CONFIGURATIONS)
		.withConfiguration(AutoConfigurations.of(TomcatServletWebServerAutoConfiguration.class))
		.withPropertyValues("server.port=0");

	@Test
	void whenTomcatServesThenItTakesPart() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(TomcatParticipant.class)
			.hasSingleBean(GracefulShutdown.class));
	}

	@Test
	void whenOffThenThereIsNothing() {
		this.contextRunner.withPropertyValues("graceful-shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(TomcatParticipant.class)
				.doesNotHaveBean(GracefulShutdown.class)
				.doesNotHaveBean(ShutdownParticipant.class)
				.doesNotHaveBean(GracefulShutdownProperties.class));
	}

	@Test
	void whenTomcatIsAbsentThenTheRestWorks() {
		new WebApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withClassLoader(new FilteredClassLoader(Tomcat.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(GracefulShutdown.class)
				.doesNotHaveBean(TomcatParticipant.class));
	}

	@Test
	void whenActuatorIsAbsentThenTheRestWorks() {
		this.contextRunner
			.withClassLoader(
					new FilteredClassLoader("org.springframework.boot.actuate", "org.springframework.boot.health"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(TomcatParticipant.class));
	}

	@Test
	void whenMicrometerTracesThenItsTracesAreFound() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(ObservationTraceIds.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.micrometer.tracing", "io.micrometer" })
	void whenMicrometerIsAbsentThenTheRestWorks(String packageName) {
		this.contextRunner.withClassLoader(new FilteredClassLoader(packageName))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(TomcatParticipant.class)
				.doesNotHaveBean(TraceIds.class));
	}

	@Test
	void whenApplicationIsNotWebThenTheRestWorks() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(GracefulShutdown.class)
				.doesNotHaveBean(TomcatParticipant.class));
	}

	@Test
	void whenParticipantIsABeanThenItTakesPart() {
		List<String> told = new CopyOnWriteArrayList<>();
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withBean(ShutdownParticipant.class, () -> (context) -> told.add(context.phase().name()))
			.run((context) -> context.close());
		assertThat(told).containsExactly("ANNOUNCE", "DEREGISTER", "SETTLE", "CLOSE", "DRAIN");
	}

	@Test
	void whenProtocolIsTheDefaultThenItIsReplacedAndAnyOtherIsKept() {
		this.contextRunner.run((context) -> {
			TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory();
			context.getBean(TomcatParticipant.class).customize(factory);
			assertThat(factory.getProtocol()).isEqualTo(GracefulHttp11NioProtocol.class.getName());
			TomcatServletWebServerFactory other = new TomcatServletWebServerFactory();
			other.setProtocol("org.apache.coyote.http11.Http11Nio2Protocol");
			context.getBean(TomcatParticipant.class).customize(other);
			assertThat(other.getProtocol()).isEqualTo("org.apache.coyote.http11.Http11Nio2Protocol");
		});
	}

	@Test
	void whenManagementSharesThePortThenItsPathsAreNoBusiness() {
		this.contextRunner.withConfiguration(ENDPOINTS)
			.withPropertyValues("server.servlet.context-path=/shop", "management.endpoints.web.base-path=/manage")
			.run((context) -> {
				assertThat(context).hasSingleBean(WebEndpointProperties.class);
				TrafficClassifier classifier = context.getBean(TrafficClassifier.class);
				assertThat(classifier.classify("/shop/manage/health", null)).isEqualTo(TrafficClass.PROBE);
				assertThat(classifier.classify("/shop/manage/deregister", null)).isEqualTo(TrafficClass.HOOK);
				assertThat(classifier.classify("/shop/orders", null)).isEqualTo(TrafficClass.BUSINESS);
			});
	}

	@Test
	void whenManagementHasItsOwnPortThenPathsOfTheMainOneAreAllBusiness() {
		this.contextRunner.withConfiguration(ENDPOINTS)
			.withPropertyValues("management.server.port=0", "graceful-shutdown.settle.ignored-paths=/ping")
			.run((context) -> {
				TrafficClassifier classifier = context.getBean(TrafficClassifier.class);
				assertThat(classifier.classify("/actuator/deregister", null)).isEqualTo(TrafficClass.BUSINESS);
				assertThat(classifier.classify("/ping", null)).isEqualTo(TrafficClass.PROBE);
			});
	}

	@Test
	void whenImageIsNativeThenProtocolCanBeMadeFromItsName() {
		RuntimeHints hints = new RuntimeHints();
		new GracefulShutdownTomcatAutoConfiguration.ProtocolRuntimeHints().registerHints(hints, null);
		assertThat(RuntimeHintsPredicates.reflection().onType(GracefulHttp11NioProtocol.class)).accepts(hints);
	}

}
