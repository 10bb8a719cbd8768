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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.work.rabbit.RabbitListenerParticipant;

import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link RabbitListenerParticipant}, with a channel that leads to no server.
 */
class RabbitListenerParticipantTests extends AbstractListenerParticipantTests<SimpleMessageListenerContainer> {

	private static final String TAG = "consumer";

	private final RabbitListenerParticipant participant = new RabbitListenerParticipant(this.beanFactory,
			Duration.ofMinutes(1));

	private volatile Consumer consumer;

	@Override
	SimpleMessageListenerContainer createContainer() {
		SimpleMessageListenerContainer container = new SimpleMessageListenerContainer(connectionFactory());
		container.setQueueNames(ORDERS);
		container.setBeanName(ORDERS);
		container.setReceiveTimeout(100);
		container.setMessageListener((message) -> handle());
		container.afterPropertiesSet();
		return container;
	}

	private ConnectionFactory connectionFactory() {
		Channel channel = mock();
		given(channel.isOpen()).willReturn(true);
		try {
			given(channel.basicConsume(eq(ORDERS), anyBoolean(), any(), anyBoolean(), anyBoolean(), any(), any()))
				.willAnswer((call) -> {
					this.consumer = call.getArgument(6);
					this.consumer.handleConsumeOk(TAG);
					return TAG;
				});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Connection connection = mock();
		given(connection.createChannel(anyBoolean())).willReturn(channel);
		ConnectionFactory connectionFactory = mock();
		given(connectionFactory.createConnection()).willReturn(connection);
		return connectionFactory;
	}

	@Override
	void destroyContainer(SimpleMessageListenerContainer container) {
		container.destroy();
	}

	@Override
	void send() {
		try {
			this.consumer.handleDelivery(TAG, new Envelope(1, false, "", ORDERS), new AMQP.BasicProperties(),
					new byte[0]);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	protected ShutdownParticipant participant() {
		return this.participant;
	}

}
