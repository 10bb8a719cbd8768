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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Charges orders in a request, and stores them in the background. It knows nothing of the
 * library.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableAsync
@Import({ OrdersApplication.Orders.class, OrdersApplication.Store.class })
public class OrdersApplication {

	public static void main(String[] args) {
		SpringApplication.run(OrdersApplication.class, args);
	}

	/**
	 * Charges orders.
	 */
	@RestController
	static class Orders {

		private static final Log logger = LogFactory.getLog(Orders.class);

		private final Store store;

		Orders(Store store) {
			this.store = store;
		}

		@PostMapping("/orders")
		String order(@RequestParam long takes, @RequestParam int count) throws Exception {
			logger.debug("in flight: POST /orders?takes=" + takes);
			Thread.sleep(takes);
			for (int i = 0; i < count; i++) {
				String order = takes + "-" + i;
				this.store.record("charged", order);
				this.store.store(order);
			}
			return "charged " + count;
		}

		@PostMapping("/exit")
		void exit() {
			this.store.exit();
		}

	}

	/**
	 * Stores orders, which takes a while.
	 */
	static class Store {

		private final Path ledger;

		Store(@Value("${scenario.ledger}") String ledger) {
			this.ledger = Path.of(ledger);
		}

		@Async
		void store(String order) throws Exception {
			Thread.sleep(10);
			record("ordered", order);
		}

		/**
		 * Ends the process from within a task, which therefore never ends.
		 */
		@Async
		void exit() {
			System.exit(0);
		}

		synchronized void record(String what, String order) throws IOException {
			Files.writeString(this.ledger, what + " " + order + "\n", StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}

	}

}
