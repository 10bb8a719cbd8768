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

import io.github.gracefulshutdown.actuate.DeregisterEndpoint;
import io.github.gracefulshutdown.actuate.DeregisterFormFilter;
import io.github.gracefulshutdown.actuate.ServletCaller;
import io.github.gracefulshutdown.web.tomcat.ReceivedRequestValve;
import org.apache.catalina.startup.Tomcat;

import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * What the {@link DeregisterEndpoint} needs of the server that serves the actuator, be it
 * the application's or that of a management port of its own.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnBean({ DeregisterEndpoint.class, WebEndpointProperties.class })
class GracefulShutdownManagementConfiguration {

	/**
	 * In a servlet application.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	static class ServletConfiguration {

		@Bean
		FilterRegistrationBean<DeregisterFormFilter> deregisterFormFilter(WebEndpointProperties properties) {
			FilterRegistrationBean<DeregisterFormFilter> registration = new FilterRegistrationBean<>(
					new DeregisterFormFilter(GracefulShutdownEndpointAutoConfiguration.path(properties)));
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

	}

	/**
	 * On Tomcat.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Tomcat.class, ConfigurableTomcatWebServerFactory.class })
	static class TomcatConfiguration {

		// Spring Boot's own customizer, which adds the RemoteIpValve, has order 0
		@Bean
		@Order(-1)
		WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> deregisterReceivedRequestValve(
				WebEndpointProperties properties) {
			String path = GracefulShutdownEndpointAutoConfiguration.path(properties);
			return (factory) -> factory.addEngineValves(new ReceivedRequestValve(path, ServletCaller::note));
		}

	}

}
