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

import java.time.Duration;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;

/**
 * A listener of Kafka.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("kinds.kafka")
class KafkaKind implements KindsApplication.Kind {

	private final Work work;

	private final KafkaTemplate<String, String> template;

	private final String topic;

	KafkaKind(Work work, KafkaTemplate<String, String> template, @Value("${kinds.queue}") String topic) {
		this.work = work;
		this.template = template;
		this.topic = topic;
	}

	@KafkaListener(id = "kafkaWork", topics = "${kinds.queue}", groupId = "${kinds.queue}")
	void receive(String takes) {
		this.work.run(kind(), Duration.parse(takes));
	}

	@Override
	public WorkKind kind() {
		return WorkKind.KAFKA;
	}

	@Override
	public void start(Duration takes) {
		this.template.send(this.topic, takes.toString());
	}

}
