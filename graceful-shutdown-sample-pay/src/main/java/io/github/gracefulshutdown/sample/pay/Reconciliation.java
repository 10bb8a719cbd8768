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

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import javax.sql.DataSource;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Compares the acquirer's ledger with the orders. It needs no running instance: what an
 * instance has lost is found after its end.
 *
 * @since 0.1.0
 */
public final class Reconciliation {

	private final Acquirer acquirer;

	private final OrderBook orders;

	Reconciliation(Acquirer acquirer, OrderBook orders) {
		this.acquirer = acquirer;
		this.orders = orders;
	}

	/**
	 * A reconciliation from outside.
	 * @param acquirerUri where the acquirer is
	 * @param dataSource the database with the orders
	 * @return the reconciliation
	 */
	public static Reconciliation between(URI acquirerUri, DataSource dataSource) {
		return new Reconciliation(new Acquirer(acquirerUri, Duration.ofSeconds(10)),
				new OrderBook(JdbcClient.create(dataSource)));
	}

	/**
	 * Lists the payments that were charged without an order.
	 * @param debitedBefore only debits made before: later ones may still be under way
	 * @return their debits, in no particular order
	 */
	public List<Debit> chargedWithoutOrder(Instant debitedBefore) {
		// the ledger first: an order that is written meanwhile is then found
		List<Debit> debits = this.acquirer.debits();
		Set<String> ordered = this.orders.paymentIds();
		return debits.stream()
			.filter((debit) -> debit.debitedAt().isBefore(debitedBefore))
			.filter((debit) -> !ordered.contains(debit.paymentId()))
			.toList();
	}

}
