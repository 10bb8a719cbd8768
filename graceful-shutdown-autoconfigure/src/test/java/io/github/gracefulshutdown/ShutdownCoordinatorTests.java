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

package io.github.gracefulshutdown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.ConcurrentHashMap;
import java.util.TreeMap;
import java.util.SortedMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.gracefulshutdown.ShutdownReport.Outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ShutdownCoordinator}.
 */
class ShutdownCoordinatorTests {

	private static final Duration TOTAL = Duration.ofSeconds(25);

	private static final Duration RESERVE = Duration.ofSeconds(5);

	/**
	 * What a phase keeps for those who do not end by themselves.
	 */
	private static final Duration REACTION = Duration.ofMillis(100);

	private final ManualShutdownClock clock = new ManualShutdownClock();

	private final List<String> told = Collections.synchronizedList(new ArrayList<>());

	@Test
	void whenNothingHasHappenedThenReportIsUpAndEmpty() {
		ShutdownReport report = coordinator().report();
		assertThat(report.state()).isEqualTo(ShutdownState.UP);
		assertThat(report.trigger()).isNull();
		assertThat(report.phases()).isEmpty();
	}

	@Test
	void whenLeavingThenFirstActRunsInOrderAndEndsOutOfService() {
		ShutdownReport report = coordinator(recorder("a")).leave("test").join();
		assertThat(this.told).containsExactly("a ANNOUNCE", "a DEREGISTER", "a SETTLE");
		assertThat(report.state()).isEqualTo(ShutdownState.OUT_OF_SERVICE);
		assertThat(report.trigger()).isEqualTo("test");
		assertThat(report.phases()).extracting(ShutdownReport.Phase::phase)
			.containsExactly(ShutdownPhase.ANNOUNCE, ShutdownPhase.DEREGISTER, ShutdownPhase.SETTLE);
	}

	@Test
	void whenDrainingAloneThenBothActsRun() {
		ShutdownReport report = coordinator(recorder("a")).drain("close");
		assertThat(this.told).containsExactly("a ANNOUNCE", "a DEREGISTER", "a SETTLE", "a CLOSE", "a DRAIN");
		assertThat(report.state()).isEqualTo(ShutdownState.STOPPED);
		assertThat(report.phases()).extracting(ShutdownReport.Phase::phase).containsExactly(ShutdownPhase.values());
	}

	@Test
	void whenDrainingAfterLeavingThenFirstActIsNotRepeatedAndTriggerIsTheFirst() {
		GracefulShutdown coordinator = coordinator(recorder("a"));
		coordinator.leave("preStop").join();
		ShutdownReport report = coordinator.drain("SIGTERM");
		assertThat(this.told).containsOnlyOnce("a ANNOUNCE", "a DEREGISTER", "a SETTLE");
		assertThat(report.trigger()).isEqualTo("preStop");
	}

	@Test
	void whenActEndsThenThoseWhoRenderItsLastPhaseAreToldWhereThatLeavesTheInstance() {
		List<String> states = Collections.synchronizedList(new ArrayList<>());
		GracefulShutdown
			.create(new ShutdownBudget(TOTAL.plus(RESERVE), RESERVE), List.of(recorder("a")), List.of(),
					List.of((phase, report) -> states.add(phase.phase() + " " + report.state())), this.clock)
			.drain("close");
		assertThat(states).containsExactly("ANNOUNCE LEAVING", "DEREGISTER LEAVING", "SETTLE OUT_OF_SERVICE",
				"CLOSE DRAINING", "DRAIN DRAINING", "CUT STOPPED");
	}

	@Test
	void whenPhasesHaveTakenTimeThenReportSaysHowLongAllOfItTook() {
		ShutdownReport report = coordinator(only(ShutdownPhase.DRAIN, (context) -> this.clock.sleep(RESERVE)))
			.drain("close");
		assertThat(report.duration()).isEqualTo(RESERVE);
		assertThat(coordinator().report().duration()).isZero();
	}

