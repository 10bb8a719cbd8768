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

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.work.jms.JmsListenerParticipant;
import jakarta.jms.MessageListener;
import jakarta.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.listener.DefaultMessageListenerContainer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JmsListenerParticipant}, with a broker in this JVM.
 */
class JmsListenerParticipantTests extends AbstractListenerParticipantTests<DefaultMessageListenerContainer> {

	private final ActiveMQConnectionFactory connectionFactory = new ActiveMQConnectionFactory(
			"vm://" + UUID.randomUUID() + "?broker.persistent=false&broker.useJmx=false");

	private final JmsListenerParticipant participant = new JmsListenerParticipant(this.beanFactory);

	private volatile Runnable onReceived = () -> {
	};

	@Override
	DefaultMessageListenerContainer createContainer() {
		DefaultMessageListenerContainer container = new DefaultMessageListenerContainer() {

			@Override
			protected void messageReceived(Object invoker, Session session) {
				JmsListenerParticipantTests.this.onReceived.run();
			}

		};
		container.setConnectionFactory(this.connectionFactory);
		container.setDestinationName(ORDERS);
		container.setBeanName(ORDERS);
		container.setReceiveTimeout(100);
		container.setSessionTransacted(true);
		container.setMessageListener((MessageListener) (message) -> handle());
		container.afterPropertiesSet();
		return container;
	}

	@Override
	void destroyContainer(DefaultMessageListenerContainer container) {
		container.destroy();
	}

	@Override
	void send() {
		new JmsTemplate(this.connectionFactory).convertAndSend(ORDERS, "1");
	}

	@Override
	protected ShutdownParticipant participant() {
		return this.participant;
	}

	@Test
	void whenMessageArrivesAtTheMomentOfTheStopThenItIsHandled() throws InterruptedException {
		CountDownLatch received = new CountDownLatch(1);
		this.onReceived = () -> {
			received.countDown();
			Awaitility.await().until(() -> !container().isRunning());
		};
		send();
		received.await();
		this.finish.countDown();
		GracefulShutdown
			.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)), List.of(this.participant),
					List.of(), List.of(), ShutdownClock.system())
			.drain("test");
		assertThat(this.started.getCount()).isZero();
	}

}
