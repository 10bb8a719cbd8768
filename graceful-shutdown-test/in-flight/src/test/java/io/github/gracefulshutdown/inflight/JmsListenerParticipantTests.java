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
import io.github.gracefulshutdown.test.contract.ShutdownParticipantContract;
import io.github.gracefulshutdown.work.jms.JmsListenerParticipant;
import jakarta.jms.MessageListener;
import jakarta.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.listener.DefaultMessageListenerContainer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JmsListenerParticipant}, with a broker in this JVM.
 */
class JmsListenerParticipantTests extends ShutdownParticipantContract {

	private final ActiveMQConnectionFactory connectionFactory = new ActiveMQConnectionFactory(
			"vm://" + UUID.randomUUID() + "?broker.persistent=false&broker.useJmx=false");

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	private final JmsListenerParticipant participant = new JmsListenerParticipant(this.beanFactory);

	private final CountDownLatch started = new CountDownLatch(1);

	private final CountDownLatch finish = new CountDownLatch(1);

	private final DefaultMessageListenerContainer container = new DefaultMessageListenerContainer() {

		@Override
		protected void messageReceived(Object invoker, Session session) {
			JmsListenerParticipantTests.this.onReceived.run();
		}

	};

	private volatile Runnable onReceived = () -> {
	};

	@BeforeEach
	void startContainer() {
		this.container.setConnectionFactory(this.connectionFactory);
		this.container.setDestinationName("orders");
		this.container.setBeanName("orders");
		this.container.setReceiveTimeout(100);
		this.container.setSessionTransacted(true);
		this.container.setMessageListener((MessageListener) (message) -> {
			this.started.countDown();
			try {
				this.finish.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		this.container.afterPropertiesSet();
		this.container.start();
		this.beanFactory.registerSingleton("orders", this.container);
	}

	@AfterEach
	void closeContainer() {
		this.finish.countDown();
		this.container.destroy();
	}

	@Test
	void whenMessageArrivesAtTheMomentOfTheStopThenItIsHandled() throws InterruptedException {
		CountDownLatch received = new CountDownLatch(1);
		this.onReceived = () -> {
			received.countDown();
			Awaitility.await().until(() -> !this.container.isRunning());
		};
		new JmsTemplate(this.connectionFactory).convertAndSend("orders", "1");
		received.await();
		this.finish.countDown();
		GracefulShutdown
			.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)), List.of(this.participant),
					List.of(), List.of(), ShutdownClock.system())
			.drain("test");
		assertThat(this.started.getCount()).isZero();
	}

	@Override
	protected ShutdownParticipant participant() {
		return this.participant;
	}

	@Override
	protected void startWork() throws InterruptedException {
		new JmsTemplate(this.connectionFactory).convertAndSend("orders", "1");
		this.started.await();
	}

	@Override
	protected void finishWork() {
		this.finish.countDown();
	}

}
