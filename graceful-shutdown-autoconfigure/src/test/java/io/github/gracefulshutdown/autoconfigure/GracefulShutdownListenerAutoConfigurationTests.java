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

package io.github.gracefulshutdown.autoconfigure;

import java.util.Map;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.work.ListenerParticipant;
import io.github.gracefulshutdown.work.jms.JmsListenerParticipant;
import io.github.gracefulshutdown.work.kafka.KafkaListenerParticipant;
import io.github.gracefulshutdown.work.rabbit.RabbitListenerParticipant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.Answers;

import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jms.config.JmsListenerEndpointRegistry;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willReturn;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link GracefulShutdownListenerAutoConfiguration}.
 */
class GracefulShutdownListenerAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
				GracefulShutdownAutoConfiguration.class, GracefulShutdownListenerAutoConfiguration.class));

	@Test
	void whenLibrariesArePresentThenTheirListenersTakePart() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(RabbitListenerParticipant.class)
			.hasSingleBean(KafkaListenerParticipant.class)
			.hasSingleBean(JmsListenerParticipant.class));
	}

	@ParameterizedTest
	@CsvSource({ "graceful-shutdown.enabled", "graceful-shutdown.listeners.enabled" })
	void whenOffThenListenersAreLeftToSpring(String property) {
		this.contextRunner.withPropertyValues(property + "=false")
			.withBean(ConcurrentKafkaListenerContainerFactory.class)
			.run((context) -> {
				assertThat(context).doesNotHaveBean(ListenerParticipant.class);
				assertThat(stopsImmediately(context.getBean(ConcurrentKafkaListenerContainerFactory.class))).isFalse();
			});
	}

	@Test
	void whenRabbitIsAbsentThenTheOthersTakePart() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(RabbitListenerEndpointRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(RabbitListenerParticipant.class)
				.hasSingleBean(KafkaListenerParticipant.class));
	}

	@Test
	void whenKafkaIsAbsentThenTheOthersTakePart() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(KafkaListenerEndpointRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(KafkaListenerParticipant.class)
				.hasSingleBean(JmsListenerParticipant.class));
	}

	@Test
	void whenJmsIsAbsentThenTheOthersTakePart() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(JmsListenerEndpointRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(JmsListenerParticipant.class)
				.hasSingleBean(RabbitListenerParticipant.class));
	}

	@Test
	void whenKafkaContainersAreMadeThenTheyStopAfterTheRecordInHand() {
		KafkaMessageListenerContainer<Object, Object> container = new KafkaMessageListenerContainer<>(
				new DefaultKafkaConsumerFactory<>(Map.of()), new ContainerProperties("topic"));
		container.setAutoStartup(false);
		this.contextRunner.withBean(ConcurrentKafkaListenerContainerFactory.class)
			.withBean("container", KafkaMessageListenerContainer.class, () -> container)
			.run((context) -> {
				assertThat(stopsImmediately(context.getBean(ConcurrentKafkaListenerContainerFactory.class))).isTrue();
				assertThat(
						context.getBean(KafkaMessageListenerContainer.class).getContainerProperties().isStopImmediate())
					.isTrue();
			});
	}

	@Test
	void whenKafkaContainersAreToFinishThePollThenTheyDo() {
		this.contextRunner.withBean(ConcurrentKafkaListenerContainerFactory.class)
			.withPropertyValues("spring.kafka.listener.immediate-stop=false")
			.run((context) -> assertThat(
					stopsImmediately(context.getBean(ConcurrentKafkaListenerContainerFactory.class)))
				.isFalse());
	}

	@Test
	void whenTemplatesWaitForRepliesThenTheirContainersAreLeftRunning() {
		SimpleMessageListenerContainer rabbit = mock(SimpleMessageListenerContainer.class);
		given(rabbit.isRunning()).willReturn(true);
		given(rabbit.getMessageListener()).willReturn(new RabbitTemplate());
		ContainerProperties properties = new ContainerProperties("replies");
		properties.setMessageListener(mock(ReplyingKafkaTemplate.class));
		KafkaMessageListenerContainer<?, ?> kafka = mock(KafkaMessageListenerContainer.class);
		given(kafka.isRunning()).willReturn(true);
		given(kafka.getContainerProperties()).willReturn(properties);
		this.contextRunner.withBean("rabbit", SimpleMessageListenerContainer.class, () -> rabbit)
			.withBean("kafka", KafkaMessageListenerContainer.class, () -> kafka)
			.run((context) -> assertThat(context.getBean(GracefulShutdown.class).drain("test").phases())
				.flatExtracting(ShutdownReport.Phase::detail)
				.noneMatch((detail) -> detail.contains("listeners")));
	}

	@Test
	void whenKafkaContainerIsOfAnotherKindThenItIsStoppedLikeTheOthers() {
		MessageListenerContainer own = mock(MessageListenerContainer.class, Answers.CALLS_REAL_METHODS);
		willReturn(true).given(own).isRunning();
		this.contextRunner.withBean("own", MessageListenerContainer.class, () -> own).run((context) -> {
			context.getBean(GracefulShutdown.class).drain("test");
			then(own).should().stop(any());
		});
	}

	private static boolean stopsImmediately(ConcurrentKafkaListenerContainerFactory<?, ?> factory) {
		return factory.getContainerProperties().isStopImmediate();
	}

}
