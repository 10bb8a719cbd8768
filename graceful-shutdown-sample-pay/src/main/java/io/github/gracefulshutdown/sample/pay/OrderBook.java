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

import java.util.Set;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The orders, in a database that all instances share.
 */
@Repository
class OrderBook {

	private final JdbcClient jdbc;

	OrderBook(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/**
	 * Writes the order of a payment, once: a payment that is repeated changes nothing.
	 */
	void write(Payment payment) {
		try {
			this.jdbc.sql("insert into pay_order (payment_id, amount, device_code) values (?, ?, ?)")
				.params(payment.paymentId(), payment.amount(), payment.deviceCode())
				.update();
		}
		catch (DuplicateKeyException ex) {
			// the client has asked again, and the order is there
		}
	}

	Set<String> paymentIds() {
		return this.jdbc.sql("select payment_id from pay_order").query(String.class).set();
	}

	long countByDevice(String deviceCode) {
		return this.jdbc.sql("select count(*) from pay_order where device_code = ?")
			.param(deviceCode)
			.query(Long.class)
			.single();
	}

}
