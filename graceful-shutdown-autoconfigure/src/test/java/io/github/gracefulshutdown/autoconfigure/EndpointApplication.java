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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.gracefulshutdown.FakeGracefulShutdown;
import io.github.gracefulshutdown.platform.Surroundings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A real application that serves the endpoint from a real server.
 */
final class EndpointApplication implements AutoCloseable {

	static final String LOCAL = "127.0.0.1";

	static final String FOREIGN = "127.0.0.2";

	/**
	 * No container, whatever the tests run in.
	 */
	static final Surroundings BARE_HOST = new Surroundings(Map.of(), Path.of("nowhere"), ProcessHandle.current());

	private final ConfigurableApplicationContext context;

	private EndpointApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static EndpointApplication start(WebApplicationType type, List<String> properties, Class<?>... configuration) {
		List<Class<?>> sources = new ArrayList<>(List.of(configuration));
		sources.add((type == WebApplicationType.REACTIVE) ? Reactive.class : Servlet.class);
		List<String> all = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
				"spring.jmx.enabled=false", "management.endpoints.web.exposure.include=deregister,other"));
		all.addAll(properties);
		return new EndpointApplication(new SpringApplicationBuilder(sources.toArray(Class[]::new)).web(type)
			.properties(all.toArray(String[]::new))
			.run());
	}

	FakeGracefulShutdown shutdown() {
		return this.context.getBean(FakeGracefulShutdown.class);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	/**
	 * Wait until all is said that is to be said at start.
	 */
	static void awaitDoctor() {
		try {
			for (Thread thread : Thread.getAllStackTraces().keySet()) {
				if (thread.getName().equals("graceful-shutdown-doctor")) {
					thread.join();
				}
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	int port() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	int managementPort() {
		return this.context.getEnvironment().getProperty("local.management.port", Integer.class, port());
	}

	RawHttp.Response send(String from, String requestLine, String body, String... headers) {
		return RawHttp.send(from, managementPort(), requestLine, body, headers);
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class,
			JmxAutoConfiguration.class, JmxEndpointAutoConfiguration.class, JacksonAutoConfiguration.class,
			JacksonEndpointAutoConfiguration.class, ManagementContextAutoConfiguration.class,
			GracefulShutdownEndpointAutoConfiguration.class, GracefulShutdownDoctorAutoConfiguration.class })
	static class Common {

		@Bean
		Surroundings surroundings() {
			return BARE_HOST;
		}

		@Bean
		FakeGracefulShutdown gracefulShutdown() {
			return new FakeGracefulShutdown();
		}

		@Bean
		OtherEndpoint otherEndpoint() {
			return new OtherEndpoint();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class,
			ServletManagementContextAutoConfiguration.class, TomcatServletManagementContextAutoConfiguration.class })
	static class Servlet extends Common {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatReactiveWebServerAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
			WebFluxAutoConfiguration.class, CodecsAutoConfiguration.class,
			TomcatReactiveManagementContextAutoConfiguration.class })
	static class Reactive extends Common {

	}

	/**
	 * An endpoint as anybody would write it, without what ours does.
	 */
	@Endpoint(id = "other")
	static class OtherEndpoint {

		@WriteOperation
		String write(@Nullable Boolean wait) {
			return "{\"wait\":" + wait + "}";
		}

	}

}
