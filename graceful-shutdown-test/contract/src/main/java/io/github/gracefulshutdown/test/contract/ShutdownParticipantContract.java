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

package io.github.gracefulshutdown.test.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.CheckpointStore;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownReport.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/**
 * What every {@link ShutdownParticipant} has to do: extend this class in a test, say how
 * the participant is made and how it is given work, and inherit the tests. They run it
 * with the real coordinator, in real time.
 *
 * @since 0.1.0
 */
public abstract class ShutdownParticipantContract {

	/**
	 * Return the participant. Each test has an instance of the test class of its own, and
	 * may ask more than once.
	 * @return the same participant for the same instance of the test class
	 * @throws Exception if it cannot be made
	 */
	protected abstract ShutdownParticipant participant() throws Exception;

	/**
	 * Return who takes part besides, where this participant waits for another one to do
	 * its part. They are told at the same time.
	 * @return the others, by default none
	 * @throws Exception if they cannot be made
	 */
	protected List<ShutdownParticipant> others() throws Exception {
		return List.of();
	}

	/**
	 * Give the participant a piece of work that goes on until {@link #finishWork()}, or
	 * until it is interrupted if it is of a kind that can be. Return when it is running.
	 * @throws Exception if there is no work to be had
	 */
	protected abstract void startWork() throws Exception;

	/**
	 * Let the work end well.
	 * @throws Exception if it cannot be ended
	 */
	protected abstract void finishWork() throws Exception;

	/**
	 * Return how long a test waits before it says that something hangs.
	 * @return longer than anything takes that does not hang, by default 30 s
	 */
	protected Duration patience() {
		return Duration.ofSeconds(30);
	}

	@Test
	void whenAskedForItsNameAndPhasesThenItAlwaysSaysTheSame() throws Exception {
		ShutdownParticipant participant = participant();
		assertFalse(participant.name().isBlank(), "the timeline needs a name");
		assertEquals(participant.name(), participant.name());
		Set<ShutdownPhase> phases = participant.phases();
		assertFalse(phases.isEmpty(), "a participant without a phase is never told anything");
		assertEquals(phases, participant.phases());
	}

	@Test
	void whenNothingIsInFlightThenEveryPhaseEndsWellAndNothingIsCut() throws Exception {
		GracefulShutdown shutdown = shutdown(patience());
		ShutdownReport report = shutdown.drain("contract");
		assertEndedWell(report);
		assertEquals(List.of(), List.copyOf(participant().activeWork()));
	}

	@Test
	void whenTakenBackIntoServiceThenItCanLeaveAgain() throws Exception {
		GracefulShutdown shutdown = shutdown(patience());
		for (int i = 0; i < 2; i++) {
			shutdown.leave("contract").join();
			for (ShutdownReport.Phase phase : shutdown.rejoin().phases()) {
				assertEquals(Outcome.UNDONE, phase.outcome(), phase.toString());
			}
		}
		assertEndedWell(shutdown.drain("contract"));
	}

	@Test
	void whenWorkIsFinishedInTimeThenItIsWaitedForAndNotCut() throws Exception {
		startWork();
		assertIsNamed(participant().activeWork());
		FutureTask<ShutdownReport> drained = start(() -> shutdown(patience()).drain("contract"));
		// several looks of the coordinator: what is waited for is still there
		for (int look = 0; look < 20; look++) {
			assertThrowsTimeout(drained);
		}
		finishWork();
		assertEndedWell(get(drained));
	}

	@Test
	void whenWorkIsNotFinishedInTimeThenItIsNamedAndBudgetIsKept() throws Exception {
		startWork();
		FutureTask<ShutdownReport> drained = start(() -> shutdown(Duration.ofSeconds(1)).drain("contract"));
		ShutdownReport report = get(drained);
		assertIsNamed(report.requests().cut());
		finishWork();
	}

