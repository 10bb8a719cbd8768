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

package io.github.gracefulshutdown.work.batch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.batch.core.job.AbstractJob;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.listener.JobExecutionListener;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.scope.context.JobSynchronizationManager;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;

/**
 * Stops the executions of Spring Batch jobs that run in this process, so that the next
 * start resumes them: at CLOSE each is asked to end with the chunk in hand, DRAIN waits
 * until it has ended and its metadata is written, and CUT interrupts the thread of one
 * that has not. An execution that begins after CLOSE ends before its first step.
 * <p>
 * Only executions of jobs that were given to {@link #watch(AbstractJob)} are known:
 * others, above all those that other instances run with the same repository, are left
 * alone. Thread-safe.
 *
 * @since 0.1.0
 * @see <a href="https://github.com/spring-projects/spring-batch/issues/5028">Shutdown
 * hook of Spring Batch</a>
 */
public final class BatchParticipant implements ShutdownParticipant {

	private static final Log logger = LogFactory.getLog(BatchParticipant.class);

	private final ShutdownClock clock;

	private final Set<RunningJob> running = ConcurrentHashMap.newKeySet();

	private final Queue<RunningJob> ended = new ConcurrentLinkedQueue<>();

	private final StepExecutionListener nextSteps = new StepExecutionListener() {

		@Override
		public void beforeStep(StepExecution step) {
			if (BatchParticipant.this.closing) {
				step.setTerminateOnly();
			}
		}

	};

	private volatile boolean closing;

	/**
	 * Make the participant.
	 * @param clock the clock to tell ages with
	 */
	public BatchParticipant(ShutdownClock clock) {
		this.clock = clock;
	}

	/**
	 * Watch the executions of a job from now on. To be called before the job is run.
	 * @param job the job
	 */
	public void watch(AbstractJob job) {
		job.registerJobExecutionListener(new JobExecutionListener() {

			@Override
			public void beforeJob(JobExecution execution) {
				begin(job, execution);
			}

		});
		try {
			for (String name : job.getStepNames()) {
				if (job.getStep(name) instanceof AbstractStep step) {
					step.registerStepExecutionListener(this.nextSteps);
				}
			}
		}
		catch (RuntimeException ex) {
			// a step in the scope of the job: told while it runs
			logger.debug("Steps of job '" + job.getName() + "' are not known before it runs", ex);
		}
	}

	private void begin(AbstractJob job, JobExecution execution) {
		RunningJob begun = new RunningJob(job, execution, this.clock);
		this.running.add(begun);
		// afterJob would be too early: the metadata is written once more behind it
		JobSynchronizationManager.getContext().registerDestructionCallback(getClass().getName(), () -> end(begun));
	}

	private void end(RunningJob job) {
		job.end();
		if (this.closing) {
			this.ended.add(job);
		}
		this.running.remove(job);
	}

	@Override
	public Set<ShutdownPhase> phases() {
		return EnumSet.of(ShutdownPhase.CLOSE, ShutdownPhase.DRAIN, ShutdownPhase.CUT);
	}

	@Override
	public String name() {
		return "batch";
	}

	@Override
	public void onPhase(PhaseContext context) throws Exception {
		switch (context.phase()) {
			case CLOSE -> close(context);
			case DRAIN -> drain(context);
			case CUT -> cut(context);
			case ANNOUNCE, DEREGISTER, SETTLE -> {
			}
		}
	}

	private void close(PhaseContext context) {
		this.closing = true;
		for (RunningJob job : this.running) {
			context.detail("batch " + job.name() + " is told to stop");
			job.stop();
		}
	}

	private void drain(PhaseContext context) throws InterruptedException, TimeoutException {
		// again and again, for a step that was just about to begin
		boolean done = context.deadline().await(() -> {
			this.running.forEach(RunningJob::stop);
			return this.running.isEmpty();
		});
		reportEnded(context);
		if (!done) {
			throw new TimeoutException();
		}
	}

	private void cut(PhaseContext context) throws InterruptedException {
		this.running.forEach(RunningJob::interrupt);
		context.deadline().await(this.running::isEmpty);
		reportEnded(context);
	}

	private void reportEnded(PhaseContext context) {
		for (RunningJob job = this.ended.poll(); job != null; job = this.ended.poll()) {
			context.detail("batch " + job.outcome());
		}
	}

	@Override
	public Collection<ActiveWork> activeWork() {
		List<ActiveWork> active = new ArrayList<>();
		this.running.forEach((job) -> active.add(job.activeWork()));
		return active;
	}

}
