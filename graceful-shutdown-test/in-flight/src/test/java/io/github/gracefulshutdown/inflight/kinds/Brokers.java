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

package io.github.gracefulshutdown.inflight.kinds;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;

import io.github.gracefulshutdown.inflight.RabbitServer;
import io.github.gracefulshutdown.test.ApplicationBuilder;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/**
 * A broker of each kind, for all tests of a class.
 */
final class Brokers implements BeforeAllCallback, AfterAllCallback {

	private final EmbeddedKafkaBroker kafka = new EmbeddedKafkaKraftBroker(1, 1);

	private final BrokerService jms = new BrokerService();

	private RabbitServer rabbit;

	@Override
	public void beforeAll(ExtensionContext context) throws Exception {
		// the one that may not be there
		this.rabbit = RabbitServer.start();
		this.kafka.afterPropertiesSet();
		this.jms.setPersistent(false);
		this.jms.setUseJmx(false);
		this.jms.setBrokerName(UUID.randomUUID().toString());
		this.jms.addConnector("tcp://127.0.0.1:0");
		this.jms.start();
		this.jms.waitUntilStarted();
	}

	/**
	 * Have an application use them.
	 */
	ApplicationBuilder use(ApplicationBuilder application) throws Exception {
		return application.property("spring.rabbitmq.port", Integer.toString(this.rabbit.address().getPort()))
			.property("spring.kafka.bootstrap-servers", this.kafka.getBrokersAsString())
			.property("spring.kafka.consumer.auto-offset-reset", "earliest")
			.property("spring.activemq.broker-url",
					this.jms.getTransportConnectors().get(0).getPublishableConnectString());
	}

	/**
	 * Return whether a broker would deliver the message once more.
	 */
	boolean isDueAgain(WorkKind kind, String queue) throws Exception {
		return switch (kind) {
			case RABBIT -> this.rabbit.ready(queue) > 0;
			case KAFKA -> offsets(queue).values().stream().noneMatch((offset) -> offset.offset() == 1);
			case JMS -> this.jms.getDestination(new ActiveMQQueue(queue))
				.getDestinationStatistics()
				.getMessages()
				.getCount() > 0;
			default -> false;
		};
	}

	private Map<?, OffsetAndMetadata> offsets(String group) throws InterruptedException, ExecutionException {
		try (Admin admin = Admin
			.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, this.kafka.getBrokersAsString()))) {
			return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
		}
	}

	@Override
	public void afterAll(ExtensionContext context) throws Exception {
		if (this.rabbit != null) {
			this.rabbit.close();
			this.kafka.destroy();
			this.jms.stop();
		}
	}

}
