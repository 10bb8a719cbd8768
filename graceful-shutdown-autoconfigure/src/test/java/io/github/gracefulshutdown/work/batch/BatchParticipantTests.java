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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;

import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.AbstractJob;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.launch.JobExecutionAlreadyRunningException;
import org.springframework.batch.core.launch.JobInstanceAlreadyCompleteException;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.listener.JobExecutionListener;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.tasklet.StoppableTasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link BatchParticipant}, with a repository in a database.
 */
@Timeout(60)
class BatchParticipantTests {

	private static final List<Integer> ALL = IntStream.rangeClosed(1, Settlement.PAYMENTS).boxed().toList();

	private final BatchParticipant participant = new BatchParticipant(ShutdownClock.system());

	private final Settlement settlement = new Settlement();

	private GracefulShutdown shutdown;

	BatchParticipantTests() throws Exception {
	}

	@AfterEach
	void endJob() throws InterruptedException {
		// Spring Batch takes executions of the same number for the same one
		this.settlement.releaseAndJoin();
	}

	@Test
	void whenStoppedThenEndsWithTheChunkInHandAndNextStartResumesThere() throws Exception {
		start(watched(this.settlement.job(this.settlement.chunks())));
		CompletableFuture<ShutdownReport> stop = stopAsync(Duration.ofSeconds(30));
		awaitTold();
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.STARTED);
		this.settlement.release();
		ShutdownReport report = stop.join();
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.STOPPED);
		assertThat(this.settlement.settled()).isEqualTo(ALL.subList(0, 2 * Settlement.CHUNK));
		assertThat(phase(report, ShutdownPhase.CLOSE).detail()).containsExactly("batch settlement is told to stop");
		assertThat(phase(report, ShutdownPhase.DRAIN).detail())
			.containsExactly("batch settlement is STOPPED in step settle after 20 items");
		assertThat(report.requests().cut()).isEmpty();
		JobExecution resumed = this.settlement.runAgain(this.settlement.job(this.settlement.chunks()));
		assertThat(resumed.getStatus()).isEqualTo(BatchStatus.COMPLETED);
		assertThat(resumed.getStepExecutions()).extracting(StepExecution::getReadCount).containsExactly(30L);
		assertThat(this.settlement.settled()).isEqualTo(ALL);
	}

	@Test
	void whenStoppedThroughTheOperatorThenAnotherInstanceSettlesTheChunkInHandAsWell() throws Exception {
		JobOperator operator = start(this.settlement.job(this.settlement.chunks()));
		operator.stop(this.settlement.stored());
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.STOPPED);
		this.settlement.runAgain(this.settlement.job(this.settlement.chunks()));
		this.settlement.releaseAndJoin();
		assertThat(this.settlement.settled()).hasSizeGreaterThan(ALL.size());
	}

	@Test
	void whenChunksAreThoseOfATaskletThenEndsWithTheChunkInHandAndNextStartResumesThere() throws Exception {
		stopInHand(this.settlement.job(this.settlement.chunksOfTasklet()));
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.STOPPED);
		this.settlement.runAgain(this.settlement.job(this.settlement.chunksOfTasklet()));
		assertThat(this.settlement.settled()).isEqualTo(ALL);
	}

	@Test
	void whenChunkOutlivesTheBudgetThenIsNamedAndInterruptedAndNextStartDoesTheRest() throws Exception {
		start(watched(this.settlement.job(this.settlement.chunks())));
		ShutdownReport report = stopAsync(Duration.ofMillis(200)).join();
		assertThat(report.requests().cut()).singleElement().satisfies((cut) -> {
			assertThat(cut.kind()).isEqualTo("batch");
			assertThat(cut.name()).isEqualTo("settlement/settle");
			assertThat(cut.age()).isPositive();
			assertThat(cut.thread()).isEqualTo("batch-1");
			assertThat(cut.location()).contains("hold");
		});
		this.settlement.releaseAndJoin();
		assertThat(this.settlement.interrupted()).isTrue();
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.STOPPED);
		this.settlement.runAgain(this.settlement.job(this.settlement.chunks()));
		assertThat(this.settlement.settled()).isEqualTo(ALL);
	}

	@Test
	void whenOnlyInterruptedThenJobIsCompletedAndTheRestIsNeverSettled() throws Exception {
		AbstractJob job = this.settlement.job(this.settlement.chunks());
		JobOperator operator = start(job);
		this.settlement.interrupt();
		this.settlement.releaseAndJoin();
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.COMPLETED);
		assertThat(this.settlement.settled()).isEqualTo(ALL.subList(0, 2 * Settlement.CHUNK));
		assertThatExceptionOfType(JobInstanceAlreadyCompleteException.class)
			.isThrownBy(() -> operator.start(job, this.settlement.day()));
	}

	@Test
	void whenTaskletHasOneCallThenIsWaitedForAndNotDoneAgain() throws Exception {
		ShutdownReport report = stopInHand(
				this.settlement.job(this.settlement.single("first", 11), this.settlement.single("second", 12)));
		assertThat(phase(report, ShutdownPhase.DRAIN).detail())
			.containsExactly("batch settlement is STOPPED in step second after 0 items");
		assertThat(this.settlement.settled()).containsExactly(11);
		JobExecution resumed = this.settlement
			.runAgain(this.settlement.job(this.settlement.single("first", 11), this.settlement.single("second", 12)));
		assertThat(resumed.getStatus()).isEqualTo(BatchStatus.COMPLETED);
		assertThat(this.settlement.settled()).containsExactly(11, 12);
	}

	@Test
	void whenTaskletHasOneCallAndIsStoppedThroughTheOperatorThenIsDoneAgain() throws Exception {
		JobOperator operator = start(this.settlement.job(this.settlement.single("first", 11)));
		operator.stop(this.settlement.stored());
		this.settlement.releaseAndJoin();
		this.settlement.runAgain(this.settlement.job(this.settlement.single("first", 11)));
		assertThat(this.settlement.settled()).containsExactly(11, 11);
	}

	@Test
	void whenTheOnlyTaskletEndsInTimeThenJobIsCompleted() throws Exception {
		ShutdownReport report = stopInHand(this.settlement.job(this.settlement.single("only", 11)));
		assertThat(phase(report, ShutdownPhase.DRAIN).detail()).containsExactly("batch settlement is COMPLETED");
	}

	@Test
	void whenTaskletHasManyCallsThenEndsBetweenThemAndNextStartGoesOn() throws Exception {
		AtomicInteger calls = new AtomicInteger();
		Supplier<Step> steps = () -> this.settlement.tasklet("settle", (contribution, context) -> {
			// the third one holds
			this.settlement.settle(Settlement.CHUNK - 2 + calls.incrementAndGet());
			return RepeatStatus.continueIf(calls.get() < Settlement.PAYMENTS);
		});
		stopInHand(this.settlement.job(steps.get()));
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.STOPPED);
		assertThat(calls).hasValue(3);
		this.settlement.runAgain(this.settlement.job(steps.get()));
		assertThat(this.settlement.settled()).hasSize(Settlement.PAYMENTS).doesNotHaveDuplicates();
	}

	@Test
	void whenTaskletIsStoppableThenIsToldOnceAndFailureOfItIsNotThatOfTheStop() throws Exception {
		AtomicInteger times = new AtomicInteger();
		Export export = new Export((told) -> {
			times.incrementAndGet();
			told.ending.countDown();
			throw new IllegalStateException("already stopped");
		});
		start(export);
		stopAsync(Duration.ofSeconds(30)).join();
		assertThat(times).hasValue(1);
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.STOPPED);
	}

	@Test
	void whenTaskletHangsWhenItIsStoppedThenItsJobIsInterruptedAndEnds() throws Exception {
		CountDownLatch hanging = new CountDownLatch(1);
		Export export = new Export((told) -> {
			hanging.countDown();
			while (told.ending.getCount() > 0) {
				awaitUninterruptibly(told.ending);
				Thread.interrupted();
			}
		});
		start(export);
		ShutdownReport report = stopAsync(Duration.ofSeconds(4)).join();
		assertThat(report.requests().cut()).extracting(ActiveWork::name).containsExactly("settlement/export");
		hanging.await();
		Awaitility.await().until(() -> this.participant.activeWork().isEmpty());
		assertThat(this.settlement.stored().getStatus()).isNotEqualTo(BatchStatus.STARTED);
		export.ending.countDown();
	}

	@Test
	void whenJobBeginsAfterCloseThenEndsBeforeItsFirstStepAndNextStartDoesAll() throws Exception {
		AbstractJob job = watched(this.settlement.job(this.settlement.chunks()));
		this.settlement.release();
		stopAsync(Duration.ofSeconds(30)).join();
		JobExecution late = this.settlement.runAgain(job);
		assertThat(late.getStatus()).isEqualTo(BatchStatus.STOPPED);
		assertThat(this.settlement.settled()).isEmpty();
		this.settlement.runAgain(this.settlement.job(this.settlement.chunks()));
		assertThat(this.settlement.settled()).isEqualTo(ALL);
	}

	@Test
	void whenTornInTheMiddleThenNextStartIsRefused() throws Exception {
		AbstractJob job = this.settlement.job(this.settlement.chunks());
		JobOperator operator = start(job);
		assertThatExceptionOfType(JobExecutionAlreadyRunningException.class)
			.isThrownBy(() -> operator.start(job, this.settlement.day()));
		this.settlement.releaseAndJoin();
	}

	@Test
	void whenAnotherInstanceRunsAJobThenItIsLeftAlone() throws Exception {
		watched(this.settlement.job(this.settlement.chunks()));
		start(this.settlement.job(this.settlement.chunks()));
		ShutdownReport report = stopAsync(Duration.ofSeconds(30)).join();
		assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isEqualTo(ShutdownReport.Outcome.NOTHING_TO_DO);
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.STARTED);
		this.settlement.releaseAndJoin();
		assertThat(this.settlement.stored().getStatus()).isEqualTo(BatchStatus.COMPLETED);
		assertThat(this.settlement.settled()).isEqualTo(ALL);
	}

	@Test
	void whenListenerStillWritesMetadataThenItIsWaitedFor() throws Exception {
		CountDownLatch writing = new CountDownLatch(1);
		CountDownLatch written = new CountDownLatch(1);
		AbstractJob job = this.settlement.job(this.settlement.chunks());
		job.registerJobExecutionListener(new JobExecutionListener() {

			@Override
			public void afterJob(JobExecution execution) {
				writing.countDown();
				awaitUninterruptibly(written);
				execution.setExitStatus(new ExitStatus("HALF WAY"));
			}

		});
		start(watched(job));
		CompletableFuture<ShutdownReport> stop = stopAsync(Duration.ofSeconds(30));
		awaitTold();
		this.settlement.release();
		writing.await();
		assertThat(this.participant.activeWork()).extracting(ActiveWork::name).containsExactly("settlement");
		written.countDown();
		stop.join();
		assertThat(this.settlement.stored().getExitStatus().getExitCode()).isEqualTo("HALF WAY");
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private ShutdownReport stopInHand(AbstractJob job) throws Exception {
		start(watched(job));
		CompletableFuture<ShutdownReport> stop = stopAsync(Duration.ofSeconds(30));
		awaitTold();
		this.settlement.release();
		return stop.join();
	}

	private AbstractJob watched(AbstractJob job) {
		this.participant.watch(job);
		return job;
	}

	private JobOperator start(AbstractJob job) throws Exception {
		JobOperator operator = this.settlement.operator(job);
		operator.start(job, this.settlement.day());
		this.settlement.awaitInHand();
		return operator;
	}

	private void start(Export export) throws Exception {
		AbstractJob job = watched(this.settlement.job(this.settlement.tasklet("export", export)));
		this.settlement.operator(job).start(job, this.settlement.day());
		export.running.await();
	}

	private CompletableFuture<ShutdownReport> stopAsync(Duration budget) {
		Duration reserve = Duration.ofSeconds(8);
		this.shutdown = GracefulShutdown.create(new ShutdownBudget(budget.plus(reserve), reserve),
				List.of(this.participant), List.of(), List.of(), ShutdownClock.system());
		return CompletableFuture.supplyAsync(() -> this.shutdown.drain("test"), (task) -> new Thread(task).start());
	}

	private void awaitTold() {
		while (this.shutdown.report().phases().stream().noneMatch((phase) -> phase.phase() == ShutdownPhase.DRAIN)) {
			Thread.onSpinWait();
		}
	}

	private static ShutdownReport.Phase phase(ShutdownReport report, ShutdownPhase wanted) {
		return report.phases().stream().filter((phase) -> phase.phase() == wanted).findFirst().orElseThrow();
	}

	/**
	 * A tasklet that goes on until it may end, whatever it does when it is told to stop.
	 */
	private static final class Export implements StoppableTasklet {

		private final CountDownLatch running = new CountDownLatch(1);

		private final CountDownLatch ending = new CountDownLatch(1);

		private final Consumer<Export> onStop;

		private Export(Consumer<Export> onStop) {
			this.onStop = onStop;
		}

		@Override
		public RepeatStatus execute(StepContribution contribution, ChunkContext context) throws Exception {
			this.running.countDown();
			this.ending.await();
			return RepeatStatus.CONTINUABLE;
		}

		@Override
		@SuppressWarnings("removal")
		public void stop() {
			this.onStop.accept(this);
		}

	}

}
