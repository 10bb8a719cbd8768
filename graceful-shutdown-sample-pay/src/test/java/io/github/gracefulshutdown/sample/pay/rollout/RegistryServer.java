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

import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.eureka.registry.PeerAwareInstanceRegistry;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A Eureka server in this JVM, on a free port of the loopback interface.
 */
final class RegistryServer implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private RegistryServer(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static RegistryServer start() {
		return new RegistryServer(new SpringApplicationBuilder(Server.class).web(WebApplicationType.SERVLET)
			.logStartupInfo(false)
			// the service's application.yml is on the class path too and not meant
			.properties("spring.config.name=registry", "spring.main.banner-mode=off", "logging.level.root=error",
					"graceful-shutdown.enabled=false", "server.port=0", "server.address=127.0.0.1",
					"server.shutdown=immediate", "eureka.client.register-with-eureka=false",
					"eureka.client.fetch-registry=false",
					// its only peer is itself, whatever the port, and so it has none
					"eureka.instance.hostname=127.0.0.1",
					"eureka.client.service-url.defaultZone=http://127.0.0.1/eureka/",
					"eureka.server.enable-self-preservation=false", "eureka.server.eviction-interval-timer-in-ms=1000",
					"eureka.server.response-cache-update-interval-ms=500")
			.run());
	}

	URI uri() {
		return URI
			.create("http://127.0.0.1:" + this.context.getEnvironment().getProperty("local.server.port") + "/eureka/");
	}

	boolean isUp(String application, String instanceId) {
		InstanceInfo instance = this.context.getBean(PeerAwareInstanceRegistry.class)
			.getInstanceByAppAndId(application, instanceId);
		return instance != null && instance.getStatus() == InstanceStatus.UP;
	}

	@Override
	public void close() {
		this.context.close();
	}

	// no @Configuration: the scan of the service under test would find it
	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	@EnableEurekaServer
	static class Server {

	}

}
