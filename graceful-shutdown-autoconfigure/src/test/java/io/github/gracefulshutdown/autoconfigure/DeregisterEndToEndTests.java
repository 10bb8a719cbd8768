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

import io.github.gracefulshutdown.GracefulShutdown;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint with what does the work behind it.
 */
class DeregisterEndToEndTests {

	@Test
	void whenCalledThenTheInstanceLeavesAndComesBackUntilItEnds() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.SERVLET)
			.properties("server.port=0", "management.server.port=0", "spring.main.banner-mode=off",
					"spring.jmx.enabled=false", "graceful-shutdown.settle.mode=never",
					"management.endpoints.web.exposure.include=deregister")
			.run()) {
			ApplicationAvailability availability = context.getBean(ApplicationAvailability.class);
			assertThat(send(context, "POST /actuator/deregister", "Content-Type: application/x-www-form-urlencoded"))
				.satisfies((response) -> assertThat(response.status()).isEqualTo(200))
				.extracting(RawHttp.Response::body)
				.asString()
				.startsWith("{\"state\":\"OUT_OF_SERVICE\",\"trigger\":\"POST /actuator/deregister\"");
			assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
			assertThat(send(context, "GET /actuator/deregister").body()).contains("\"phase\":\"ANNOUNCE\"",
					"\"phase\":\"DEREGISTER\"", "\"phase\":\"SETTLE\"");
			assertThat(send(context, "DELETE /actuator/deregister").body()).startsWith("{\"state\":\"UP\"");
			assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
			context.getBean(GracefulShutdown.class).drain("test");
			assertThat(send(context, "DELETE /actuator/deregister").status()).isEqualTo(409);
			assertThat(send(context, "POST /actuator/deregister").status()).isEqualTo(200);
			assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
		}
	}

	private static RawHttp.Response send(ConfigurableApplicationContext context, String requestLine,
			String... headers) {
		int port = context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
		return RawHttp.send(EndpointApplication.LOCAL, port, requestLine, "", headers);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, EndpointAutoConfiguration.class,
			WebEndpointAutoConfiguration.class, JacksonAutoConfiguration.class, JacksonEndpointAutoConfiguration.class,
			ManagementContextAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class,
			DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class, ServletManagementContextAutoConfiguration.class,
			TomcatServletManagementContextAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownTomcatAutoConfiguration.class, GracefulShutdownEndpointAutoConfiguration.class })
	static class Application {

	}

}
