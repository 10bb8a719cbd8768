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

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.actuate.AddressRange;
import io.github.gracefulshutdown.actuate.DeregisterAccess;
import io.github.gracefulshutdown.actuate.DeregisterEndpoint;
import io.github.gracefulshutdown.actuate.DeregisterEndpointWebExtension;
import io.github.gracefulshutdown.actuate.DeregisterFormWebFilter;
import io.github.gracefulshutdown.actuate.DeregisterHttpHandlerDecorator;
import io.github.gracefulshutdown.actuate.ReactiveDeregisterEndpointWebExtension;
import io.github.gracefulshutdown.platform.Doctor;
import jakarta.servlet.Filter;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.server.WebFilter;

/**
 * Auto-configuration of the {@link DeregisterEndpoint}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class },
		afterName = "io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration")
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(GracefulShutdown.class)
@EnableConfigurationProperties(GracefulShutdownProperties.class)
public final class GracefulShutdownEndpointAutoConfiguration {

	static final EndpointId ENDPOINT_ID = EndpointId.of(DeregisterEndpoint.ID);

	static String path(WebEndpointProperties properties) {
		String path = properties.getPathMapping().getOrDefault(DeregisterEndpoint.ID, DeregisterEndpoint.ID);
		return properties.getBasePath() + "/" + path;
	}

	/**
	 * The endpoint, whatever it is reached over.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(DeregisterEndpoint.class)
	static class EndpointConfiguration {

		@Bean
		DeregisterEndpoint deregisterEndpoint(GracefulShutdown gracefulShutdown, ObjectProvider<Doctor> doctor) {
			return new DeregisterEndpoint(gracefulShutdown,
					() -> doctor.stream().flatMap((one) -> one.findings().stream()).toList());
		}

		@Bean
		DeregisterAccess deregisterAccess(GracefulShutdownProperties properties,
				ObjectProvider<EndpointAccessResolver> accessResolver) {
			GracefulShutdownProperties.Endpoint endpoint = properties.getEndpoint();
			List<AddressRange> allowed = endpoint.getAllowedAddresses().stream().map(AddressRange::parse).toList();
			EndpointAccessResolver resolver = accessResolver.getIfAvailable();
			boolean unrestricted = resolver == null
					|| resolver.accessFor(ENDPOINT_ID, Access.UNRESTRICTED) == Access.UNRESTRICTED;
			return new DeregisterAccess(allowed, endpoint.isAllowGet() && unrestricted);
		}

	}

	/**
	 * The endpoint over HTTP in a servlet application.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass({ Filter.class, RequestContextHolder.class })
	@ConditionalOnAvailableEndpoint(DeregisterEndpoint.class)
	static class ServletConfiguration {

		@Bean
		DeregisterEndpointWebExtension deregisterEndpointWebExtension(DeregisterEndpoint endpoint,
				DeregisterAccess access) {
			return new DeregisterEndpointWebExtension(endpoint, access);
		}

	}

	/**
	 * The endpoint over HTTP in a reactive application.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnBean(WebEndpointsSupplier.class)
	@ConditionalOnClass({ Mono.class, WebFilter.class })
	@ConditionalOnAvailableEndpoint(DeregisterEndpoint.class)
	static class ReactiveConfiguration {

		@Bean
		ReactiveDeregisterEndpointWebExtension deregisterEndpointWebExtension(DeregisterEndpoint endpoint,
				DeregisterAccess access) {
			return new ReactiveDeregisterEndpointWebExtension(endpoint, access);
		}

		@Bean
		DeregisterHttpHandlerDecorator deregisterHttpHandlerDecorator(WebEndpointProperties properties) {
			return new DeregisterHttpHandlerDecorator(path(properties));
		}

		@Bean
		DeregisterFormWebFilter deregisterFormWebFilter(WebEndpointProperties properties) {
			return new DeregisterFormWebFilter(path(properties));
		}

	}

}
