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

import java.time.Duration;

import org.springframework.stereotype.Service;

/**
 * Makes payments: the debit first, because an order without money is worse, and then the
 * order. Between the two the customer has paid for nothing.
 */
@Service
class PaymentService {

	private final Acquirer acquirer;

	private final OrderBook orders;

	private final Duration orderDelay;

	PaymentService(Acquirer acquirer, OrderBook orders, PayProperties properties) {
		this.acquirer = acquirer;
		this.orders = orders;
		this.orderDelay = properties.orderDelay();
	}

	void pay(Payment payment) throws InterruptedException {
		this.acquirer.debit(payment);
		Thread.sleep(this.orderDelay.toMillis());
		this.orders.write(payment);
	}

}
