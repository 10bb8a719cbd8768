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

import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.listener.JobExecutionListener;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A job of very many small steps forward, which would take a day.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("kinds.batch")
class BatchKind {

	private static final Duration CHUNK = Duration.ofMillis(200);

	@Bean
	Job dayLongJob(JobRepository repository, Work work, StartedChunk started) {
		return new JobBuilder("dayLong", repository).listener(new StatusListener())
			.start(new StepBuilder("chunks", repository).<Integer, Integer>chunk(1)
				.reader(() -> 1)
				.writer((chunk) -> started.run(work))
				.build())
			.build();
	}

	@Bean
	StartedChunk startedChunk() {
		return new StartedChunk();
	}

	@Bean
	KindsApplication.Kind batchWork(JobOperator operator, Job dayLongJob, StartedChunk started) {
		return new KindsApplication.Kind() {

			@Override
			public WorkKind kind() {
				return WorkKind.BATCH;
			}

			@Override
			public void start(Duration takes) {
				started.forEver = takes.equals(Work.FOR_EVER);
				KindsApplication.daemon(() -> {
					try {
						operator.start(dayLongJob, new JobParameters());
					}
					catch (Exception ex) {
						throw new IllegalStateException(ex);
					}
				});
			}

		};
	}

	/**
	 * One step forward, or one that never ends.
	 */
	static final class StartedChunk {

		private volatile boolean forEver;

		private boolean begun;

		private void run(Work work) throws InterruptedException {
			if (this.forEver) {
				work.run(WorkKind.BATCH, Work.FOR_EVER);
			}
			if (!this.begun) {
				this.begun = true;
				Work.say("started", WorkKind.BATCH);
			}
			Thread.sleep(CHUNK.toMillis());
		}

	}

	/**
	 * A job has its due when the repository knows where it was stopped.
	 */
	private static final class StatusListener implements JobExecutionListener {

		@Override
		public void afterJob(JobExecution execution) {
			if (execution.getStatus() == BatchStatus.STOPPED) {
				Work.say("finished", WorkKind.BATCH);
			}
		}

	}

}
