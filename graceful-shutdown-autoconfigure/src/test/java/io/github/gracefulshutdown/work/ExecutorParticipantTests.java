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

package io.github.gracefulshutdown.work;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.FakeGracefulShutdown;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownExecutorAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ConcurrentTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.scheduling.support.PeriodicTrigger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What executors and schedulers do when their context is closed, with the library and
 * without. A task here is one that ends when its latch is released: while requests are
 * still in flight, or only after the context has been closed, where nobody waits.
 */
@Timeout(60)
class ExecutorParticipantTests {

	private static final int TASKS = 20;

	private static final ApplicationContextRunner SPRING_BOOT = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
		.withUserConfiguration(ApplicationConfiguration.class)
		.withPropertyValues("graceful-shutdown.readiness=false", "spring.lifecycle.timeout-per-shutdown-phase=100ms");

	private static final ApplicationContextRunner STARTER = SPRING_BOOT.withConfiguration(AutoConfigurations
		.of(GracefulShutdownAutoConfiguration.class, GracefulShutdownExecutorAutoConfiguration.class));

	private static final ApplicationContextRunner SHORT = STARTER
		.withPropertyValues("graceful-shutdown.grace-period=6s", "graceful-shutdown.reserve=4s");

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch tasksBegun = new CountDownLatch(TASKS + 1);

	private final CountDownLatch ending = new CountDownLatch(1);

	private final AtomicInteger taken = new AtomicInteger();

	private final AtomicInteger finished = new AtomicInteger();

	private final AtomicInteger interrupted = new AtomicInteger();

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTasksAreQueuedThenAllFinishAndWithoutTheLibraryTheQueueIsDropped(boolean starter) {
		runner(starter).withPropertyValues("spring.task.execution.pool.core-size=1").run((context) -> {
			executeMany(context.getBean("applicationTaskExecutor", Executor.class));
			assertThat(finishedWhenClosed(context)).isEqualTo(starter ? TASKS : 0);
		});
	}

	@ParameterizedTest
	@CsvSource({ "applicationTaskExecutor, true", "applicationTaskExecutor, false", "taskScheduler, true",
			"taskScheduler, false" })
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenTasksRunOnVirtualThreadsThenTheyFinishAndWithoutTheLibraryNobodyWaits(String name, boolean starter) {
		runner(starter).withPropertyValues("spring.threads.virtual.enabled=true")
			.withUserConfiguration(SchedulingConfiguration.class)
			.run((context) -> {
				Set<String> threads = ConcurrentHashMap.newKeySet();
				Executor executor = context.getBean(name, Executor.class);
				executeMany((task) -> executor.execute(() -> {
					threads.add(Thread.currentThread().getName());
					task.run();
				}));
				assertThat(finishedWhenClosed(context)).isEqualTo(starter ? TASKS : 0);
				assertThat(threads).isNotEmpty()
					.allMatch((thread) -> thread.matches("(task|scheduling)-[0-9]+"))
					.doesNotContain("task-0", "scheduling-0");
			});
	}

