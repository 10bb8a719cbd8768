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

package io.github.gracefulshutdown.inflight;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * A service that handles messages and requests. A message is its name and how many
 * milliseconds it takes: {@code "42 10"}. One that is interrupted fails, or returns as if
 * it were done if its name begins with "half".
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class MessageApplication {

	public static void main(String[] args) {
		SpringApplication.run(MessageApplication.class, args);
	}

	@Bean
	MessageLedger ledger(@Value("${ledger}") Path file) {
		return new MessageLedger(file);
	}

	private static void handle(MessageLedger ledger, String message, boolean redelivered) {
		ledger.write(redelivered ? "redelivered" : "delivered", message);
		try {
			Thread.sleep(Long.parseLong(message.substring(message.indexOf(' ') + 1)));
		}
		catch (InterruptedException ex) {
			ledger.write("interrupted", message);
			if (message.startsWith("half")) {
				return;
			}
			throw new IllegalStateException(ex);
		}
		ledger.write("done", message);
	}

	/**
	 * Requests.
	 */
	@RestController
	static class Requests {

		@GetMapping("/wait")
		String await(@RequestParam long millis) throws InterruptedException {
			System.out.println("in flight");
			Thread.sleep(millis);
			return "ok";
		}

	}

	/**
	 * Messages of RabbitMQ.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("rabbit.queue")
	static class RabbitConfiguration {

		private final MessageLedger ledger;

		RabbitConfiguration(MessageLedger ledger) {
			this.ledger = ledger;
		}

		@RabbitListener(queues = "${rabbit.queue}")
		void onMessage(Message message) {
			handle(this.ledger, new String(message.getBody(), StandardCharsets.UTF_8),
					message.getMessageProperties().isRedelivered());
		}

	}

	/**
	 * Messages of Kafka.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("kafka.topic")
	static class KafkaConfiguration {

		private final MessageLedger ledger;

		KafkaConfiguration(MessageLedger ledger) {
			this.ledger = ledger;
		}

		@KafkaListener(topics = "${kafka.topic}", groupId = "${kafka.topic}")
		void onMessage(ConsumerRecord<String, String> message) {
			handle(this.ledger, message.value(), false);
		}

	}

	/**
	 * Messages of a JMS broker.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("jms.queue")
	static class JmsConfiguration {

		private final MessageLedger ledger;

		JmsConfiguration(MessageLedger ledger) {
			this.ledger = ledger;
		}

		@JmsListener(destination = "${jms.queue}")
		void onMessage(jakarta.jms.TextMessage message) throws jakarta.jms.JMSException {
			handle(this.ledger, message.getText(), message.getJMSRedelivered());
		}

	}

}