	@Test
	void whenInterruptedThenItGivesUp() throws Exception {
		startWork();
		ShutdownParticipant participant = participant();
		for (ShutdownPhase phase : participant.phases()) {
			FutureTask<Boolean> told = new FutureTask<>(() -> {
				participant.onPhase(new EndlessPhase(phase));
				return true;
			});
			Thread thread = new Thread(told, "contract-" + phase);
			thread.setDaemon(true);
			thread.start();
			thread.interrupt();
			thread.join(patience().toMillis());
			assertFalse(thread.isAlive(), () -> "told of " + phase + " and interrupted, it goes on");
		}
		finishWork();
	}

	@Test
	void whenManyAskAtOnceThenEachIsToldWhatIsInFlight() throws Exception {
		startWork();
		ShutdownParticipant participant = participant();
		List<FutureTask<Collection<ActiveWork>>> askers = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			askers.add(start(() -> {
				Collection<ActiveWork> work = participant.activeWork();
				for (int ask = 0; ask < 100; ask++) {
					work = participant.activeWork();
				}
				return work;
			}));
		}
		for (FutureTask<Collection<ActiveWork>> asker : askers) {
			assertIsNamed(get(asker));
		}
		finishWork();
	}

	private GracefulShutdown shutdown(Duration total) throws Exception {
		Duration reserve = Duration.ofSeconds(4);
		List<ShutdownParticipant> all = new ArrayList<>(others());
		all.add(participant());
		return GracefulShutdown.create(new ShutdownBudget(total.plus(reserve), reserve), all, List.of(), List.of(),
				ShutdownClock.system());
	}

	private static void assertEndedWell(ShutdownReport report) {
		for (ShutdownReport.Phase phase : report.phases()) {
			assertTrue(phase.outcome() == Outcome.DONE || phase.outcome() == Outcome.NOTHING_TO_DO
					|| phase.outcome() == Outcome.UNDONE, phase.toString());
		}
		assertEquals(List.of(), report.requests().cut());
	}

	private static void assertIsNamed(Collection<ActiveWork> work) {
		assertFalse(work.isEmpty(), "the work in flight is not named");
		for (ActiveWork piece : work) {
			assertFalse(piece.kind().isBlank(), () -> "no kind: " + piece);
			assertFalse(piece.name().isBlank(), () -> "no name: " + piece);
			assertFalse(piece.name().contains("?"), () -> "a query may hold a secret: " + piece);
			assertFalse(piece.age().isNegative(), () -> "younger than nothing: " + piece);
		}
	}

	private static <T> FutureTask<T> start(Callable<T> task) {
		FutureTask<T> future = new FutureTask<>(task);
		Thread thread = new Thread(future, "contract");
		thread.setDaemon(true);
		thread.start();
		return future;
	}

	private <T> T get(FutureTask<T> future) throws Exception {
		return future.get(patience().toSeconds() * 2, TimeUnit.SECONDS);
	}

	private static void assertThrowsTimeout(FutureTask<ShutdownReport> drained)
			throws InterruptedException, ExecutionException {
		try {
			fail("did not wait for the work in flight: " + drained.get(10, TimeUnit.MILLISECONDS));
		}
		catch (TimeoutException ex) {
			// as it should be
		}
	}

	/**
	 * A phase that nothing ends but an interrupt.
	 */
	private record EndlessPhase(ShutdownPhase phase) implements PhaseContext {

		@Override
		public Deadline deadline() {
			return Deadline.after(Duration.ofDays(1), clock());
		}

		@Override
		public ShutdownClock clock() {
			return ShutdownClock.system();
		}

		@Override
		public @Nullable Thread waiter() {
			return null;
		}

		@Override
		public void detail(String detail) {
			assertFalse(detail.isBlank());
		}

		@Override
		public void registry(ShutdownReport.Registry registry) {
			assertFalse(registry.name().isBlank());
		}

		@Override
		public boolean checkpoint(String name, String position) {
			assertEquals(name, CheckpointStore.requireName(name));
			return true;
		}

	}

}
