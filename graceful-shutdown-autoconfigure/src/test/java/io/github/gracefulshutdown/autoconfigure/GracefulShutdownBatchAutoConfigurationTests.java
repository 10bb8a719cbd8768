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

import org.junit.jupiter.api.Test;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.work.batch.BatchParticipant;

import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.job.AbstractJob;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GracefulShutdownBatchAutoConfiguration}.
 */
class GracefulShutdownBatchAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
				GracefulShutdownAutoConfiguration.class, GracefulShutdownBatchAutoConfiguration.class));

	@Test
	void whenJobIsABeanThenItsExecutionsAreWatched() {
		this.contextRunner.withUserConfiguration(JobConfiguration.class).run((context) -> {
			BatchParticipant participant = context.getBean(BatchParticipant.class);
			JobExecution execution = context.getBean(JobOperator.class)
				.start(context.getBean(Job.class), new JobParameters());
			assertThat(execution.getExitStatus().getExitDescription()).contains("[batch nightly/count]");
			assertThat(participant.activeWork()).isEmpty();
		});
	}

	@Test
	void whenTurnedOffThenThereIsNothing() {
		this.contextRunner.withPropertyValues("graceful-shutdown.batch.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(GracefulShutdown.class)
				.doesNotHaveBean(BatchParticipant.class)
				.doesNotHaveBean(GracefulShutdownBatchAutoConfiguration.class));
		this.contextRunner.withPropertyValues("graceful-shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(BatchParticipant.class));
	}

	@Test
	void whenSpringBatchIsAbsentThenTheRestWorks() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.springframework.batch"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(GracefulShutdown.class)
				.doesNotHaveBean("gracefulShutdownBatchParticipant"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableBatchProcessing
	static class JobConfiguration {

		@Bean
		AbstractJob nightly(JobRepository repository, BatchParticipant participant) {
			return (AbstractJob) new JobBuilder("nightly", repository)
				.start(new StepBuilder("count", repository).tasklet((contribution, context) -> {
					contribution.setExitStatus(contribution.getExitStatus()
						.addExitDescription(participant.activeWork()
							.stream()
							.map((work) -> work.kind() + " " + work.name())
							.toList()
							.toString()));
					return RepeatStatus.FINISHED;
				}).build())
				.build();
		}

	}

}
