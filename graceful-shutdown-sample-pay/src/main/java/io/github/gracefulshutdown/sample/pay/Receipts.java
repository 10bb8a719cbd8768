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

import org.springframework.amqp.rabbit.annotation.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.core.RabbitOperations;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Issues a receipt for each paid order, by way of RabbitMQ: whichever instance gets the
 * message.
 * <p>
 * An order may be left without a receipt, and the reconciliation does not look for that:
 * the order is committed before the event is published, so that an instance which is
 * killed between the two publishes nothing, nor does one without a broker, unless the
 * client asks again. A real service writes the event in the transaction of the order,
 * into an outbox, and publishes from there. Messages are not {@code mandatory} either:
 * the broker confirms one that it has no queue for. The queue is durable and declared
 * with every connection, so that it has to be deleted by somebody meanwhile.
 */
@Service
@Profile("full")
class Receipts {

	private static final String QUEUE = "order.paid";

	private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(5);

	private final RabbitOperations rabbit;

	private final JdbcClient jdbc;

	Receipts(RabbitOperations rabbit, JdbcClient jdbc) {
		this.rabbit = rabbit;
		this.jdbc = jdbc;
	}

	/**
	 * Publishes the event, and comes back when the broker has it. Without that the
	 * payment fails, and the client asks again.
	 */
	@EventListener
	void publish(OrderPaid order) {
		this.rabbit.invoke((operations) -> {
			operations.convertAndSend(QUEUE, order.paymentId());
			operations.waitForConfirmsOrDie(CONFIRM_TIMEOUT.toMillis());
			return order;
		});
	}

	@RabbitListener(queuesToDeclare = @Queue(QUEUE))
	void issue(String paymentId) {
		try {
			this.jdbc.sql("insert into receipt (payment_id) values (?)").param(paymentId).update();
		}
		catch (DuplicateKeyException ex) {
			// the message was delivered again, and the receipt is there
		}
	}

}
