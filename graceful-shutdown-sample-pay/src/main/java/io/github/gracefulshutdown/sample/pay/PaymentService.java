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

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;

/**
 * Makes payments: the debit first, because an order without money is worse, and then the
 * order. Between the two the customer has paid for nothing.
 */
@Service
class PaymentService {

	private final Acquirer acquirer;

	private final OrderBook orders;

	private final IdempotencyKeys keys;

	private final ApplicationEventPublisher events;

	private final Duration orderDelay;

	PaymentService(Acquirer acquirer, OrderBook orders, IdempotencyKeys keys, ApplicationEventPublisher events,
			PayProperties properties) {
		this.acquirer = acquirer;
		this.orders = orders;
		this.keys = keys;
		this.events = events;
		this.orderDelay = properties.orderDelay();
	}

	/**
	 * Makes a payment, once: all of it may be done again, and changes nothing then.
	 * @param payment the payment
	 * @param key under which the client asks for it, {@code null} if the payment's own id
	 * is all it has
	 * @return the payment that was made, which has another id if the key was used before
	 */
	Payment pay(Payment payment, @Nullable String key) throws InterruptedException {
		Payment made = (key != null) ? payment.withId(this.keys.claim(key, payment.paymentId())) : payment;
		this.acquirer.debit(made);
		Thread.sleep(this.orderDelay.toMillis());
		this.orders.write(made);
		this.events.publishEvent(new OrderPaid(made.paymentId()));
		return made;
	}

}
