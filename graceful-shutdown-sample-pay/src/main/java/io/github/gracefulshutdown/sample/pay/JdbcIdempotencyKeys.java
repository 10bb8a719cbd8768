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

import org.springframework.context.annotation.Profile;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Keeps keys beside the orders.
 */
@Repository
@Profile("!full")
class JdbcIdempotencyKeys implements IdempotencyKeys {

	private final JdbcClient jdbc;

	JdbcIdempotencyKeys(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	@Override
	public String claim(String key, String paymentId) {
		try {
			this.jdbc.sql("insert into idempotency_key (idempotency_key, payment_id) values (?, ?)")
				.params(key, paymentId)
				.update();
			return paymentId;
		}
		catch (DuplicateKeyException ex) {
			return this.jdbc.sql("select payment_id from idempotency_key where idempotency_key = ?")
				.param(key)
				.query(String.class)
				.single();
		}
	}

}
