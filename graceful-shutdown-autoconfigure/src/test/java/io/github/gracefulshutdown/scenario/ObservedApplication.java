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

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The {@link ScenarioApplication}, and a request that fails.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ ScenarioApplication.Requests.class, ObservedApplication.Failure.class })
public class ObservedApplication {

	public static void main(String[] args) {
		SpringApplication.run(ObservedApplication.class, args);
	}

	/**
	 * Fails, which nobody but Tomcat logs.
	 */
	@RestController
	static class Failure {

		private static final Log logger = LogFactory.getLog(Failure.class);

		@GetMapping("/fail")
		String fail(@RequestParam long takes) throws InterruptedException {
			logger.debug("in flight: GET /fail?takes=" + takes);
			Thread.sleep(takes);
			// whatever becomes of the log
			System.out.println("failing");
			throw new IllegalStateException("failed in the drain");
		}

	}

}
