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

package io.github.gracefulshutdown.sample.pay;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import io.github.gracefulshutdown.registry.RegistryMembership;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for the profiles of {@link PayApplication}: what beans there would be, without
 * creating any of them, for that takes a registry.
 */
class RegistryProfileTests {

	private static final Predicate<String> REGISTRY = Pattern.compile("Eureka|Zookeeper|Consul|Nacos").asPredicate();

	private static final String[] BACKEND = { "rabbitHealthContributor", "redisHealthContributor" };

	@ParameterizedTest
	@CsvSource({ "default, Eureka", "demo, Eureka", "eureka, Eureka", "zookeeper, Zookeeper", "consul, Consul",
			"nacos, Nacos" })
	void whenProfileIsActiveThenItsRegistryIsTheOnlyOne(String profile, String registry) {
		try (GenericApplicationContext context = prepare(profile)) {
			assertThat(types(context, ServiceRegistry.class)).containsExactly(registry + "ServiceRegistry");
			assertThat(types(context, AutoServiceRegistration.class))
				.containsExactly(registry + "AutoServiceRegistration");
			assertThat(types(context, RegistryMembership.class)).containsExactly(registry + "Membership");
			// besides the composite one and that of properties
			assertThat(types(context, DiscoveryClient.class)).hasSize(3);
			assertThat(types(context, HealthContributor.class)).filteredOn((name) -> !name.startsWith(registry))
				.noneMatch(REGISTRY);
		}
	}

	@Test
	void whenProfileIsNoneThenThereIsNoRegistry() {
		try (GenericApplicationContext context = prepare("none")) {
			assertThat(types(context, ServiceRegistry.class)).isEmpty();
			assertThat(types(context, Registration.class)).isEmpty();
			assertThat(types(context, AutoServiceRegistration.class)).isEmpty();
			assertThat(types(context, RegistryMembership.class)).isEmpty();
			assertThat(types(context, DiscoveryClient.class)).hasSize(2);
			assertThat(types(context, HealthContributor.class)).noneMatch(REGISTRY);
		}
	}

	@Test
	void whenProfileIsNotFullThenNoBrokerAndNoCacheIsNeeded() {
		try (GenericApplicationContext context = prepare("none")) {
			assertThat(types(context, ConnectionFactory.class)).isEmpty();
			assertThat(types(context, RedisConnectionFactory.class)).isEmpty();
			assertThat(BACKEND).noneMatch(context::containsBean);
			assertThat(types(context, IdempotencyKeys.class)).containsExactly("JdbcIdempotencyKeys");
		}
	}

	@Test
	void whenProfileIsFullThenThereAreAllOfThem() {
		try (GenericApplicationContext context = prepare("full", "nacos")) {
			assertThat(types(context, ConnectionFactory.class)).isNotEmpty();
			assertThat(types(context, RedisConnectionFactory.class)).isNotEmpty();
			assertThat(BACKEND).allMatch(context::containsBean);
			assertThat(types(context, IdempotencyKeys.class)).containsExactly("RedisIdempotencyKeys");
			assertThat(types(context, RegistryMembership.class)).containsExactly("NacosMembership");
			assertThat(context.getEnvironment().getProperty("spring.datasource.url")).startsWith("jdbc:postgresql:");
		}
	}

	private static GenericApplicationContext prepare(String... profiles) {
		SpringApplicationRunListener abandon = new SpringApplicationRunListener() {

			@Override
			public void contextLoaded(ConfigurableApplicationContext context) {
				throw new SpringApplication.AbandonedRunException(context);
			}

		};
		SpringApplication application = new SpringApplication(PayApplication.class);
		application.setAdditionalProfiles(profiles);
		SpringApplication.AbandonedRunException abandoned = catchThrowableOfType(
				SpringApplication.AbandonedRunException.class,
				// the Eureka server among the tests has brought Jersey along
				() -> SpringApplication.withHook((ignored) -> abandon,
						() -> application.run("--eureka.client.jersey.enabled=false")));
		GenericApplicationContext context = (GenericApplicationContext) abandoned.getApplicationContext();
		context.refreshForAotProcessing(new RuntimeHints());
		return context;
	}

	private static List<String> types(GenericApplicationContext context, Class<?> type) {
		return Arrays.stream(context.getBeanNamesForType(type, true, false))
			.map((name) -> context.getBeanFactory().getType(name, false))
			.map(Class::getSimpleName)
			.toList();
	}

}
