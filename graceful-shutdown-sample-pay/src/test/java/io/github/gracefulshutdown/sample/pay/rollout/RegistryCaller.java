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
 * Another service, which finds the payment service as Spring Cloud services do: from a
 * registry, through its client, Spring Cloud LoadBalancer and both their caches. The
 * caches are shortened to a second each, and only through public properties.
 */
final class RegistryCaller implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final LoadBalancerClient loadBalancer;

	private RegistryCaller(ConfigurableApplicationContext context) {
		this.context = context;
		this.loadBalancer = context.getBean(LoadBalancerClient.class);
	}

	static RegistryCaller start(Registry registry) {
		SpringApplicationBuilder application = Surroundings.application(Caller.class)
			.web(WebApplicationType.NONE)
			.properties("spring.cloud.loadbalancer.cache.ttl=1s");
		registry.caller().forEach((name, value) -> application.properties(name + "=" + value));
		return new RegistryCaller(application.run());
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

	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	static class Caller {

	}

}
