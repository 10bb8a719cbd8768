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

package io.github.gracefulshutdown.work.rabbit;

import java.time.Duration;
import java.util.Map;

import io.github.gracefulshutdown.work.ListenerParticipant;

import org.springframework.amqp.core.AmqpTemplate;
import org.springframework.amqp.core.AsyncAmqpTemplate;
import org.springframework.amqp.core.MessageListenerContainer;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The part of Spring AMQP's listeners. What was prefetched is handled too, in the first
 * half of the time. What is left at CUT goes back to the queue with the connection,
 * before a handler that is interrupted can reject it for good.
 *
 * @since 0.1.0
 */
public final class RabbitListenerParticipant extends ListenerParticipant<MessageListenerContainer> {

	private final Duration timeout;

	/**
	 * Make the participant.
	 * @param beanFactory where the containers are
	 * @param timeout more than there is until CUT, so that no container gives messages up
	 * before
	 */
	public RabbitListenerParticipant(ConfigurableListableBeanFactory beanFactory, Duration timeout) {
		super(beanFactory, "rabbit", "executeListener");
		this.timeout = timeout;
	}

	@Override
	protected Map<String, MessageListenerContainer> containers() {
		return containers(MessageListenerContainer.class, RabbitListenerEndpointRegistry.class,
				RabbitListenerEndpointRegistry::getListenerContainerIds,
				(registry, id) -> registry.getListenerContainer(id));
	}

	@Override
	protected boolean receivesReplies(MessageListenerContainer container) {
		Object listener = container.getMessageListener();
		return listener instanceof AmqpTemplate || listener instanceof AsyncAmqpTemplate;
	}

	@Override
	protected String describe(String id, MessageListenerContainer container) {
		return (container instanceof AbstractMessageListenerContainer rabbit) ? String.join(",", rabbit.getQueueNames())
				: id;
	}

	@Override
	protected void stop(MessageListenerContainer container, Runnable stopped) {
		if (container instanceof AbstractMessageListenerContainer rabbit) {
			rabbit.setShutdownTimeout(this.timeout.toMillis());
			// with a callback it would send back what was prefetched
			rabbit.stop();
			stopped.run();
		}
		else {
			container.stop(stopped);
		}
	}

	@Override
	protected void beginNoMore(MessageListenerContainer container) {
		// one that is being stopped is no longer active, but running: this changes that,
		// and has what was prefetched sent back
		container.stop();
	}

	@Override
	protected boolean giveUp(MessageListenerContainer container) {
		if (container instanceof AbstractMessageListenerContainer rabbit) {
			rabbit.getConnectionFactory().resetConnection();
			return true;
		}
		return false;
	}

}
