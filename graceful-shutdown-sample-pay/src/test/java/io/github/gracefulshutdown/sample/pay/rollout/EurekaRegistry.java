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

import java.util.Map;

import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.eureka.registry.PeerAwareInstanceRegistry;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A Eureka server.
 */
final class EurekaRegistry implements Registry {

	private final ConfigurableApplicationContext context;

	private EurekaRegistry(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static EurekaRegistry start() {
		return new EurekaRegistry(Surroundings.application(Server.class)
			.web(WebApplicationType.SERVLET)
			.properties("server.port=0", "server.address=127.0.0.1", "server.shutdown=immediate",
					"eureka.client.enabled=true", "eureka.client.register-with-eureka=false",
					"eureka.client.fetch-registry=false",
					// its only peer is itself, whatever the port, and so it has none
					"eureka.instance.hostname=127.0.0.1",
					"eureka.client.service-url.defaultZone=http://127.0.0.1/eureka/",
					"eureka.server.enable-self-preservation=false", "eureka.server.eviction-interval-timer-in-ms=1000",
					"eureka.server.response-cache-update-interval-ms=500")
			.run());
	}

	@Override
	public String profile() {
		return "eureka";
	}

	@Override
	public Map<String, String> instance(String instanceId) {
		return Map.of("eureka.instance.instance-id", instanceId, "eureka.client.service-url.defaultZone", url());
	}

	@Override
	public Map<String, String> caller() {
		return Map.of("eureka.client.enabled", "true", "eureka.client.register-with-eureka", "false",
				"eureka.client.service-url.defaultZone", url(), "eureka.client.registry-fetch-interval-seconds", "1");
	}

	@Override
	public boolean isUp(String instanceId) {
		InstanceInfo instance = this.context.getBean(PeerAwareInstanceRegistry.class)
			.getInstanceByAppAndId("PAY", instanceId);
		return instance != null && instance.getStatus() == InstanceStatus.UP;
	}

	@Override
	public void close() {
		this.context.close();
	}

	private String url() {
		return "http://127.0.0.1:" + this.context.getEnvironment().getProperty("local.server.port") + "/eureka/";
	}

	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	@EnableEurekaServer
	static class Server {

	}

}
