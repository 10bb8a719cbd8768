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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.net.URI;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Another service, which finds the payment service as Spring Cloud services do: from
 * Eureka, through Spring Cloud LoadBalancer and both their caches. The caches are
 * shortened to a second each, and only through public properties.
 */
final class RegistryCaller implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final LoadBalancerClient loadBalancer;

	private RegistryCaller(ConfigurableApplicationContext context) {
		this.context = context;
		this.loadBalancer = context.getBean(LoadBalancerClient.class);
	}

	static RegistryCaller start(URI registry) {
		return new RegistryCaller(new SpringApplicationBuilder(Caller.class).web(WebApplicationType.NONE)
			.logStartupInfo(false)
			.properties("spring.config.name=caller", "spring.main.banner-mode=off", "logging.level.root=error",
					"graceful-shutdown.enabled=false", "eureka.client.register-with-eureka=false",
					// the server has brought Jersey along
					"eureka.client.jersey.enabled=false", "eureka.client.service-url.defaultZone=" + registry,
					"eureka.client.registry-fetch-interval-seconds=1", "spring.cloud.loadbalancer.cache.ttl=1s")
			.run());
	}

	/**
	 * Chooses an instance.
	 * @return its address, or {@code null} if none is known
	 */
	@Nullable URI choose() {
		ServiceInstance instance = this.loadBalancer.choose("pay");
		return (instance != null) ? instance.getUri() : null;
	}

	/**
	 * Counts the instances that this caller has heard of.
	 */
	int instances() {
		return this.context.getBean(DiscoveryClient.class).getInstances("pay").size();
	}

	@Override
	public void close() {
		this.context.close();
	}

	// no @Configuration: the scan of the service under test would find it
	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	static class Caller {

	}

}
