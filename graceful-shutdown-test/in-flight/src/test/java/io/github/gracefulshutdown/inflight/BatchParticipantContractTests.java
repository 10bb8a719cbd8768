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

import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.test.contract.ShutdownParticipantContract;
import io.github.gracefulshutdown.work.batch.BatchParticipant;

import org.springframework.batch.core.job.AbstractJob;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.ResourcelessJobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;

/**
 * A job of Spring Batch does what every participant has to do.
 */
class BatchParticipantContractTests extends ShutdownParticipantContract {

	private final BatchParticipant participant = new BatchParticipant(ShutdownClock.system());

	private final CountDownLatch running = new CountDownLatch(1);

	private final CountDownLatch ending = new CountDownLatch(1);

	@Override
	protected ShutdownParticipant participant() {
		return this.participant;
	}

	@Override
	protected void startWork() throws InterruptedException {
		JobRepository repository = new ResourcelessJobRepository();
		AbstractJob job = (AbstractJob) new JobBuilder("job", repository)
			.start(new StepBuilder("step", repository).tasklet((contribution, context) -> {
				this.running.countDown();
				this.ending.await();
				return RepeatStatus.FINISHED;
			}).build())
			.build();
		this.participant.watch(job);
		JobInstance instance = repository.createJobInstance("job", new JobParameters());
		Thread thread = new Thread(() -> {
			try {
				job.execute(repository.createJobExecution(instance, new JobParameters(), new ExecutionContext()));
			}
			catch (JobInterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}, "job");
		thread.setDaemon(true);
		thread.start();
		this.running.await();
	}

	@Override
	protected void finishWork() {
		this.ending.countDown();
	}

}
