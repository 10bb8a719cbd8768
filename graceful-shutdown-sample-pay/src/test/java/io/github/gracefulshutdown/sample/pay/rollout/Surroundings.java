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

import org.springframework.boot.builder.SpringApplicationBuilder;

/**
 * Applications in this JVM that are not the one under test.
 */
final class Surroundings {

	private Surroundings() {
	}

	/**
	 * Describes an application without any of what the service has on the class path.
	 * @param source its configuration, no {@code @Configuration} lest the scan of the
	 * service finds it
	 * @return the builder, for what is to be there
	 */
	static SpringApplicationBuilder application(Class<?> source) {
		return new SpringApplicationBuilder(source).logStartupInfo(false)
			// the service's application.yml is on the class path too and not meant
			.properties("spring.config.name=surroundings", "spring.main.banner-mode=off", "logging.level.root=error",
					"graceful-shutdown.enabled=false", "eureka.client.enabled=false",
					// the Eureka server has brought Jersey along
					"eureka.client.jersey.enabled=false", "spring.cloud.zookeeper.enabled=false",
					"spring.cloud.consul.enabled=false", "spring.cloud.nacos.discovery.enabled=false");
	}

}
