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

package io.github.gracefulshutdown.scenario;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationAutoConfiguration;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationConfiguration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistryAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The {@link ScenarioApplication} for two registries at once. Two of Spring Cloud's
 * auto-configurations fail where there is more than one registration; what else the first
 * of them configures is imported.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
		exclude = { AutoServiceRegistrationAutoConfiguration.class, ServiceRegistryAutoConfiguration.class })
@Import({ ScenarioApplication.Requests.class, AutoServiceRegistrationConfiguration.class })
public class TwoRegistriesApplication {

	public static void main(String[] args) {
		SpringApplication.run(TwoRegistriesApplication.class, args);
	}

}
