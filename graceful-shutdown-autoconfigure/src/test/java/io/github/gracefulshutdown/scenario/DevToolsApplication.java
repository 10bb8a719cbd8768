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

import java.lang.management.ManagementFactory;
import java.util.List;

import javax.management.JMException;
import javax.management.ObjectName;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application that is restarted in its process by Spring Boot's developer tools, as
 * they do it when a class changes.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(DevToolsApplication.Requests.class)
public class DevToolsApplication {

	private static final String TOOLS = "org.springframework.boot.devtools.restart.";

	public static void main(String[] args) {
		SpringApplication.run(DevToolsApplication.class, args);
	}

	/**
	 * The kinds of requests.
	 */
	@RestController
	static class Requests {

		@PostMapping("/restart")
		void restart() throws ReflectiveOperationException {
			Class<?> restarter = Class.forName(TOOLS + "Restarter");
			restarter.getMethod("restart").invoke(restarter.getMethod("getInstance").invoke(null));
		}

		/**
		 * Return how many class loaders of the application there are.
		 */
		@GetMapping("/loaders")
		String loaders() throws JMException {
			// collects garbage first
			String histogram = (String) ManagementFactory.getPlatformMBeanServer()
				.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
						new Object[] { new String[0] }, new String[] { String[].class.getName() });
			return histogram.lines()
				.map((line) -> line.strip().split("\\s+", 5))
				.filter((columns) -> columns.length >= 4 && columns[3].equals(TOOLS + "classloader.RestartClassLoader"))
				.map((columns) -> columns[1])
				.findFirst()
				.orElse("0");
		}

		@GetMapping("/threads")
		String threads() {
			List<String> names = Thread.getAllStackTraces()
				.keySet()
				.stream()
				.map(Thread::getName)
				.filter((name) -> name.startsWith("graceful-shutdown"))
				.toList();
			return names.toString();
		}

	}

}
