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

package io.github.gracefulshutdown.registry;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application on a free port, with the client of a registry and all that Spring Boot
 * makes of it. The clients of all registries are on the class path; each is off until a
 * test turns it on.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(
		exclude = { ManagementWebSecurityAutoConfiguration.class, UserDetailsServiceAutoConfiguration.class,
				SecurityFilterAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class })
public class RegistryApplication {

	/**
	 * Start an application.
	 * @param beans what it has besides, such as the membership under test
	 * @param arguments properties, such as {@code --eureka.client.enabled=true}
	 * @return the application
	 */
	public static ConfigurableApplicationContext run(Class<?> beans, String... arguments) {
		return new SpringApplicationBuilder(RegistryApplication.class, beans)
			.properties("spring.config.name=none", "server.port=0", "server.address=127.0.0.1",
					"server.shutdown=immediate", "spring.application.name=pay", "spring.main.banner-mode=off",
					"logging.level.root=ERROR", "graceful-shutdown.enabled=false", "eureka.client.enabled=false",
					// the Eureka server has brought Jersey along
					"eureka.client.jersey.enabled=false", "spring.cloud.consul.enabled=false",
					"spring.cloud.zookeeper.enabled=false", "spring.cloud.nacos.discovery.enabled=false",
					"spring.freemarker.check-template-location=false")
			.run(arguments);
	}

}
