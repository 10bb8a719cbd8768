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

import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.work.batch.BatchParticipant;

import org.springframework.batch.core.job.AbstractJob;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration for stopping the jobs of Spring Batch.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = GracefulShutdownAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "graceful-shutdown.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "graceful-shutdown.batch.enabled", matchIfMissing = true)
@ConditionalOnClass(AbstractJob.class)
public final class GracefulShutdownBatchAutoConfiguration {

	@Bean
	BatchParticipant gracefulShutdownBatchParticipant() {
		return new BatchParticipant(ShutdownClock.system());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static BatchJobPostProcessor gracefulShutdownBatchJobPostProcessor(ObjectProvider<BatchParticipant> participant) {
		return new BatchJobPostProcessor(participant);
	}

	/**
	 * Has each job that is a bean watched, as soon as there is one.
	 */
	static final class BatchJobPostProcessor implements BeanPostProcessor {

		private final ObjectProvider<BatchParticipant> participant;

		BatchJobPostProcessor(ObjectProvider<BatchParticipant> participant) {
			this.participant = participant;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof AbstractJob job) {
				this.participant.getObject().watch(job);
			}
			return bean;
		}

	}

}
