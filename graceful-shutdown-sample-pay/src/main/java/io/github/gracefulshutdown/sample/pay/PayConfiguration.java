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

import java.time.InstantSource;
import java.util.List;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class PayConfiguration {

	@Bean
	Acquirer acquirer(PayProperties properties) {
		return new Acquirer(properties.acquirerUri(), properties.acquirerTimeout());
	}

	@Bean
	Reconciliation reconciliation(Acquirer acquirer, OrderBook orders) {
		return new Reconciliation(acquirer, orders);
	}

	/**
	 * Fails the start where a table is missing. On PostgreSQL {@code schema.sql} goes on
	 * after errors, and without its order a payment is debited all the same.
	 */
	@Bean
	InitializingBean tables(JdbcClient jdbc) {
		return () -> List
			.of("pay_order", "idempotency_key", "receipt", "settlement_day", "settlement", "settlement_total")
			.forEach((table) -> jdbc.sql("select count(*) from " + table + " where 1 = 0").query().singleRow());
	}

	@Bean
	InstantSource instantSource() {
		return InstantSource.system();
	}

}
