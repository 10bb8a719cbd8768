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

import java.util.ArrayList;
import java.util.List;

import io.github.gracefulshutdown.platform.WebServerPhase;
import io.github.gracefulshutdown.web.ActiveRequests;
import io.github.gracefulshutdown.web.OpenStreams;
import io.github.gracefulshutdown.web.TrafficClassifier;
import io.github.gracefulshutdown.web.tomcat.EventStreamHttpHandlerDecorator;
import io.github.gracefulshutdown.web.tomcat.ExchangeWebFilter;
import io.github.gracefulshutdown.web.tomcat.GracefulHttp11NioProtocol;
import io.github.gracefulshutdown.web.tomcat.ObservationTraceIds;
import io.github.gracefulshutdown.web.tomcat.StreamsParticipant;
import io.github.gracefulshutdown.web.tomcat.TomcatParticipant;
import io.github.gracefulshutdown.web.tomcat.TraceIds;
import io.micrometer.observation.Observation;
import io.micrometer.tracing.handler.TracingObservationHandler;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWarDeployment;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;

/**
 * Auto-configuration for the shutdown of an embedded Tomcat, servlet or reactive.
 *
 * @since 0.1.0
 */
@AutoConfiguration(
		beforeName = { "org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration",
				"org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration" },
		after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnProperty(name = "graceful-shutdown.enabled", matchIfMissing = true)
@ConditionalOnWebApplication
@ConditionalOnNotWarDeployment
@ConditionalOnClass({ Tomcat.class, ConfigurableTomcatWebServerFactory.class })
@ImportRuntimeHints(GracefulShutdownTomcatAutoConfiguration.ProtocolRuntimeHints.class)
public final class GracefulShutdownTomcatAutoConfiguration {

	@Bean
	TomcatParticipant gracefulShutdownTomcatParticipant(GracefulShutdownProperties properties,
			ObjectProvider<TrafficClassifier> classifier, ObjectProvider<TraceIds> traceIds,
			ApplicationContext context) {
		return new TomcatParticipant(classifier.getIfAvailable(() -> classifier(properties, null, List.of())),
				traceIds.getIfAvailable(() -> (request) -> null), properties.getHttp().isHandover(),
				properties.getDrain().getLinger(), new WebServerPhase(context)::skip);
	}

	@Bean
	ActiveRequests gracefulShutdownActiveRequests(TomcatParticipant participant) {
		return participant.requests();
	}

	@Bean
	StreamsParticipant gracefulShutdownStreamsParticipant(TomcatParticipant server,
			GracefulShutdownProperties properties) {
		return new StreamsParticipant(server, properties.getDrain().getStreamTimeout());
	}

	@Bean
	OpenStreams gracefulShutdownOpenStreams(StreamsParticipant participant) {
		return participant.streams();
	}

	private static TrafficClassifier classifier(GracefulShutdownProperties properties, @Nullable String hookPath,
			List<String> managementPaths) {
		List<String> probePaths = new ArrayList<>(managementPaths);
		probePaths.addAll(properties.getSettle().getIgnoredPaths());
		return new TrafficClassifier(hookPath, probePaths, properties.getSettle().getIgnoredUserAgents());
	}

	/**
	 * Where there are management paths on the main port.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ WebEndpointProperties.class, ManagementPortType.class })
	static class ManagementPathsConfiguration {

		@Bean
		@ConditionalOnMissingBean
		TrafficClassifier gracefulShutdownTrafficClassifier(GracefulShutdownProperties properties,
				ObjectProvider<WebEndpointProperties> endpoints, Environment environment) {
			WebEndpointProperties endpointProperties = endpoints.getIfAvailable();
			if (endpointProperties == null || ManagementPortType.get(environment) != ManagementPortType.SAME) {
				return classifier(properties, null, List.of());
			}
			String base = prefix(environment) + endpointProperties.getBasePath();
			String hook = endpointProperties.getPathMapping().getOrDefault("deregister", "deregister");
			// with the endpoints at the root there is no path that all of them share
			return classifier(properties, base + "/" + hook, base.isEmpty() ? List.of() : List.of(base));
		}

		private static String prefix(Environment environment) {
			String context = environment.getProperty("server.servlet.context-path", "");
			String servlet = environment.getProperty("spring.mvc.servlet.path", "");
			String reactive = environment.getProperty("spring.webflux.base-path", "");
			return context + ("/".equals(servlet) ? "" : servlet) + reactive;
		}

	}

	/**
	 * Where Micrometer may trace requests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Observation.class, TracingObservationHandler.class })
	static class TracingConfiguration {

		@Bean
		TraceIds gracefulShutdownTraceIds() {
			return new ObservationTraceIds();
		}

	}

	/**
	 * Under WebFlux.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass(HttpHandlerDecoratorFactory.class)
	static class ReactiveConfiguration {

		@Bean
		EventStreamHttpHandlerDecorator gracefulShutdownEventStreamHttpHandlerDecorator() {
			return new EventStreamHttpHandlerDecorator();
		}

		@Bean
		ExchangeWebFilter gracefulShutdownExchangeWebFilter() {
			return new ExchangeWebFilter();
		}

	}

	/**
	 * Tomcat makes its protocol from a name, which a native image has to know.
	 */
	static class ProtocolRuntimeHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.reflection()
				.registerType(GracefulHttp11NioProtocol.class, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS,
						MemberCategory.INVOKE_PUBLIC_METHODS);
		}

	}

}
