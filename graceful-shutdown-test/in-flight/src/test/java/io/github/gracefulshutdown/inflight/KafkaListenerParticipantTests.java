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

import java.util.Map;

import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.work.kafka.KafkaListenerParticipant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;

import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.mock.MockConsumerFactory;
import org.springframework.kafka.support.TopicPartitionOffset;

/**
 * Tests for {@link KafkaListenerParticipant}, with a consumer that needs no broker.
 */
class KafkaListenerParticipantTests
		extends AbstractListenerParticipantTests<ConcurrentMessageListenerContainer<String, String>> {

	private final KafkaListenerParticipant participant = new KafkaListenerParticipant(this.beanFactory);

	private final MockConsumer<String, String> consumer = new MockConsumer<>("earliest");

	@Override
	ConcurrentMessageListenerContainer<String, String> createContainer() {
		this.consumer.updateBeginningOffsets(Map.of(new TopicPartition(ORDERS, 0), 0L));
		ContainerProperties properties = new ContainerProperties(new TopicPartitionOffset(ORDERS, 0));
		// this consumer does not wait for records
		properties.setIdleBetweenPolls(10);
		properties.setMessageListener((MessageListener<String, String>) (record) -> handle());
		ConcurrentMessageListenerContainer<String, String> container = new ConcurrentMessageListenerContainer<>(
				new MockConsumerFactory<>(() -> this.consumer), properties);
		container.setBeanName(ORDERS);
		return container;
	}

	@Override
	void destroyContainer(ConcurrentMessageListenerContainer<String, String> container) {
		container.destroy();
	}

	@Override
	void send() {
		this.consumer.schedulePollTask(() -> this.consumer.addRecord(new ConsumerRecord<>(ORDERS, 0, 0, null, "1")));
	}

	@Override
	protected ShutdownParticipant participant() {
		return this.participant;
	}

}