	@Test
	void whenTwentyCallersLeaveAndDrainAtOnceThenEachPhaseRunsOnce() throws Exception {
		GracefulShutdown coordinator = coordinator(recorder("a"));
		CountDownLatch go = new CountDownLatch(1);
		List<CompletableFuture<ShutdownReport>> callers = IntStream.range(0, 20)
			.mapToObj((i) -> CompletableFuture.supplyAsync(() -> {
				awaitUninterruptibly(go);
				return (i % 2 == 0) ? coordinator.leave("leave " + i).join() : coordinator.drain("drain " + i);
			}, (task) -> new Thread(task).start()))
			.toList();
		go.countDown();
		CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).join();
		assertThat(this.told).containsExactly("a ANNOUNCE", "a DEREGISTER", "a SETTLE", "a CLOSE", "a DRAIN");
		assertThat(callers).extracting((caller) -> caller.join().trigger())
			.containsOnly(coordinator.report().trigger());
	}

	@Test
	void whenParticipantThrowsThenItIsRecordedAndAllOthersHaveTheirTurn() {
		ShutdownParticipant faulty = (context) -> {
			throw new IllegalArgumentException("broken " + context.phase());
		};
		ShutdownReport report = coordinator(faulty, recorder("b")).drain("close");
		assertThat(this.told).containsExactly("b ANNOUNCE", "b DEREGISTER", "b SETTLE", "b CLOSE", "b DRAIN", "b CUT");
		assertThat(report.phases()).allSatisfy((phase) -> {
			assertThat(phase.outcome()).isEqualTo(Outcome.FAILED);
			assertThat(phase.detail()).anyMatch((detail) -> detail.contains("broken " + phase.phase()));
		});
	}

	@Test
	void whenParticipantHangsInEveryPhaseThenBudgetIsKeptAndOthersHaveTheirTurn() {
		ManualShutdownClock impatient = new ManualShutdownClock(50);
		CountDownLatch never = new CountDownLatch(1);
		ShutdownParticipant hanging = (context) -> {
			while (true) {
				awaitUninterruptibly(never);
			}
		};
		GracefulShutdown coordinator = create(impatient, hanging, recorder("b"));
		ShutdownReport report = coordinator.drain("close");
		assertThat(impatient.elapsed()).isLessThan(TOTAL.plus(RESERVE));
		assertThat(this.told).containsExactly("b ANNOUNCE", "b DEREGISTER", "b SETTLE", "b CLOSE", "b DRAIN", "b CUT");
		assertThat(report.phases()).allSatisfy((phase) -> {
			assertThat(phase.outcome()).isEqualTo(Outcome.TIMED_OUT);
			assertThat(phase.detail()).anyMatch((detail) -> detail.contains("was not done in time"));
		});
	}

	@Test
	void whenParticipantHangsThenItIsInterrupted() {
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		ShutdownParticipant hanging = only(ShutdownPhase.SETTLE, (context) -> {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				interrupted.complete(true);
				throw ex;
			}
		});
		create(new ManualShutdownClock(50), hanging).leave("test").join();
		assertThat(interrupted).isCompletedWithValue(true);
	}

	@Test
	void whenFirstActHasSpentTimeThenSecondActHasTheRest() {
		List<Duration> remaining = new ArrayList<>();
		ShutdownParticipant slow = (context) -> {
			if (context.phase() == ShutdownPhase.SETTLE) {
				this.clock.sleep(Duration.ofSeconds(10));
			}
			if (context.phase() == ShutdownPhase.DRAIN) {
				remaining.add(context.deadline().remaining());
			}
		};
		coordinator(slow).drain("close");
		assertThat(remaining).containsExactly(Duration.ofSeconds(15).minus(REACTION));
	}

	@Test
	void whenDeadlineHasPassedLongBeforeSecondActThenSecondActHasABudgetOfItsOwn() throws Exception {
		List<Duration> remaining = new ArrayList<>();
		GracefulShutdown coordinator = coordinator(
				only(ShutdownPhase.DRAIN, (context) -> remaining.add(context.deadline().remaining())));
		coordinator.leave("taken out by hand").join();
		this.clock.sleep(Duration.ofMinutes(10));
		ShutdownReport report = coordinator.drain("close");
		assertThat(remaining).containsExactly(TOTAL.minus(REACTION));
		assertThat(report.deadline()).isEqualTo(this.clock.now().plus(TOTAL));
	}

	@Test
	void whenHookHasUsedTheGracePeriodUpThenSecondActHasNoTimeOfItsOwn() throws Exception {
		List<Duration> remaining = new ArrayList<>();
		GracefulShutdown coordinator = coordinator(
				only(ShutdownPhase.DRAIN, (context) -> remaining.add(context.deadline().remaining())));
		coordinator.leave("preStop").join();
		this.clock.sleep(TOTAL.plus(RESERVE));
		coordinator.drain("SIGTERM");
		assertThat(remaining).containsExactly(Duration.ZERO);
	}

	@Test
	void whenInServiceOrJustTriggeredThenPlanIsThatOfTheWholeGracePeriod() {
		List<ShutdownPlan> plans = new ArrayList<>();
		AtomicReference<GracefulShutdown> coordinator = new AtomicReference<>();
		coordinator
			.set(coordinator(only(ShutdownPhase.SETTLE, (context) -> plans.add(coordinator.get().report().plan()))));
		plans.add(coordinator.get().report().plan());
		plans.add(coordinator.get().leave("test").join().plan());
		assertThat(plans).hasSize(3).containsOnly(budget().plan());
	}

	@Test
	void whenTriggeredOnceMoreThenPlanIsThatOfWhatIsLeft() throws Exception {
		GracefulShutdown coordinator = coordinator();
		coordinator.leave("preStop").join();
		this.clock.sleep(Duration.ofSeconds(10));
		ShutdownPlan plan = coordinator.drain("SIGTERM").plan();
		assertThat(plan.left()).isEqualTo(Duration.ofSeconds(20));
		assertThat(plan.steps()).extracting(ShutdownPlan.Step::name).startsWith("CLOSE", "DRAIN", "CUT");
		assertThat(plan.share(ShutdownPhase.DRAIN)).isEqualTo(Duration.ofSeconds(13));
	}

	@Test
	void whenTakenBackThenPlanIsThatOfTheWholeGracePeriod() throws Exception {
		GracefulShutdown coordinator = coordinator(recorder("a"));
		coordinator.leave("test").join();
		this.clock.sleep(Duration.ofSeconds(10));
		assertThat(coordinator.rejoin().state()).isEqualTo(ShutdownState.UP);
		assertThat(coordinator.report().plan()).isEqualTo(budget().plan());
	}

	@Test
	void whenUndoFailsThenInstanceIsNotUpAndItCanBeAskedForAgain() {
		AtomicInteger undone = new AtomicInteger();
		GracefulShutdown coordinator = coordinator(new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) {
			}

			@Override
			public void undo(PhaseContext context) {
				if (context.phase() == ShutdownPhase.DEREGISTER && undone.incrementAndGet() == 1) {
					throw new IllegalStateException("registry is down");
				}
			}

		});
		coordinator.leave("test").join();
		ShutdownReport failed = coordinator.rejoin();
		assertThat(failed.state()).isEqualTo(ShutdownState.OUT_OF_SERVICE);
		assertThat(phase(failed, ShutdownPhase.DEREGISTER).outcome()).isEqualTo(Outcome.FAILED);
		assertThat(coordinator.rejoin().state()).isEqualTo(ShutdownState.UP);
		assertThat(undone).hasValue(2);
	}

	@Test
	void whenUndoHasFailedThenInstanceLeavesOnceMoreBeforeItCloses() {
		List<ShutdownPhase> phases = new ArrayList<>();
		GracefulShutdown coordinator = coordinator(new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) {
				phases.add(context.phase());
			}

			@Override
			public void undo(PhaseContext context) {
				throw new IllegalStateException("registry is down");
			}

		});
		coordinator.leave("test").join();
		coordinator.rejoin();
		phases.clear();
		assertThat(coordinator.drain("SIGTERM").state()).isEqualTo(ShutdownState.STOPPED);
		assertThat(phases).startsWith(ShutdownPhase.ANNOUNCE, ShutdownPhase.DEREGISTER, ShutdownPhase.SETTLE,
				ShutdownPhase.CLOSE);
	}

	@Test
	void whenParticipantCannotBeToldThenOthersHaveTheirTurn() {
		ShutdownParticipant faulty = new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) {
			}

			@Override
			public Set<ShutdownPhase> phases() {
				throw new IllegalStateException("phases");
			}

			@Override
			public Collection<ActiveWork> activeWork() {
				throw new LinkageError("active work");
			}

		};
		ShutdownReport report = coordinator(faulty, recorder("b")).drain("close");
		assertThat(this.told).containsExactly("b ANNOUNCE", "b DEREGISTER", "b SETTLE", "b CLOSE", "b DRAIN");
		assertThat(report.phases().get(0).detail()).anyMatch((detail) -> detail.contains("could not be told"));
	}

	@Test
	void whenParticipantHangsBeingAskedForActiveWorkThenBudgetIsKept() {
		ManualShutdownClock impatient = new ManualShutdownClock(50);
		ShutdownParticipant hanging = new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) {
			}

			@Override
			public Collection<ActiveWork> activeWork() {
				awaitUninterruptibly(new CountDownLatch(1));
				return List.of();
			}

		};
		ShutdownReport report = create(impatient, hanging, recorder("b")).drain("close");
		assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isEqualTo(Outcome.TIMED_OUT);
		assertThat(this.told).contains("b CUT");
		assertThat(impatient.elapsed()).isLessThan(TOTAL.plus(RESERVE));
	}

	@Test
	void whenWorkIsActiveThenDrainWaitsForItAndNothingIsCut() {
		AtomicInteger polls = new AtomicInteger();
		ShutdownReport report = coordinator(working(() -> polls.incrementAndGet() < 10)).drain("close");
		assertThat(polls).hasValueGreaterThanOrEqualTo(10);
		assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isNotEqualTo(Outcome.TIMED_OUT);
		assertThat(phase(report, ShutdownPhase.CUT).outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
		assertThat(report.requests().cut()).isEmpty();
	}

	@Test
	void whenWorkIsActiveAtTheDeadlineThenItIsNamed() {
		ShutdownReport report = coordinator(working(() -> true)).drain("close");
		assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isEqualTo(Outcome.TIMED_OUT);
		assertThat(report.requests().cut()).extracting(ActiveWork::name).containsExactly("settlement");
		assertThat(this.clock.elapsed()).isLessThan(TOTAL.plus(RESERVE));
	}

	@Test
	void whenRejoiningThenPhasesAreUndoneInOrderAndInstanceCanLeaveAgain() {
		GracefulShutdown coordinator = coordinator(recorder("a"));
		coordinator.leave("test").join();
		this.told.clear();
		ShutdownReport report = coordinator.rejoin();
		assertThat(this.told).containsExactly("undo a ANNOUNCE", "undo a DEREGISTER", "undo a SETTLE");
		assertThat(report.state()).isEqualTo(ShutdownState.UP);
		assertThat(report.phases()).extracting(ShutdownReport.Phase::outcome).containsOnly(Outcome.UNDONE);
		this.told.clear();
		assertThat(coordinator.leave("again").join().trigger()).isEqualTo("again");
		assertThat(this.told).containsExactly("a ANNOUNCE", "a DEREGISTER", "a SETTLE");
	}

	@Test
	void whenRejoiningWhileLeavingThenWhatIsRunningEndsBeforeItIsUndone() throws Exception {
		CountDownLatch inSettle = new CountDownLatch(1);
		List<String> order = Collections.synchronizedList(new ArrayList<>());
		ShutdownParticipant participant = new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) throws Exception {
				if (context.phase() == ShutdownPhase.DEREGISTER) {
					inSettle.countDown();
					try {
						new CountDownLatch(1).await();
					}
					finally {
						order.add("left");
					}
				}
			}

			@Override
			public void undo(PhaseContext context) {
				order.add("undo " + context.phase());
			}

		};
		GracefulShutdown coordinator = coordinator(participant);
		CompletableFuture<ShutdownReport> leaving = coordinator.leave("test");
		inSettle.await();
		ShutdownReport report = coordinator.rejoin();
		assertThat(order).containsExactly("left", "undo ANNOUNCE", "undo DEREGISTER");
		assertThat(report.state()).isEqualTo(ShutdownState.UP);
		assertThat(leaving.join()).isNotNull();
	}

	@Test
	void whenSecondActHasBegunThenRejoiningIsRefusedAndChangesNothing() {
		GracefulShutdown coordinator = coordinator(recorder("a"));
		coordinator.drain("close");
		this.told.clear();
		assertThatIllegalStateException().isThrownBy(coordinator::rejoin);
		assertThat(this.told).isEmpty();
		assertThat(coordinator.report().state()).isEqualTo(ShutdownState.STOPPED);
	}

	@Test
	void whenInServiceThenRejoiningDoesNothing() {
		GracefulShutdown coordinator = coordinator(recorder("a"));
		assertThat(coordinator.rejoin().state()).isEqualTo(ShutdownState.UP);
		assertThat(this.told).isEmpty();
	}

	@Test
	void whenCallerIsInterruptedThenSecondActRunsAllTheSame() {
		Thread.currentThread().interrupt();
		coordinator(recorder("a")).drain("close");
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.told).contains("a CLOSE", "a DRAIN");
	}

	@Test
	void whenPhasesEndThenListenersAreToldAndAFaultyOneIsHarmless() {
		List<ShutdownPhase> ended = Collections.synchronizedList(new ArrayList<>());
		Timeline.Listener faulty = (phase, report) -> {
			throw new IllegalStateException("listener");
		};
		GracefulShutdown coordinator = GracefulShutdown.create(budget(), List.of(recorder("a")), List.of(),
				List.of(faulty, (phase, report) -> ended.add(phase.phase())), this.clock);
		coordinator.drain("close");
		assertThat(ended).containsExactly(ShutdownPhase.values());
	}

	@Test
	void whenListenerHangsThenOthersAreToldAndBudgetIsKept() {
		CountDownLatch never = new CountDownLatch(1);
		List<ShutdownPhase> ended = Collections.synchronizedList(new ArrayList<>());
		ManualShutdownClock impatient = new ManualShutdownClock(20);
		GracefulShutdown coordinator = GracefulShutdown.create(budget(), List.of(recorder("a")), List.of(),
				List.of((phase, report) -> awaitUninterruptibly(never), (phase, report) -> ended.add(phase.phase())),
				impatient);
		ShutdownReport report = coordinator.drain("close");
		assertThat(report.state()).isEqualTo(ShutdownState.STOPPED);
		Awaitility.await().untilAsserted(() -> assertThat(ended).containsExactly(ShutdownPhase.values()));
		never.countDown();
		assertThat(impatient.elapsed()).isLessThan(TOTAL);
	}

	@Test
	void whenListenerHangsThenOthersKnowAtOnceThatAPhaseHasBegun() {
		CountDownLatch never = new CountDownLatch(1);
		CountDownLatch draining = new CountDownLatch(1);
		AtomicBoolean knew = new AtomicBoolean();
		Timeline.Listener other = new Timeline.Listener() {

			@Override
			public void phaseStarted(ShutdownPhase phase) {
				if (phase == ShutdownPhase.DRAIN) {
					draining.countDown();
				}
			}

			@Override
			public void phaseEnded(ShutdownReport.Phase phase, ShutdownReport report) {
			}

		};
		GracefulShutdown.create(budget(),
				List.of(only(ShutdownPhase.DRAIN, (context) -> knew.set(draining.await(10, TimeUnit.SECONDS)))),
				List.of(), List.of((phase, report) -> awaitUninterruptibly(never), other), new ManualShutdownClock(200))
			.drain("close");
		never.countDown();
		assertThat(knew).isTrue();
	}

	@Test
	void whenListenerHungThenItIsToldTheRestInOrder() {
		CountDownLatch hangs = new CountDownLatch(1);
		AtomicInteger told = new AtomicInteger();
		List<ShutdownPhase> ended = Collections.synchronizedList(new ArrayList<>());
		GracefulShutdown coordinator = GracefulShutdown.create(budget(), List.of(recorder("a")), List.of(),
				List.of((phase, report) -> {
					told.incrementAndGet();
					awaitUninterruptibly(hangs);
					ended.add(phase.phase());
				}), new ManualShutdownClock(20));
		coordinator.drain("close");
		assertThat(told).hasValue(1);
		hangs.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(ended).containsExactly(ShutdownPhase.values()));
	}

	@Test
	void whenParticipantsHaveAnOrderThenLaterOnesAreToldWhenEarlierOnesAreDone() {
		ShutdownParticipant slow = (context) -> {
			context.clock().sleep(Duration.ofMillis(10));
			recorder("early").onPhase(context);
		};
		ordered(this.clock, new TreeMap<>(Map.of(-1, List.of(slow), 0, List.of(recorder("late"))))).drain("close");
		assertThat(this.told.stream().filter((what) -> what.endsWith(" CLOSE") || what.endsWith(" DRAIN")))
			.containsExactly("early CLOSE", "late CLOSE", "early DRAIN", "late DRAIN");
	}

	@Test
	void whenEarlierParticipantHangsThenLaterOneIsToldWithATenthOfThePhaseLeft() {
		CountDownLatch never = new CountDownLatch(1);
		ManualShutdownClock impatient = new ManualShutdownClock(20);
		Map<ShutdownPhase, Duration> left = new ConcurrentHashMap<>();
		ShutdownParticipant late = (context) -> left.put(context.phase(), context.deadline().remaining());
		ShutdownReport report = ordered(impatient, new TreeMap<>(Map.of(0,
				List.of(only(ShutdownPhase.DRAIN, (context) -> awaitUninterruptibly(never))), 1, List.of(late))))
			.drain("close");
		never.countDown();
		assertThat(left).containsKeys(ShutdownPhase.CLOSE, ShutdownPhase.DRAIN, ShutdownPhase.CUT);
		assertThat(left.get(ShutdownPhase.DRAIN)).isGreaterThan(TOTAL.dividedBy(20)).isLessThan(TOTAL.dividedBy(5));
		assertThat(phase(report, ShutdownPhase.DRAIN).outcome()).isEqualTo(Outcome.TIMED_OUT);
	}

	@Test
	void whenEarlierParticipantHasActiveWorkThenLaterOneIsToldToDrainWhenItIsDone() {
		AtomicInteger looks = new AtomicInteger();
		AtomicInteger looksBefore = new AtomicInteger();
		ShutdownParticipant early = working(() -> looks.incrementAndGet() < 10);
		ShutdownParticipant late = only(ShutdownPhase.DRAIN, (context) -> looksBefore.set(looks.get()));
		ordered(this.clock, new TreeMap<>(Map.of(0, List.of(early), 1, List.of(late)))).drain("close");
		assertThat(looksBefore).hasValueGreaterThan(9);
	}

	@Test
	void whenManyOrdersHangThenEachHasItsTurnWithinTheBudget() {
		CountDownLatch never = new CountDownLatch(1);
		ManualShutdownClock impatient = new ManualShutdownClock(5);
		SortedMap<Integer, List<ShutdownParticipant>> participants = new TreeMap<>();
		for (int order = 0; order < 20; order++) {
			ShutdownParticipant recorder = recorder("p" + order);
			participants.put(order, List.of((context) -> {
				recorder.onPhase(context);
				awaitUninterruptibly(never);
			}));
		}
		ordered(impatient, participants).drain("close");
		never.countDown();
		assertThat(this.told.stream().filter((what) -> what.endsWith(" DRAIN"))).hasSize(20);
		assertThat(impatient.elapsed()).isLessThan(TOTAL.plus(RESERVE));
	}

	@Test
	void whenWorkIsHandedOnBetweenTwoLooksThenDrainIsNotOver() {
		AtomicInteger looks = new AtomicInteger();
		AtomicBoolean done = new AtomicBoolean();
		// whoever is asked first has nothing yet, whoever is asked second nothing any
		// more
		ShutdownParticipant receiver = working(() -> {
			int look = looks.incrementAndGet();
			done.set(look > 2);
			return look == 2;
		});
		ShutdownReport report = coordinator(receiver).drain("close");
		assertThat(done).isTrue();
		assertThat(report.requests().cut()).isEmpty();
	}

	@Test
	void whenParticipantHangsBeingAskedForActiveWorkThenThatOfOthersIsNamed() {
		CountDownLatch never = new CountDownLatch(1);
		ShutdownReport report = create(new ManualShutdownClock(20), working(() -> {
			awaitUninterruptibly(never);
			return false;
		}), working(() -> true)).drain("close");
		never.countDown();
		assertThat(report.requests().cut()).extracting(ActiveWork::name).containsExactly("settlement");
		assertThat(phase(report, ShutdownPhase.DRAIN).detail()).anyMatch((detail) -> detail.contains("could not say"));
	}

	@Test
	void whenRequestsCannotBeCountedThenAllPhasesRunAndTheReportSaysSo() {
		RequestStatistics broken = mock((invocation) -> {
			throw new IllegalStateException("no idea");
		});
		RequestStatistics counting = mock();
		given(counting.active()).willReturn(3);
		given(counting.served()).willReturn(4L);
		given(counting.handedOver()).willReturn(5L);
		List<ShutdownPhase> written = Collections.synchronizedList(new ArrayList<>());
		GracefulShutdown coordinator = GracefulShutdown.create(new ShutdownBudget(TOTAL.plus(RESERVE), RESERVE),
				List.of(recorder("a")), List.of(broken, counting),
				List.of((phase, report) -> written.add(phase.phase())), this.clock);
		assertThat(coordinator.report().requests().active()).isEqualTo(3);
		ShutdownReport report = coordinator.drain("close");
		assertThat(report.state()).isEqualTo(ShutdownState.STOPPED);
		assertThat(written).containsExactly(ShutdownPhase.values());
		assertThat(report.requests()).isEqualTo(new ShutdownReport.Requests(3, 4, 5, List.of()));
		assertThat(report.phases()).flatExtracting(ShutdownReport.Phase::detail)
			.containsOnlyOnce("Requests could not be counted: java.lang.IllegalStateException: no idea");
	}

	/**
	 * Ten minutes would be left if it were not for the hook.
	 */
	@Test
	@Timeout(60)
	void whenHookHasSpentTheGracePeriodAndSecondActHangsThenNobodyWaitsForLonger() throws Exception {
		AtomicBoolean hang = new AtomicBoolean();
		CountDownLatch never = new CountDownLatch(1);
		GracefulShutdown coordinator = new ShutdownCoordinator(
				new ShutdownBudget(Duration.ofMinutes(10), Duration.ofSeconds(1)), List.of(List.of(recorder("a"))),
				List.of(), List.of(), this.clock, null, (task) -> new Thread(() -> {
					if (hang.get()) {
						awaitUninterruptibly(never);
					}
					task.run();
				}));
		coordinator.leave("hook").join();
		hang.set(true);
		this.clock.sleep(Duration.ofMinutes(10));
		assertThat(coordinator.drain("close").state()).isEqualTo(ShutdownState.OUT_OF_SERVICE);
		never.countDown();
	}

	@Test
	void whenAskedForActiveWorkThenItIsCountedByKindWhoeverThrowsOrHangs() {
		CountDownLatch never = new CountDownLatch(1);
		GracefulShutdown coordinator = coordinator(active(() -> {
			throw new IllegalStateException("cannot say");
		}), active(() -> List.of(work("http"), work("job"))), active(() -> List.of(work("job"))), active(() -> {
			awaitUninterruptibly(never);
			return List.of(work("late"));
		}));
		assertThat(coordinator.activeWork()).isEqualTo(Map.of("http", 1, "job", 2));
		never.countDown();
	}

	private static ShutdownParticipant active(Supplier<List<ActiveWork>> work) {
		return new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) {
			}

			@Override
			public Collection<ActiveWork> activeWork() {
				return work.get();
			}

		};
	}

	private static ActiveWork work(String kind) {
		return new ActiveWork(kind, "name", Duration.ZERO, null, null, null);
	}

	@Test
	void whenTriggeredThenGracePeriodEndsThatLongAfterTheFirstTrigger() {
		GracefulShutdown coordinator = coordinator((context) -> context.clock().sleep(Duration.ofMillis(7)));
		assertThat(coordinator.gracePeriodEnd().remaining()).isEqualTo(TOTAL.plus(RESERVE));
		coordinator.leave("hook").join();
		Duration spent = this.clock.elapsed();
		assertThat(spent).isPositive();
		assertThat(coordinator.gracePeriodEnd().remaining()).isEqualTo(TOTAL.plus(RESERVE).minus(spent));
	}

	private static GracefulShutdown ordered(ShutdownClock clock,
			SortedMap<Integer, List<ShutdownParticipant>> participants) {
		return GracefulShutdown.create(budget(), participants, List.of(), List.of(), clock, null);
	}

	private GracefulShutdown coordinator(ShutdownParticipant... participants) {
		return create(this.clock, participants);
	}

	private static GracefulShutdown create(ShutdownClock clock, ShutdownParticipant... participants) {
		return GracefulShutdown.create(budget(), Arrays.asList(participants), List.of(), List.of(), clock);
	}

	private static ShutdownBudget budget() {
		return new ShutdownBudget(TOTAL.plus(RESERVE), RESERVE);
	}

	private static ShutdownReport.Phase phase(ShutdownReport report, ShutdownPhase phase) {
		return report.phases().stream().filter((candidate) -> candidate.phase() == phase).findFirst().orElseThrow();
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			// that is the point
		}
	}

	private ShutdownParticipant recorder(String name) {
		return new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) {
				ShutdownCoordinatorTests.this.told.add(name + " " + context.phase());
			}

			@Override
			public void undo(PhaseContext context) {
				ShutdownCoordinatorTests.this.told.add("undo " + name + " " + context.phase());
			}

		};
	}

	private static ShutdownParticipant only(ShutdownPhase phase, ShutdownParticipant participant) {
		return new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) throws Exception {
				participant.onPhase(context);
			}

			@Override
			public Set<ShutdownPhase> phases() {
				return EnumSet.of(phase);
			}

		};
	}

	private static ShutdownParticipant working(java.util.function.BooleanSupplier active) {
		return new ShutdownParticipant() {

			@Override
			public void onPhase(PhaseContext context) {
			}

			@Override
			public Collection<ActiveWork> activeWork() {
				return active.getAsBoolean()
						? List.of(new ActiveWork("batch", "settlement", Duration.ofSeconds(1), null, null, null))
						: List.of();
			}

		};
	}

}
