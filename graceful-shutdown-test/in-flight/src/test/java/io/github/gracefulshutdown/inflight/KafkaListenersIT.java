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
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.Terminations;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of records in hand when their service is stopped, with a Kafka broker in
 * the JVM of the test.
 */
@Tag("environment")
class KafkaListenersIT {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static EmbeddedKafkaBroker broker;

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	Path directory;

	private final String topic = "orders-" + UUID.randomUUID();

	private MessageLedger ledger;

	@BeforeAll
	static void startBroker() {
		broker = new EmbeddedKafkaKraftBroker(1, 1).brokerProperty("group.initial.rebalance.delay.ms", "0");
		broker.afterPropertiesSet();
	}

	@AfterAll
	static void stopBroker() {
		broker.destroy();
	}

	@BeforeEach
	void newLedger() {
		this.ledger = new MessageLedger(this.directory.resolve("ledger"));
	}

	private ApplicationBuilder application() {
		return this.kit.application(MessageApplication.class)
			.property("spring.kafka.bootstrap-servers", broker.getBrokersAsString())
			.property("spring.kafka.consumer.auto-offset-reset", "earliest")
			.property("kafka.topic", this.topic)
			.property("ledger", this.ledger.file().toString());
	}

	@Test
	void whenRecordIsInHandThenItIsHandledOnceAndTheRestOfThePollIsLeftToOthers() throws Exception {
		send("0 5000", "1 60000");
		RunningApplication application = application().start();
		this.ledger.await("delivered", "0 5000");
		assertThat(Terminations.kubelet(LIMIT).stop(application).killed()).isFalse();
		assertThat(this.ledger.read("done")).containsExactly("0 5000");
		assertThat(committed()).hasValue(1);
		assertThat(this.ledger.read("delivered")).containsExactly("0 5000");
		application().start();
		this.ledger.await("delivered", "1 60000");
		assertThat(this.ledger.read("delivered")).containsExactly("0 5000", "1 60000");
	}

	@Test
	void whenSpringBootIsAloneThenTheRestOfThePollIsBegunAndRecordThatIsDoneComesAgain() throws Exception {
		send("0 1500", "1 60000");
		RunningApplication application = application().without("graceful-shutdown-autoconfigure").start();
		this.ledger.await("delivered", "0 1500");
		application.signal("TERM");
		this.ledger.await("delivered", "1 60000");
		assertThat(Terminations.dockerStop(Duration.ofSeconds(1)).stop(application).killed()).isTrue();
		assertThat(this.ledger.read("done")).containsExactly("0 1500");
		assertThat(committed()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "4111111111111111 60000", "half 60000" })
	void whenRecordOutlivesTheBudgetThenItIsNamedAndNotCommitted(String record) throws Exception {
		send(record);
		RunningApplication application = application().property("graceful-shutdown.grace-period", "5s")
			.property("graceful-shutdown.reserve", "3s")
			.start();
		this.ledger.await("delivered", record);
		assertThat(Terminations.dockerStop(Duration.ofSeconds(5)).stop(application).killed()).isFalse();
		assertThat(application.log()).anyMatch((line) -> line.contains("Cut after") && line.contains(this.topic));
		assertThat(committed()).isEmpty();
	}

	private void send(String... values) throws Exception {
		try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.getBrokersAsString()));
				KafkaProducer<String, String> producer = new KafkaProducer<>(
						Map.of("bootstrap.servers", broker.getBrokersAsString()), new StringSerializer(),
						new StringSerializer())) {
			admin.createTopics(List.of(new NewTopic(this.topic, 1, (short) 1))).all().get();
			for (String value : values) {
				producer.send(new ProducerRecord<>(this.topic, value));
			}
		}
	}

	private OptionalLong committed() throws Exception {
		try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.getBrokersAsString()))) {
			OffsetAndMetadata offset = admin.listConsumerGroupOffsets(this.topic)
				.partitionsToOffsetAndMetadata()
				.get()
				.get(new TopicPartition(this.topic, 0));
			return (offset != null) ? OptionalLong.of(offset.offset()) : OptionalLong.empty();
		}
	}

}
