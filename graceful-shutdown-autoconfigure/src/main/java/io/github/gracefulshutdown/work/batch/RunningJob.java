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

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.ShutdownClock;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.AbstractJob;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.scope.context.JobSynchronizationManager;
import org.springframework.batch.core.scope.context.StepSynchronizationManager;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.item.ChunkOrientedTasklet;
import org.springframework.batch.core.step.job.JobStep;
import org.springframework.batch.core.step.tasklet.StoppableTasklet;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.core.step.tasklet.TaskletStep;

/**
 * An execution of a job while it runs in this process. It is told to stop through the
 * very objects that its thread works with, and that thread alone writes to the
 * repository. {@code JobOperator.stop} writes as well: it stores the execution as ended
 * while its chunk is in hand, so that another instance may begin the same chunk, and the
 * thread of the job may lose the race for the row of its step, after which the job is in
 * status UNKNOWN and cannot be restarted.
 *
 * @see <a href="https://github.com/spring-projects/spring-batch/issues/5308">#5308</a>
 * @see <a href="https://github.com/spring-projects/spring-batch/issues/5120">#5120</a>
 */
final class RunningJob {

	private static final Log logger = LogFactory.getLog(RunningJob.class);

	private final AbstractJob job;

	private final JobExecution execution;

	private final ShutdownClock clock;

	private final Thread thread = Thread.currentThread();

	private final long startedNanos;

	private final Set<StepExecution> told = Collections.newSetFromMap(new IdentityHashMap<>());

	private boolean ended;

	RunningJob(AbstractJob job, JobExecution execution, ShutdownClock clock) {
		this.job = job;
		this.execution = execution;
		this.clock = clock;
		this.startedNanos = clock.nanoTime();
	}

	String name() {
		return this.job.getName();
	}

	/**
	 * Ask each step that runs to end. May be asked again, for steps that began meanwhile.
	 */
	synchronized void stop() {
		// for steps and tasklets that live in the scope of the job
		JobSynchronizationManager.register(this.execution);
		try {
			for (StepExecution step : runningSteps()) {
				if (!this.told.contains(step) && stop(step, this.job.getStep(step.getStepName()))) {
					this.told.add(step);
				}
			}
		}
		finally {
			JobSynchronizationManager.close();
		}
	}

	/**
	 * Ask a step to end, if it may end before it is done. The first call of a tasklet may
	 * be its only one: it would be kept as stopped even if it is done, and the next start
	 * would do all of it again. One that was called twice goes forward in small steps.
	 */
	@SuppressWarnings("removal")
	private boolean stop(StepExecution execution, @Nullable Step step) {
		if (step instanceof TaskletStep taskletStep) {
			Tasklet tasklet = taskletStep.getTasklet();
			if (tasklet instanceof StoppableTasklet stoppable) {
				stop(execution, stoppable);
			}
			else if (!(tasklet instanceof ChunkOrientedTasklet) && execution.getCommitCount() < 2) {
				return false;
			}
		}
		else if (step instanceof JobStep) {
			// its job is told
			return false;
		}
		execution.setTerminateOnly();
		return true;
	}

	/**
	 * Stop a tasklet on a thread of its own: one that hangs in it must not cost others
	 * their turn, nor its own job the interrupt.
	 */
	private void stop(StepExecution execution, StoppableTasklet tasklet) {
		Thread thread = new Thread(() -> {
			JobSynchronizationManager.register(this.execution);
			StepSynchronizationManager.register(execution);
			try {
				tasklet.stop(execution);
			}
			catch (RuntimeException | Error ex) {
				logger.warn("Tasklet of step '" + execution.getStepName() + "' could not be stopped", ex);
			}
			finally {
				// not release(), which ends the scope of a step that still runs
				StepSynchronizationManager.close();
				JobSynchronizationManager.close();
			}
		}, "graceful-shutdown-stop-" + execution.getStepName());
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Interrupt the thread. All steps are told before: one that is only interrupted takes
	 * that for the end of its items, and is completed.
	 */
	synchronized void interrupt() {
		runningSteps().forEach(StepExecution::setTerminateOnly);
		if (!this.ended) {
			this.thread.interrupt();
		}
	}

	synchronized void end() {
		this.ended = true;
	}

	private List<StepExecution> runningSteps() {
		return this.execution.getStepExecutions().stream().filter((step) -> step.getStatus().isRunning()).toList();
	}

	ActiveWork activeWork() {
		String steps = runningSteps().stream().map(StepExecution::getStepName).collect(Collectors.joining(","));
		return ActiveWork.of("batch", steps.isEmpty() ? name() : name() + "/" + steps,
				Duration.ofNanos(this.clock.nanoTime() - this.startedNanos), this.thread, null);
	}

	/**
	 * Say where it has ended, once it has.
	 */
	String outcome() {
		String steps = this.execution.getStepExecutions()
			.stream()
			.filter((step) -> step.getStatus() != BatchStatus.COMPLETED)
			.map((step) -> " in step " + step.getStepName() + " after " + step.getWriteCount() + " items")
			.collect(Collectors.joining(","));
		return name() + " is " + this.execution.getStatus() + steps;
	}

}
