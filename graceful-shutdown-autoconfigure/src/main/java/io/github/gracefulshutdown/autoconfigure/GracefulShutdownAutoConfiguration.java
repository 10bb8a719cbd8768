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

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import jakarta.servlet.ServletContext;

import io.github.gracefulshutdown.CheckpointStore;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.RequestStatistics;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.Timeline;
import io.github.gracefulshutdown.actuate.PlanLog;
import io.github.gracefulshutdown.actuate.TimelineLog;
import io.github.gracefulshutdown.platform.CloseEnd;
import io.github.gracefulshutdown.platform.CloseWatchdog;
import io.github.gracefulshutdown.platform.ContextClosedTrigger;
import io.github.gracefulshutdown.platform.LoggingCleanerGuard;
import io.github.gracefulshutdown.platform.PhasePublisher;
import io.github.gracefulshutdown.platform.ReadinessParticipant;
import io.github.gracefulshutdown.platform.SignalTrigger;
import io.github.gracefulshutdown.platform.TerminationMessage;
import io.github.gracefulshutdown.platform.WorkCutPublisher;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.web.ActiveRequests;
import io.github.gracefulshutdown.web.SettleParticipant;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWarDeployment;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for {@link GracefulShutdown}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(
		afterName = "org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration")
@ConditionalOnProperty(name = "graceful-shutdown.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GracefulShutdownProperties.class)
@ImportRuntimeHints(GracefulShutdownAutoConfiguration.LifecycleRuntimeHints.class)
public final class GracefulShutdownAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GracefulShutdown gracefulShutdown(ShutdownBudget budget, ListableBeanFactory beanFactory,
			ObjectProvider<RequestStatistics> statistics, ObjectProvider<Timeline.Listener> listeners,
			ObjectProvider<CheckpointStore> checkpoints) {
		return GracefulShutdown.create(budget, OrderedParticipants.of(beanFactory), statistics.orderedStream().toList(),
				listeners.orderedStream().toList(), ShutdownClock.system(), checkpoints.getIfAvailable());
	}

	@Bean
	ShutdownBudget gracefulShutdownBudget(GracefulShutdownProperties properties, Environment environment,
			ObjectProvider<DeregistrationParticipant> registries, ObjectProvider<ActiveRequests> requests) {
		ShutdownBudget budget = new ShutdownBudget(properties.getGracePeriod(), properties.getReserve());
		budget.cap(ShutdownPhase.DEREGISTER, properties.getRegistry().getConfirmTimeout());
		GracefulShutdownProperties.Settle settle = properties.getSettle();
		if (settle.getMax() != null) {
			budget.cap(ShutdownPhase.SETTLE, settle.getMax());
		}
		else if (settle.getMin() != null) {
			budget.cap(ShutdownPhase.SETTLE, SettleParticipant.max(settle.getMin()));
		}
		else if (registries.stream().allMatch((registry) -> registry.phases().isEmpty())) {
			budget.cap(ShutdownPhase.SETTLE, SettleParticipant.max(Duration.ZERO));
		}
		Duration drainTimeout = properties.getDrain().getTimeout();
		if (drainTimeout != null) {
			budget.cap(ShutdownPhase.DRAIN, drainTimeout);
		}
		Binder.get(environment)
			.bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
			.ifBound(budget::lifecycleTimeout);
		requests.ifAvailable((server) -> budget.server(server.endsWithin()));
		return budget;
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnProperty("graceful-shutdown.checkpoint.directory")
	CheckpointStore gracefulShutdownCheckpointStore(GracefulShutdownProperties properties) {
		return PropertyRules.checkpointStore(Objects.requireNonNull(properties.getCheckpoint().getDirectory()));
	}

	@Bean
	static CloseEnd gracefulShutdownCloseEnd() {
		return new CloseEnd();
	}

	@Bean
	ContextClosedTrigger gracefulShutdownContextClosedTrigger(GracefulShutdown shutdown, ShutdownBudget budget,
			ConfigurableApplicationContext context, CloseEnd closeEnd, GracefulShutdownProperties properties) {
		boolean halt = properties.getOnDeadline() == GracefulShutdownProperties.OnDeadline.HALT;
		return new ContextClosedTrigger(shutdown, context,
				new CloseWatchdog(context, budget, closeEnd, halt, ShutdownClock.system()));
	}

	@Bean
	PlanLog gracefulShutdownPlanLog(GracefulShutdown shutdown) {
		return new PlanLog(shutdown);
	}

	@Bean
	WorkCutPublisher gracefulShutdownWorkCutPublisher(ApplicationContext context) {
		return new WorkCutPublisher(context);
	}

	@Bean
	PhasePublisher gracefulShutdownPhasePublisher(ApplicationContext context) {
		return new PhasePublisher(context);
	}

	@Bean
	LoggingCleanerGuard gracefulShutdownLoggingCleanerGuard() {
		return new LoggingCleanerGuard();
	}

	@Bean
	TimelineLog gracefulShutdownTimelineLog() {
		return new TimelineLog();
	}

	@Bean
	@Nullable TerminationMessage gracefulShutdownTerminationMessage(GracefulShutdownProperties properties,
			Environment environment) {
		Path file = TerminationMessageFile.find(properties.getTerminationMessage(), environment);
		return (file != null) ? new TerminationMessage(file) : null;
	}

	@Bean
	SignalTrigger gracefulShutdownSignalTrigger(GracefulShutdown shutdown, GracefulShutdownProperties properties) {
		return new SignalTrigger(shutdown, properties.getSignals());
	}

	@Bean
	@ConditionalOnProperty(name = "graceful-shutdown.readiness", matchIfMissing = true)
	ReadinessParticipant gracefulShutdownReadinessParticipant(ConfigurableApplicationContext context,
			ApplicationAvailability availability) {
		return new ReadinessParticipant(context, availability);
	}

	@Bean
	SettleParticipant gracefulShutdownSettleParticipant(GracefulShutdownProperties properties, Environment environment,
			ObjectProvider<DeregistrationParticipant> registries, ObjectProvider<ActiveRequests> requests) {
		GracefulShutdownProperties.Settle settle = properties.getSettle();
		return new SettleParticipant(routed(settle, environment, registries), min(settle, registries),
				settle.getQuietPeriod(), settle.getMax(), requests.getIfAvailable());
	}

	static BooleanSupplier routed(GracefulShutdownProperties.Settle settle, Environment environment,
			ObjectProvider<DeregistrationParticipant> registries) {
		return switch (settle.getMode()) {
			case ALWAYS -> () -> true;
			case NEVER -> () -> false;
			case AUTO -> () -> registries.stream().anyMatch(DeregistrationParticipant::isMember)
					|| isOnCloudPlatform(environment);
		};
	}

	static boolean isOnCloudPlatform(Environment environment) {
		CloudPlatform platform = CloudPlatform.getActive(environment);
		return platform != null && platform != CloudPlatform.NONE;
	}

	static Supplier<Duration> min(GracefulShutdownProperties.Settle settle,
			ObjectProvider<DeregistrationParticipant> registries) {
		Duration min = settle.getMin();
		return () -> (min != null) ? min
				: registries.stream()
					.map(DeregistrationParticipant::staleness)
					.max(Comparator.naturalOrder())
					.orElse(Duration.ZERO);
	}

	/**
	 * In a container that is somebody else's, whatever runs there besides.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnWarDeployment
	static class ExternalContainerConfiguration {

		@Bean
		ShutdownParticipant gracefulShutdownExternalContainer(ServletContext servletContext) {
			return (context) -> {
				if (context.phase() == ShutdownPhase.CLOSE) {
					context.detail("ports and requests of %s, which is not this application's own, are left alone"
						.formatted(servletContext.getServerInfo()));
				}
			};
		}

	}

	/**
	 * How long Spring waits for a lifecycle phase is read from a field.
	 */
	static class LifecycleRuntimeHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.reflection().registerType(DefaultLifecycleProcessor.class, MemberCategory.ACCESS_DECLARED_FIELDS);
		}

	}

}
