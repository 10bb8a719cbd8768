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

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said at start-up of a hook that would be turned away, held against what really
 * happens to it.
 */
@ExtendWith(OutputCaptureExtension.class)
class DeregisterExposureTests {

	private static final String WARNING = "A preStop hook that calls the deregister endpoint is turned away";

	@ParameterizedTest
	@ValueSource(strings = { "SERVLET", "REACTIVE" })
	void whenNotExposedThenWarns(WebApplicationType type, CapturedOutput output) {
		start(type, 404, "management.endpoints.web.exposure.include=other");
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("'deregister' to 'management.endpoints.web.exposure.include'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "SERVLET", "REACTIVE" })
	void whenExposedThenSaysNothing(WebApplicationType type, CapturedOutput output) {
		start(type, 200);
		start(type, 200, "management.server.port=0");
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void whenNoHookIsExpectedThenSaysNothing(CapturedOutput output) {
		start(WebApplicationType.SERVLET, 404, "management.endpoints.web.exposure.include=other",
				"spring.main.cloud-platform=none");
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void whenReadOnlyThenWarns(CapturedOutput output) {
		start(WebApplicationType.SERVLET, 405, "management.endpoint.deregister.access=read-only");
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("Set 'management.endpoint.deregister.access' to 'unrestricted'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.server.port=", "management.server.port=0", "spring.mvc.servlet.path=/api" })
	void whenSecurityIsAsSpringBootHasItThenWarns(String property, CapturedOutput output) {
		start(403, null, property);
		assertThat(output).containsOnlyOnce(WARNING).contains("Spring Security wants a CSRF token for POST ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.server.port=", "management.server.port=0", "spring.mvc.servlet.path=/api" })
	void whenSecurityWantsLoginThenWarns(String property, CapturedOutput output) {
		start(403, LoginSecurity.class, property);
		assertThat(output).containsOnlyOnce(WARNING).contains("Spring Security wants a login for POST ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.server.port=", "management.server.port=0", "spring.mvc.servlet.path=/api" })
	void whenSecurityWantsTokenThenWarns(String property, CapturedOutput output) {
		start(403, TokenSecurity.class, property);
		assertThat(output).containsOnlyOnce(WARNING).contains("Spring Security wants a CSRF token for POST ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.server.port=", "management.server.port=0", "spring.mvc.servlet.path=/api" })
	void whenSecurityLetsTheHookThroughThenSaysNothing(String property, CapturedOutput output) {
		start(200, PermittingSecurity.class, property);
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void whenTheEndpointHasAPortOfItsOwnThenTheServletPathIsNotItsOwn(CapturedOutput output) {
		start(WebApplicationType.SERVLET, 200, List.of("management.server.port=0", "spring.mvc.servlet.path=/api"),
				Security.class, PermittingSecurity.class);
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void whenTheHookCanOnlyGetThenItIsTheGetThatIsLookedAt(CapturedOutput output) {
		start(403, TokenSecurity.class, "graceful-shutdown.endpoint.allow-get=true");
		assertThat(output).doesNotContain("[endpoint-secured]");
		start(403, LoginSecurity.class, "graceful-shutdown.endpoint.allow-get=true");
		assertThat(output).containsOnlyOnce("[endpoint-secured]")
			.contains("Spring Security wants a login for GET /actuator/deregister/now");
	}

	private static void start(int status, @Nullable Class<?> security, String property) {
		List<Class<?>> configuration = new ArrayList<>(List.of(Security.class));
		if (security != null) {
			configuration.add(security);
		}
		start(WebApplicationType.SERVLET, status, List.of(property), configuration.toArray(Class[]::new));
	}

	private static void start(WebApplicationType type, int status, String... properties) {
		start(type, status, List.of(properties));
	}

	private static void start(WebApplicationType type, int status, List<String> properties, Class<?>... configuration) {
		List<String> all = new ArrayList<>(List.of("spring.main.cloud-platform=kubernetes"));
		all.addAll(properties);
		try (EndpointApplication application = EndpointApplication.start(type, all, configuration)) {
			EndpointApplication.awaitDoctor();
			String prefix = properties.equals(List.of("spring.mvc.servlet.path=/api")) ? "/api" : "";
			assertThat(application
				.send(EndpointApplication.LOCAL, "POST " + prefix + "/actuator/deregister", "",
						"Content-Type: application/x-www-form-urlencoded")
				.status()).isEqualTo(status);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ SecurityAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class,
			UserDetailsServiceAutoConfiguration.class, SecurityFilterAutoConfiguration.class,
			ManagementWebSecurityAutoConfiguration.class })
	static class Security {

	}

	@Configuration(proxyBeanMethods = false)
	static class LoginSecurity {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TokenSecurity {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PermittingSecurity {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.csrf((csrf) -> csrf.ignoringRequestMatchers(EndpointRequest.toAnyEndpoint()))
				.authorizeHttpRequests((requests) -> requests.requestMatchers(EndpointRequest.toAnyEndpoint())
					.permitAll()
					.anyRequest()
					.authenticated())
				.build();
		}

	}

}
