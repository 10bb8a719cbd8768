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

import java.util.Set;

import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.work.ExecutorParticipant;
import io.github.gracefulshutdown.work.ThreadTracker;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Auto-configuration for the shutdown of executors and schedulers.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnProperty(name = { "graceful-shutdown.enabled", "graceful-shutdown.executors.enabled" },
		matchIfMissing = true)
@ImportRuntimeHints(GracefulShutdownExecutorAutoConfiguration.VirtualThreadsRuntimeHints.class)
public final class GracefulShutdownExecutorAutoConfiguration {

	/**
	 * After all that may hand work to executors.
	 */
	private static final int FINISHER_ORDER = 1;

	/**
	 * Makes no bean of the properties: it would be made before it could be bound.
	 */
	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ThreadTracker gracefulShutdownThreadTracker(Environment environment) {
		return new ThreadTracker(Binder.get(environment)
			.bind("graceful-shutdown.executors.excluded", Bindable.setOf(String.class))
			.orElse(Set.of()));
	}

	@Bean
	ExecutorParticipant gracefulShutdownExecutorParticipant(ConfigurableApplicationContext context,
			GracefulShutdownProperties properties) {
		return new ExecutorParticipant(context, Set.copyOf(properties.getExecutors().getExcluded()));
	}

	@Bean
	@Order(FINISHER_ORDER)
	ShutdownParticipant gracefulShutdownExecutorFinisher(ExecutorParticipant participant) {
		return participant.finisher();
	}

	/**
	 * Whether an executor makes virtual threads is read from a field.
	 */
	static class VirtualThreadsRuntimeHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.reflection().registerType(SimpleAsyncTaskExecutor.class, MemberCategory.ACCESS_DECLARED_FIELDS);
		}

	}

}
