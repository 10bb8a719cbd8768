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

import io.github.gracefulshutdown.work.jms.JmsListenerParticipant;
import io.github.gracefulshutdown.work.kafka.KafkaListenerParticipant;
import io.github.gracefulshutdown.work.rabbit.RabbitListenerParticipant;

import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.config.JmsListenerEndpointRegistry;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

/**
 * Auto-configuration for message listeners.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = { "graceful-shutdown.enabled", "graceful-shutdown.listeners.enabled" },
		matchIfMissing = true)
@EnableConfigurationProperties(GracefulShutdownProperties.class)
public final class GracefulShutdownListenerAutoConfiguration {

	GracefulShutdownListenerAutoConfiguration() {
	}

	/**
	 * Spring AMQP.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RabbitListenerEndpointRegistry.class)
	static class RabbitConfiguration {

		@Bean
		RabbitListenerParticipant gracefulShutdownRabbitListenerParticipant(ConfigurableListableBeanFactory beanFactory,
				GracefulShutdownProperties properties) {
			return new RabbitListenerParticipant(beanFactory, properties.getGracePeriod());
		}

	}

	/**
	 * Spring for Apache Kafka.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(KafkaListenerEndpointRegistry.class)
	static class KafkaConfiguration {

		@Bean
		KafkaListenerParticipant gracefulShutdownKafkaListenerParticipant(ConfigurableListableBeanFactory beanFactory) {
			return new KafkaListenerParticipant(beanFactory);
		}

		@Bean
		@ConditionalOnBooleanProperty(name = "spring.kafka.listener.immediate-stop", matchIfMissing = true)
		static BeanPostProcessor gracefulShutdownKafkaStopImmediate() {
			return KafkaListenerParticipant.stopImmediate();
		}

	}

	/**
	 * Spring's JMS.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ JmsListenerEndpointRegistry.class, jakarta.jms.Message.class })
	static class JmsConfiguration {

		@Bean
		JmsListenerParticipant gracefulShutdownJmsListenerParticipant(ConfigurableListableBeanFactory beanFactory) {
			return new JmsListenerParticipant(beanFactory);
		}

	}

}
