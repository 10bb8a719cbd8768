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

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.Terminations;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.TransportConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of JMS messages in hand when their service is stopped, with an ActiveMQ
 * broker in the JVM of the test.
 */
@Tag("environment")
class JmsListenersIT {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static BrokerService broker;

	private static String brokerUrl;

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	Path directory;

	private String queue;

	private MessageLedger ledger;

	@BeforeAll
	static void startBroker() throws Exception {
		broker = new BrokerService();
		broker.setPersistent(false);
		broker.setUseJmx(false);
		TransportConnector connector = broker.addConnector("tcp://127.0.0.1:0");
		broker.start();
		broker.waitUntilStarted();
		brokerUrl = connector.getPublishableConnectString();
	}

	@AfterAll
	static void stopBroker() throws Exception {
		broker.stop();
	}

	@BeforeEach
	void newLedger() {
		this.queue = "orders-" + UUID.randomUUID();
		this.ledger = new MessageLedger(this.directory.resolve("ledger"));
	}

	private ApplicationBuilder application() {
		return this.kit.application(MessageApplication.class)
			.property("spring.activemq.broker-url", brokerUrl)
			// what Spring waits for listeners by itself
			.property("spring.lifecycle.timeout-per-shutdown-phase", "1s")
			.property("jms.queue", this.queue)
			.property("ledger", this.ledger.file().toString());
	}

	@Test
	void whenMessageIsInHandThenItIsHandledOnceAndNoOtherIsTaken() throws JMSException {
		RunningApplication application = application().start();
		inHand("1 5000", "2 10");
		assertThat(Terminations.kubelet(LIMIT).stop(application).killed()).isFalse();
		assertThat(this.ledger.read("done")).containsExactly("1 5000");
		assertThat(left()).as("received in advance").containsExactly("2 10");
	}

	@Test
	void whenSpringBootIsAloneThenMessageThatTakesLongerThanSpringWaitsIsRedelivered() throws JMSException {
		RunningApplication application = application().without("graceful-shutdown-autoconfigure").start();
		inHand("1 60000");
		assertThat(Terminations.kubelet(LIMIT).stop(application).killed()).isFalse();
		assertThat(this.ledger.read("done")).isEmpty();
		assertThat(left()).containsExactly("1 60000 redelivered");
	}

	@ParameterizedTest
	@CsvSource({ "4111111111111111 60000, auto, true", "half 60000, auto, true", "half 60000, client, false" })
	void whenMessageOutlivesTheBudgetThenItIsNamedAndGoesBack(String message, String acknowledgeMode, String transacted)
			throws JMSException {
		RunningApplication application = application().property("graceful-shutdown.grace-period", "5s")
			.property("graceful-shutdown.reserve", "3s")
			.property("spring.jms.listener.session.acknowledge-mode", acknowledgeMode)
			.property("spring.jms.listener.session.transacted", transacted)
			.start();
		inHand(message);
		assertThat(Terminations.dockerStop(Duration.ofSeconds(5)).stop(application).killed()).isFalse();
		assertThat(application.log()).anyMatch((line) -> line.contains("Cut after") && line.contains(this.queue));
		assertThat(this.ledger.read("interrupted")).containsExactly(message);
		assertThat(left()).containsExactly(message + " redelivered");
	}

	private void inHand(String... messages) {
		ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(brokerUrl);
		try (JMSContext context = factory.createContext()) {
			for (String message : messages) {
				context.createProducer().send(context.createQueue(this.queue), message);
			}
		}
		this.ledger.await("delivered", messages[0]);
	}

	private List<String> left() throws JMSException {
		List<String> left = new ArrayList<>();
		ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(brokerUrl);
		try (JMSContext context = factory.createContext();
				JMSConsumer consumer = context.createConsumer(context.createQueue(this.queue))) {
			for (Message message = consumer.receive(1000); message != null; message = consumer.receive(100)) {
				left.add(message.getBody(String.class) + (message.getJMSRedelivered() ? " redelivered" : ""));
			}
		}
		return left;
	}

}