	@ParameterizedTest
	@CsvSource({ "simple, true", "simple, false", "fixed, true", "fixed, false", "single, true", "single, false",
			"scheduled, true", "scheduled, false", "adapter, true", "adapter, false", "stealing, true" })
	void whenOtherExecutorsHaveTasksThenTheyFinishAndWithoutTheLibraryNobodyWaits(String name, boolean starter) {
		runner(starter).withUserConfiguration(ExecutorsConfiguration.class).run((context) -> {
			executeMany(context.getBean(name, Executor.class));
			assertThat(finishedWhenClosed(context)).isEqualTo(starter ? TASKS : 0);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "applicationTaskExecutor", "taskScheduler", "simple", "fixed", "single", "scheduled",
			"adapter", "stealing" })
	void whenRequestInFlightHandsOverWorkThenItIsTakenAndFinished(String name) {
		STARTER.withUserConfiguration(ExecutorsConfiguration.class, SchedulingConfiguration.class).run((context) -> {
			Executor executor = context.getBean(name, Executor.class);
			Requests requests = context.getBean(Requests.class);
			requests.inFlight = () -> {
				executeMany(executor);
				this.ending.countDown();
			};
			close(context);
			assertThat(requests.failure).isNull();
			assertThat(this.finished).hasValue(TASKS);
		});
	}

	@Test
	void whenOneExecutorHandsWorkToAnotherThenBothFinish() {
		STARTER.withUserConfiguration(ExecutorsConfiguration.class).run((context) -> {
			Executor fixed = context.getBean("fixed", Executor.class);
			Executor simple = context.getBean("simple", Executor.class);
			Executor single = context.getBean("single", Executor.class);
			fixed.execute(() -> {
				task();
				simple.execute(() -> fixed.execute(() -> single.execute(this.finished::incrementAndGet)));
			});
			assertThat(finishedWhenClosed(context)).isEqualTo(2);
		});
	}

	/**
	 * Schedules go on while requests are waited for, where the participant is off.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenScheduledThenNothingBeginsFromCloseOnAndWhatRunsFinishes(boolean enabled) {
		whenScheduledThenNothingBeginsFromCloseOnAndWhatRunsFinishes(enabled, STARTER);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenScheduledOnVirtualThreadsThenNothingBeginsFromCloseOnAndWhatRunsFinishes(boolean enabled) {
		whenScheduledThenNothingBeginsFromCloseOnAndWhatRunsFinishes(enabled,
				STARTER.withPropertyValues("spring.threads.virtual.enabled=true"));
	}

	private void whenScheduledThenNothingBeginsFromCloseOnAndWhatRunsFinishes(boolean enabled,
			ApplicationContextRunner runner) {
		runner.withUserConfiguration(SchedulingConfiguration.class)
			.withBean(Schedules.class, () -> new Schedules(this))
			.withPropertyValues("graceful-shutdown.executors.enabled=" + enabled, "spring.task.scheduling.pool.size=8")
			.run((context) -> {
				Schedules schedules = context.getBean(Schedules.class);
				schedules.allBegun.await();
				Requests requests = context.getBean(Requests.class);
				requests.inFlight = () -> {
					schedules.beginnings.clear();
					letMoreThanASecondPass();
					assertThat(schedules.beginnings.isEmpty()).isEqualTo(enabled);
					if (enabled) {
						this.ending.countDown();
					}
				};
				close(context);
				assertThat(requests.failure).isNull();
				assertThat(this.finished.get() == this.taken.get()).isEqualTo(enabled);
			});
	}

	/**
	 * Without the library a scheduler is shut down before the server has answered.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenRequestInFlightSchedulesTaskThenItRunsAndWithoutTheLibraryItIsRefused(boolean starter) {
		runner(starter).withUserConfiguration(SchedulingConfiguration.class)
			.withBean(ServerLifecycle.class)
			.run((context) -> {
				TaskScheduler scheduler = context.getBean(TaskScheduler.class);
				Requests requests = context.getBean(Requests.class);
				InFlight inFlight = () -> scheduler.schedule(this.finished::incrementAndGet, Instant.now());
				if (starter) {
					requests.inFlight = inFlight;
				}
				else {
					context.getBean(ServerLifecycle.class).stopping = () -> requests.run(inFlight);
				}
				close(context);
				assertThat(requests.failure instanceof TaskRejectedException).isNotEqualTo(starter);
				assertThat(this.finished).hasValue(starter ? 1 : 0);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "taskScheduler", "scheduled" })
	void whenScheduledByHandThenPeriodicTasksStopAndThoseOfRequestsRun(String name) {
		STARTER.withUserConfiguration(ExecutorsConfiguration.class, SchedulingConfiguration.class).run((context) -> {
			ScheduledExecutorService scheduler = (ScheduledExecutorService) ContextExecutors
				.unwrap(context.getBean(name, Executor.class));
			AtomicInteger beginnings = new AtomicInteger();
			scheduler.scheduleAtFixedRate(beginnings::incrementAndGet, 0, 1, TimeUnit.MILLISECONDS);
			// is running when the context is closed, and schedules itself again
			// afterwards
			scheduler.scheduleWithFixedDelay(() -> {
				beginnings.incrementAndGet();
				task();
			}, 0, 100, TimeUnit.MILLISECONDS);
			scheduler.schedule(this.finished::incrementAndGet, 1, TimeUnit.HOURS);
			this.begun.await();
			Requests requests = context.getBean(Requests.class);
			requests.inFlight = () -> {
				this.ending.countDown();
				scheduler.schedule(this.finished::incrementAndGet, 10, TimeUnit.MILLISECONDS).get();
				beginnings.set(0);
				letMoreThanASecondPass();
				assertThat(beginnings).hasValue(0);
			};
			ShutdownReport report = close(context);
			assertThat(requests.failure).isNull();
			assertThat(this.finished).hasValue(2);
			assertThat(details(report, ShutdownPhase.DRAIN)).contains(name + ": 1 scheduled for later, not waited for");
		});
	}

	@Test
	void whenScheduledByHandWithTriggerThenItBeginsNoMoreOnceRequestsAreDone() {
		whenScheduledByHandWithTriggerThenItBeginsNoMoreOnceRequestsAreDone(STARTER);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenScheduledByHandOnVirtualThreadsThenItBeginsNoMoreOnceRequestsAreDone() {
		whenScheduledByHandWithTriggerThenItBeginsNoMoreOnceRequestsAreDone(
				STARTER.withPropertyValues("spring.threads.virtual.enabled=true"));
	}

	private void whenScheduledByHandWithTriggerThenItBeginsNoMoreOnceRequestsAreDone(ApplicationContextRunner runner) {
		runner.withUserConfiguration(SchedulingConfiguration.class).run((context) -> {
			TaskScheduler scheduler = context.getBean(TaskScheduler.class);
			AtomicInteger beginnings = new AtomicInteger();
			scheduler.schedule(beginnings::incrementAndGet, new PeriodicTrigger(Duration.ofMillis(1)));
			scheduler.scheduleAtFixedRate(beginnings::incrementAndGet, Duration.ofMillis(1));
			ShutdownReport report = close(context);
			beginnings.set(0);
			letMoreThanASecondPass();
			assertThat(beginnings).hasValue(0);
			assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isNotEqualTo(ShutdownReport.Outcome.TIMED_OUT);
		});
	}

	@Test
	void whenExcludedThenItIsLeftAlone() {
		STARTER.withUserConfiguration(ExecutorsConfiguration.class, SchedulingConfiguration.class)
			.withBean(Schedules.class, () -> new Schedules(this))
			.withPropertyValues("graceful-shutdown.executors.excluded=fixed,single,simple,taskScheduler",
					"spring.task.scheduling.pool.size=8")
			.run((context) -> {
				Schedules schedules = context.getBean(Schedules.class);
				schedules.allBegun.await();
				for (String name : List.of("fixed", "single", "simple")) {
					executeMany(context.getBean(name, Executor.class));
				}
				Requests requests = context.getBean(Requests.class);
				requests.inFlight = () -> {
					schedules.beginnings.clear();
					letMoreThanASecondPass();
					assertThat(schedules.beginnings).isNotEmpty();
				};
				assertThat(close(context).requests().cut()).isEmpty();
				assertThat(requests.failure).isNull();
				assertThat(this.finished).hasValue(0);
			});
	}

	/**
	 * Spring takes the only one there is, whatever its name.
	 */
	@ParameterizedTest
	@ValueSource(classes = { OnlySchedulerConfiguration.class, OnlyServiceConfiguration.class })
	void whenOnlySchedulerIsExcludedThenItsScheduleGoesOn(Class<?> configuration) {
		STARTER.withUserConfiguration(configuration)
			.withBean(Ticks.class)
			.withPropertyValues("graceful-shutdown.executors.excluded=only")
			.run((context) -> {
				Ticks ticks = context.getBean(Ticks.class);
				Requests requests = context.getBean(Requests.class);
				requests.inFlight = () -> {
					ticks.count.set(0);
					letMoreThanASecondPass();
					assertThat(ticks.count).hasPositiveValue();
				};
				close(context);
				assertThat(requests.failure).isNull();
			});
	}

	@Test
	void whenTimeIsOverThenWhatRunsAndWhatNeverBeganIsNamedAndInterrupted() {
		SHORT.withPropertyValues("spring.task.execution.pool.core-size=1").run((context) -> {
			List<Future<?>> futures = new ArrayList<>();
			ThreadPoolTaskExecutor executor = context.getBean("applicationTaskExecutor", ThreadPoolTaskExecutor.class);
			executeMany((task) -> futures.add(executor.submit(task)));
			this.begun.await();
			ShutdownReport report = close(context);
			assertThat(report.requests().cut()).hasSize(2).anySatisfy((work) -> {
				assertThat(work.kind()).isEqualTo("executor");
				assertThat(work.name()).isEqualTo("applicationTaskExecutor: ExecutorParticipantTests.task");
				assertThat(work.thread()).isEqualTo("task-1");
				assertThat(work.location()).contains("ExecutorParticipantTests.task");
				assertThat(work.age()).isGreaterThan(Duration.ZERO);
			})
				.anySatisfy((work) -> assertThat(work.name())
					.isEqualTo("applicationTaskExecutor: 19 queued tasks never started"));
			assertThat(details(report, ShutdownPhase.CUT))
				.contains("applicationTaskExecutor: 1 running tasks interrupted, 19 queued tasks never started");
			assertThat(this.interrupted).hasValue(1);
			assertThat(futures).allMatch(Future::isDone);
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenTimeIsOverThenWhatRunsOnVirtualThreadsIsNamedAndInterrupted() {
		SHORT.withPropertyValues("spring.threads.virtual.enabled=true")
			.withUserConfiguration(SchedulingConfiguration.class)
			.run((context) -> {
				executeMany(context.getBean("applicationTaskExecutor", Executor.class));
				context.getBean(TaskScheduler.class).scheduleWithFixedDelay(this::task, Duration.ofMillis(1));
				this.tasksBegun.await();
				ShutdownReport report = close(context);
				assertThat(report.requests().cut()).hasSize(TASKS + 1)
					.allMatch((work) -> String.valueOf(work.thread()).endsWith("(virtual)"))
					.anyMatch((work) -> work.kind().equals("scheduler")
							&& work.name().equals("taskScheduler: ExecutorParticipantTests.task"));
				assertThat(this.interrupted).hasValue(TASKS + 1);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "simple", "fixed", "single", "scheduled", "adapter", "stealing" })
	void whenTimeIsOverThenTasksOfOtherExecutorsAreCut(String name) {
		SHORT.withUserConfiguration(ExecutorsConfiguration.class).run((context) -> {
			executeMany(context.getBean(name, Executor.class));
			ShutdownReport report = close(context);
			assertThat(report.requests().cut()).isNotEmpty().allMatch((work) -> work.name().startsWith(name));
			assertThat(String.join("", details(report, ShutdownPhase.CUT))).contains(name + ": ");
			assertThat(this.interrupted).hasPositiveValue();
		});
	}

	@Test
	void whenOneExecutorHangsAndAnotherFailsThenTheOthersHaveTheirTurn() {
		SHORT.withUserConfiguration(ExecutorsConfiguration.class, OddConfiguration.class).run((context) -> {
			executeMany(context.getBean("single", Executor.class));
			executeMany(context.getBean("fixed", Executor.class));
			ShutdownReport report = closeWithTasks(context);
			assertThat(this.finished).hasValue(2 * TASKS);
			assertThat(details(report, ShutdownPhase.DRAIN))
				.contains("failing failed: java.lang.SecurityException: no");
			assertThat(report.requests().cut()).singleElement().extracting(ActiveWork::name).isEqualTo("hanging");
		});
	}

	@Test
	void whenTaskClosesTheContextThenItDoesNotWaitForItself() {
		for (String name : List.of("fixed", "simple", "applicationTaskExecutor")) {
			STARTER.withUserConfiguration(ExecutorsConfiguration.class).run((context) -> {
				CompletableFuture<ShutdownReport> closed = CompletableFuture.supplyAsync(() -> close(context),
						context.getBean(name, Executor.class));
				ShutdownReport report = closed.get();
				assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isNotEqualTo(ShutdownReport.Outcome.TIMED_OUT);
				assertThat(report.requests().cut()).isEmpty();
			});
		}
	}

	/**
	 * The first call of {@code System.exit} waits, any other is blocked by it.
	 */
	@ParameterizedTest
	@EnumSource(names = { "WAITING", "BLOCKED" })
	void whenTaskExitsWhileItIsWaitedForThenNobodyWaitsAnyMore(Thread.State state) {
		List<ExitingThread> threads = new CopyOnWriteArrayList<>();
		SHORT.withBean("exiting", ExecutorService.class, () -> Executors.newFixedThreadPool(1, (task) -> {
			ExitingThread thread = new ExitingThread(task, state);
			threads.add(thread);
			return thread;
		})).run((context) -> {
			context.getBean("exiting", Executor.class).execute(this::task);
			this.begun.await();
			context.getBean(Requests.class).inFlight = () -> threads.forEach(ExitingThread::exitSoon);
			ShutdownReport report = close(context);
			assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isNotEqualTo(ShutdownReport.Outcome.TIMED_OUT);
			assertThat(report.requests().cut()).isEmpty();
			assertThat(this.interrupted).hasValue(0);
		});
		this.ending.countDown();
	}

	/**
	 * A scheduler that cannot be asked may wait for the time of a task.
	 */
	@Test
	void whenSchedulerThatCannotBeAskedHasTasksThenOnlyThoseThatAreDueAreWaitedFor() {
		STARTER.withUserConfiguration(OnlyServiceConfiguration.class).run((context) -> {
			ScheduledExecutorService scheduler = context.getBean(ScheduledExecutorService.class);
			ScheduledFuture<?> later = scheduler.schedule(this::task, 1, TimeUnit.HOURS);
			executeMany(scheduler);
			ShutdownReport report = closeWithTasks(context);
			assertThat(this.finished).hasValue(TASKS);
			assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isEqualTo(ShutdownReport.Outcome.DONE);
			assertThat(details(report, ShutdownPhase.DRAIN))
				.contains("only: may have tasks scheduled for later, not waited for");
			assertThat(report.requests().cut()).isEmpty();
			later.cancel(true);
		});
	}

	@Test
	void whenTimeIsOverThenTheTasksOfAnExecutorThatCannotBeAskedAreToldOfAndNotCounted() {
		SHORT.withUserConfiguration(OnlyServiceConfiguration.class, ExecutorsConfiguration.class)
			.withPropertyValues("graceful-shutdown.executors.excluded=taskScheduler")
			.run((context) -> {
				List<Future<?>> futures = new ArrayList<>();
				executeMany((task) -> futures.add(context.getBean("only", ExecutorService.class).submit(task)));
				executeMany((task) -> futures.add(context.getBean("single", ExecutorService.class).submit(task)));
				assertThat(details(close(context), ShutdownPhase.CUT)).contains(
						"only: its tasks interrupted, how many is not known, 19 queued tasks never started",
						"single: its tasks interrupted, how many is not known, 19 queued tasks never started");
				assertThat(futures).allMatch(Future::isDone);
			});
	}

	/**
	 * Spring knows the futures of decorated tasks.
	 */
	@Test
	void whenTimeIsOverThenSpringIsLeftTheQueueToCancelIt() {
		SHORT.withBean(CancellingExecutor.class).run((context) -> {
			CancellingExecutor executor = context.getBean(CancellingExecutor.class);
			executeMany(executor::submit);
			this.begun.await();
			close(context);
			assertThat(executor.cancelled).hasValue(TASKS - 1);
			assertThat(this.taken).hasValue(1);
		});
	}

	@Test
	void whenContextDoesNotCloseAnExecutorOrItsAliasIsExcludedThenItsThreadFactoryIsLeftAlone() {
		STARTER.withUserConfiguration(SharedPoolsConfiguration.class)
			.withPropertyValues("graceful-shutdown.executors.excluded=alias")
			.run((context) -> {
				assertThat(context.getBean("tracked", ThreadPoolExecutor.class).getThreadFactory())
					.isInstanceOf(TrackingThreadFactory.class);
				for (String name : List.of("shared", "alias")) {
					ThreadPoolExecutor pool = context.getBean(name, ThreadPoolExecutor.class);
					assertThat(pool.getThreadFactory()).isNotInstanceOf(TrackingThreadFactory.class);
					pool.shutdownNow();
				}
			});
	}

	@Test
	void whenPoolHasBeenIdleThenTasksAreNoOlderThanTheyAre() throws Exception {
		ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				new TrackingThreadFactory(Executors.defaultThreadFactory()));
		try {
			WatchedPool watched = new WatchedPool("pool", pool);
			pool.submit(() -> {
			}).get();
			Deadline.after(Duration.ofSeconds(30), ShutdownClock.system())
				.await(() -> pool.getCompletedTaskCount() == 1);
			watched.running();
			long before = System.nanoTime();
			pool.execute(this::task);
			this.begun.await();
			assertThat(watched.running()).singleElement()
				.satisfies((task) -> assertThat(task.age())
					.isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - before)));
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	void whenOnePoolFailsToBeShutDownThenTheOthersBeginNothingMoreAndTheTimeoutIsTold() {
		SHORT.withUserConfiguration(FailingPoolsConfiguration.class).run((context) -> {
			executeMany(context.getBean("failingPool", Executor.class));
			ShutdownReport report = close(context);
			assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isEqualTo(ShutdownReport.Outcome.TIMED_OUT);
			assertThat(details(report, ShutdownPhase.DRAIN))
				.contains("failingPool failed: java.lang.SecurityException: no");
		});
		this.ending.countDown();
	}

	@Test
	void whenLazyThenNoExecutorIsMadeForTheShutdown() {
		STARTER.withUserConfiguration(LazyConfiguration.class).run((context) -> {
			close(context);
			assertThat(LazyConfiguration.made).hasValue(0);
		});
	}

	@Test
	void whenContextDoesNotCloseAnExecutorThenNorDoesTheLibrary() {
		STARTER.withUserConfiguration(SharedConfiguration.class).run((context) -> {
			ExecutorService shared = context.getBean("shared", ExecutorService.class);
			try {
				close(context);
				assertThat(shared.isShutdown()).isFalse();
			}
			finally {
				shared.shutdownNow();
			}
		});
	}

	@Test
	void whenNothingRunsThenNothingIsSaid() {
		STARTER.withUserConfiguration(ExecutorsConfiguration.class, SchedulingConfiguration.class).run((context) -> {
			ShutdownReport report = close(context);
			assertThat(report.phases()).allMatch((phase) -> phase.outcome() == ShutdownReport.Outcome.NOTHING_TO_DO);
		});
	}

	private static ApplicationContextRunner runner(boolean starter) {
		return starter ? STARTER : SPRING_BOOT;
	}

	private void executeMany(Executor executor) {
		for (int i = 0; i < TASKS; i++) {
			executor.execute(this::task);
		}
	}

	private void task() {
		this.taken.incrementAndGet();
		this.begun.countDown();
		this.tasksBegun.countDown();
		try {
			this.ending.await();
			this.finished.incrementAndGet();
		}
		catch (InterruptedException ex) {
			this.interrupted.incrementAndGet();
		}
	}

	/**
	 * Close the context, and release the tasks while requests are in flight.
	 */
	private int finishedWhenClosed(AssertableApplicationContext context) throws InterruptedException {
		closeWithTasks(context);
		int count = this.finished.get();
		this.ending.countDown();
		return count;
	}

	private ShutdownReport closeWithTasks(AssertableApplicationContext context) throws InterruptedException {
		this.begun.await();
		context.getBean(Requests.class).inFlight = this.ending::countDown;
		return close(context);
	}

	private static ShutdownReport close(AssertableApplicationContext context) {
		GracefulShutdown shutdown = context.getBeanProvider(GracefulShutdown.class)
			.getIfAvailable(FakeGracefulShutdown::new);
		context.getSourceApplicationContext(ConfigurableApplicationContext.class).close();
		return shutdown.report();
	}

	private static List<String> details(ShutdownReport report, ShutdownPhase phase) {
		return phase(report, phase).detail();
	}

	private static ShutdownReport.Phase phase(ShutdownReport report, ShutdownPhase phase) {
		return report.phases().stream().filter((candidate) -> candidate.phase() == phase).findFirst().orElseThrow();
	}

	/**
	 * Wait for a scheduler that nobody stops.
	 */
	private static void letMoreThanASecondPass() throws InterruptedException {
		ScheduledExecutorService reference = Executors.newSingleThreadScheduledExecutor();
		try {
			CountDownLatch ticks = new CountDownLatch(120);
			reference.scheduleAtFixedRate(ticks::countDown, 0, 10, TimeUnit.MILLISECONDS);
			ticks.await();
		}
		finally {
			reference.shutdownNow();
		}
	}

	/**
	 * What may throw while it is in flight.
	 */
	@FunctionalInterface
	interface InFlight {

		void run() throws Exception;

	}

	/**
	 * Requests in flight, which end while the shutdown waits for them.
	 */
	static class Requests implements ShutdownParticipant {

		volatile InFlight inFlight = () -> {
		};

		volatile @Nullable Throwable failure;

		@Override
		public Set<ShutdownPhase> phases() {
			return Set.of(ShutdownPhase.DRAIN);
		}

		@Override
		public void onPhase(PhaseContext context) {
			run(this.inFlight);
		}

		private void run(InFlight inFlight) {
			try {
				inFlight.run();
			}
			catch (Exception | AssertionError ex) {
				this.failure = ex;
			}
		}

	}

	/**
	 * Stops when Spring Boot waits for the requests of its web server.
	 */
	static class ServerLifecycle implements SmartLifecycle {

		private volatile Runnable stopping = () -> {
		};

		private volatile boolean running;

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.stopping.run();
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
		}

	}

	/**
	 * Every kind of schedule, and one of each kind that is running at the end.
	 */
	static class Schedules {

		private final ExecutorParticipantTests test;

		private final CountDownLatch allBegun = new CountDownLatch(6);

		private final Set<String> seen = ConcurrentHashMap.newKeySet();

		private final Set<String> beginnings = ConcurrentHashMap.newKeySet();

		Schedules(ExecutorParticipantTests test) {
			this.test = test;
		}

		@Scheduled(fixedRate = 5)
		void rate() {
			begin("rate");
		}

		@Scheduled(fixedDelay = 5)
		void delay() {
			begin("delay");
		}

		@Scheduled(cron = "* * * * * *")
		void cron() {
			begin("cron");
		}

		@Scheduled(fixedRate = 5)
		void runningRate() {
			begin("runningRate");
			this.test.task();
		}

		@Scheduled(fixedRate = 5)
		void runningRateToo() {
			begin("runningRateToo");
			this.test.task();
		}

		@Scheduled(cron = "* * * * * *")
		void runningCron() {
			begin("runningCron");
			this.test.task();
		}

		private void begin(String name) {
			this.beginnings.add(name);
			if (this.seen.add(name)) {
				this.allBegun.countDown();
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ApplicationConfiguration {

		@Bean
		Requests requests() {
			return new Requests();
		}

		/**
		 * Spring waits for the running task of a pool, for so long.
		 */
		@Bean
		DefaultLifecycleProcessor lifecycleProcessor() {
			DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
			processor.setTimeoutPerShutdownPhase(100);
			return processor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class SchedulingConfiguration {

	}

	/**
	 * Says that it waits in {@link System#exit(int)}, which no test can call.
	 */
	static class ExitingThread extends Thread {

		private final Thread.State state;

		private final AtomicInteger looks = new AtomicInteger(Integer.MIN_VALUE);

		ExitingThread(Runnable task, Thread.State state) {
			super(task);
			this.state = state;
			setDaemon(true);
		}

		/**
		 * Exit when the participant has begun to wait, and so has looked twice.
		 */
		void exitSoon() {
			this.looks.set(0);
		}

		@Override
		public Thread.State getState() {
			return (this.looks.get() > 2) ? this.state : super.getState();
		}

		@Override
		public StackTraceElement[] getStackTrace() {
			return (this.looks.incrementAndGet() > 2)
					? new StackTraceElement[] { new StackTraceElement("java.lang.Runtime", "exit", "Runtime.java", 1),
							new StackTraceElement("java.lang.System", "exit", "System.java", 1) }
					: super.getStackTrace();
		}

	}

	/**
	 * Counts the tasks that it is to cancel, whose futures it would know.
	 */
	@SuppressWarnings("serial")
	static class CancellingExecutor extends ThreadPoolTaskExecutor {

		private final AtomicInteger cancelled = new AtomicInteger();

		@Override
		protected void cancelRemainingTask(Runnable task) {
			this.cancelled.incrementAndGet();
			super.cancelRemainingTask(task);
		}

	}

	static class FailingPool extends ThreadPoolExecutor {

		FailingPool() {
			super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
		}

		@Override
		public void shutdown() {
			throw new SecurityException("no");
		}

		boolean halt() {
			return shutdownNow().isEmpty();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingPoolsConfiguration {

		@Bean(destroyMethod = "halt")
		FailingPool failingPool() {
			return new FailingPool();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SharedPoolsConfiguration {

		@Bean
		ExecutorService tracked() {
			return Executors.newFixedThreadPool(1);
		}

		@Bean(destroyMethod = "")
		ExecutorService shared() {
			return Executors.newFixedThreadPool(1);
		}

		@Bean({ "excluded", "alias" })
		ExecutorService excluded() {
			return Executors.newFixedThreadPool(1);
		}

	}

	static class Ticks {

		private final AtomicInteger count = new AtomicInteger();

		@Scheduled(fixedRate = 5)
		void tick() {
			this.count.incrementAndGet();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class OnlySchedulerConfiguration {

		@Bean
		ThreadPoolTaskScheduler only() {
			ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
			scheduler.setAcceptTasksAfterContextClose(true);
			return scheduler;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class OnlyServiceConfiguration {

		@Bean
		ScheduledExecutorService only() {
			return Executors.newSingleThreadScheduledExecutor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ExecutorsConfiguration {

		@Bean
		SimpleAsyncTaskExecutor simple() {
			return new SimpleAsyncTaskExecutor("simple-");
		}

		@Bean
		ExecutorService fixed() {
			return Executors.newFixedThreadPool(3);
		}

		@Bean
		ExecutorService single() {
			return Executors.newSingleThreadExecutor();
		}

		@Bean
		ExecutorService scheduled() {
			return Executors.newScheduledThreadPool(2);
		}

		@Bean
		ForkJoinPool stealing() {
			return new ForkJoinPool(2);
		}

		@Bean
		ConcurrentTaskExecutor adapter() {
			return new ConcurrentTaskExecutor(Executors.newCachedThreadPool());
		}

		@Bean
		ThreadPoolTaskExecutor applicationTaskExecutor() {
			return new ThreadPoolTaskExecutor();
		}

		@Bean
		ThreadPoolTaskScheduler taskScheduler() {
			ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
			scheduler.setPoolSize(8);
			return scheduler;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OddConfiguration {

		@Bean(destroyMethod = "isShutdown")
		ExecutorService hanging() {
			return new OddExecutor(() -> new CountDownLatch(1).await());
		}

		@Bean(destroyMethod = "isShutdown")
		ExecutorService failing() {
			return new OddExecutor(() -> {
				throw new SecurityException("no");
			});
		}

		@Bean
		ConcurrentTaskExecutor notInitialized() {
			return new ConcurrentTaskExecutor(new ThreadPoolTaskExecutor());
		}

	}

	/**
	 * An executor that does something else when it is shut down.
	 */
	static class OddExecutor extends AbstractExecutorService {

		private final InFlight shutdown;

		OddExecutor(InFlight shutdown) {
			this.shutdown = shutdown;
		}

		@Override
		public void shutdown() {
			try {
				this.shutdown.run();
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public List<Runnable> shutdownNow() {
			shutdown();
			return List.of();
		}

		@Override
		public boolean isShutdown() {
			return false;
		}

		@Override
		public boolean isTerminated() {
			return false;
		}

		@Override
		public boolean awaitTermination(long timeout, TimeUnit unit) {
			return false;
		}

		@Override
		public void execute(Runnable command) {
			command.run();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyConfiguration {

		static final AtomicInteger made = new AtomicInteger();

		@Bean
		@Lazy
		ExecutorService lazyPool() {
			made.incrementAndGet();
			return Executors.newCachedThreadPool();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SharedConfiguration {

		@Bean(destroyMethod = "")
		ExecutorService shared() {
			return Executors.newSingleThreadExecutor();
		}

	}

}
