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

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The same as {@link ScenarioApplication}, as far as it goes, on WebFlux.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ReactiveScenarioApplication.Requests.class)
public class ReactiveScenarioApplication {

	public static void main(String[] args) {
		SpringApplication.run(ReactiveScenarioApplication.class, args);
	}

	/**
	 * The kinds of requests.
	 */
	@RestController
	static class Requests {

		private static final Log logger = LogFactory.getLog(Requests.class);

		private static final int PIECES = 10;

		@GetMapping("/fast")
		Mono<String> fast() {
			return Mono.just("fast");
		}

		@GetMapping("/slow")
		Mono<String> slow(@RequestParam long takes) {
			logger.debug("in flight: GET /slow?takes=" + takes);
			return Mono.just("slow").delayElement(Duration.ofMillis(takes));
		}

		@GetMapping(path = "/sse", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> sse(@RequestParam long takes) {
			return Flux.range(1, PIECES)
				.delayElements(Duration.ofMillis(takes / PIECES))
				.map((event) -> "event " + event);
		}

	}

}
