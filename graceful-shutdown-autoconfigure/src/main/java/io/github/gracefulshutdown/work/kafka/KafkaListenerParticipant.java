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

package io.github.gracefulshutdown.work.kafka;

import java.util.Map;

import io.github.gracefulshutdown.work.ListenerParticipant;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.MessageListenerContainer;

/**
 * The part of the listeners of Spring for Apache Kafka. The record in hand is finished
 * and committed; the rest of what was polled is left to others. A handler that outlives
 * the budget is not interrupted: one that returned then would be committed, though it has
 * done half of its work. It ends with the process, and its record is polled by others.
 *
 * @since 0.1.0
 */
public final class KafkaListenerParticipant extends ListenerParticipant<MessageListenerContainer> {

	/**
	 * Make the participant.
	 * @param beanFactory where the containers are
	 */
	public KafkaListenerParticipant(ConfigurableListableBeanFactory beanFactory) {
		super(beanFactory, "kafka", "invokeListener");
	}

	/**
	 * Make containers stop after the record in hand, rather than after all that was
	 * polled. They look at this once, when they start.
	 * @return what sets it on factories and containers
	 */
	public static BeanPostProcessor stopImmediate() {
		return new BeanPostProcessor() {

			@Override
			public Object postProcessAfterInitialization(Object bean, String beanName) {
				if (bean instanceof AbstractKafkaListenerContainerFactory<?, ?, ?> factory) {
					factory.getContainerProperties().setStopImmediate(true);
				}
				else if (bean instanceof AbstractMessageListenerContainer<?, ?> container) {
					container.getContainerProperties().setStopImmediate(true);
				}
				return bean;
			}

		};
	}

	@Override
	protected Map<String, MessageListenerContainer> containers() {
		return containers(MessageListenerContainer.class, KafkaListenerEndpointRegistry.class,
				KafkaListenerEndpointRegistry::getListenerContainerIds,
				(registry, id) -> registry.getListenerContainer(id));
	}

	@Override
	protected boolean receivesReplies(MessageListenerContainer container) {
		return container.getContainerProperties().getMessageListener() instanceof KafkaOperations;
	}

	@Override
	protected String describe(String id, MessageListenerContainer container) {
		ContainerProperties properties = container.getContainerProperties();
		String[] topics = properties.getTopics();
		return (topics != null) ? String.join(",", topics) : id;
	}

	@Override
	protected void stop(MessageListenerContainer container, Runnable stopped) {
		container.stop(stopped);
	}

	@Override
	protected boolean giveUp(MessageListenerContainer container) {
		// nobody but the thread of the handler can keep it from committing
		return false;
	}

}
