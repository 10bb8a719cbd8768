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
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

/**
 * Tests for {@link ShutdownParticipantContract}: a good participant passes, and each bad
 * one fails in the test that is about it.
 */
class ShutdownParticipantContractTests {

	@Test
	void whenParticipantIsGoodThenItPasses() {
		assertThat(failures(GoodContract.class)).isEmpty();
	}

	@Test
	void whenParticipantWaitsForAnotherThenItPassesTogetherWithThat() {
		assertThat(failures(FollowingContract.class)).isEmpty();
	}

	@ParameterizedTest
	@MethodSource
	void whenParticipantIsBadThenItFails(Class<?> contract, String test) {
		assertThat(failures(contract)).contains(test + "()");
	}

	static Stream<Object[]> whenParticipantIsBadThenItFails() {
		return Stream.of(new Object[] { ForgetfulContract.class, "whenWorkIsFinishedInTimeThenItIsWaitedForAndNotCut" },
				new Object[] { ForgetfulContract.class, "whenWorkIsNotFinishedInTimeThenItIsNamedAndBudgetIsKept" },
				new Object[] { StubbornContract.class, "whenInterruptedThenItGivesUp" },
				new Object[] { TalkativeContract.class, "whenManyAskAtOnceThenEachIsToldWhatIsInFlight" },
				new Object[] { FailingContract.class, "whenNothingIsInFlightThenEveryPhaseEndsWellAndNothingIsCut" },
				new Object[] { OnceOnlyContract.class, "whenTakenBackIntoServiceThenItCanLeaveAgain" },
				new Object[] { NamelessContract.class, "whenAskedForItsNameAndPhasesThenItAlwaysSaysTheSame" });
	}

	private static List<String> failures(Class<?> contract) {
		return EngineTestKit.engine("junit-jupiter")
			.selectors(selectClass(contract))
			.execute()
			.testEvents()
			.failed()
			.map((event) -> event.getTestDescriptor().getDisplayName())
			.toList();
	}

	/**
	 * Waits for its work, and can be interrupted.
	 */
	static class Worker implements ShutdownParticipant {

		private final CountDownLatch finished = new CountDownLatch(1);

		private volatile boolean working;

		@Override
		public void onPhase(PhaseContext context) throws Exception {
			if (context.phase() == ShutdownPhase.DRAIN && this.working) {
				this.finished.await();
			}
		}

		@Override
		public Collection<ActiveWork> activeWork() {
			return this.working ? List.of(ActiveWork.of("worker", work(), Duration.ZERO, null, null)) : List.of();
		}

		String work() {
			return "POST /orders/{id}";
		}

		void start() {
			this.working = true;
		}

		void finish() {
			this.working = false;
			this.finished.countDown();
		}

	}

	abstract static class WorkerContract extends ShutdownParticipantContract {

		private final Worker worker;

		WorkerContract(Worker worker) {
			this.worker = worker;
		}

		@Override
		protected ShutdownParticipant participant() {
			return this.worker;
		}

		@Override
		protected void startWork() {
			this.worker.start();
		}

		@Override
		protected void finishWork() {
			this.worker.finish();
		}

	}

	static class GoodContract extends WorkerContract {

		GoodContract() {
			super(new Worker());
		}

	}

	static class FollowingContract extends WorkerContract {

		private final CountDownLatch other;

		FollowingContract() {
			this(new CountDownLatch(1));
		}

		private FollowingContract(CountDownLatch other) {
			super(new Worker() {

				@Override
				public void onPhase(PhaseContext context) throws Exception {
					if (context.phase() == ShutdownPhase.DRAIN) {
						other.await();
					}
					super.onPhase(context);
				}

			});
			this.other = other;
		}

		@Override
		protected List<ShutdownParticipant> others() {
			return List.of((context) -> this.other.countDown());
		}

	}

	static class ForgetfulContract extends WorkerContract {

		ForgetfulContract() {
			super(new Worker() {

				@Override
				public void onPhase(PhaseContext context) {
				}

				@Override
				public Collection<ActiveWork> activeWork() {
					return List.of();
				}

			});
		}

	}

	static class StubbornContract extends WorkerContract {

		@Override
		protected Duration patience() {
			return Duration.ofSeconds(1);
		}

		private static final CountDownLatch NEVER = new CountDownLatch(1);

		StubbornContract() {
			super(new Worker() {

				@Override
				public void onPhase(PhaseContext context) {
					while (context.phase() == ShutdownPhase.CUT && NEVER.getCount() > 0) {
						Thread.onSpinWait();
					}
				}

			});
		}

	}

	static class TalkativeContract extends WorkerContract {

		TalkativeContract() {
			super(new Worker() {

				@Override
				String work() {
					return "POST /orders?card=4711";
				}

			});
		}

	}

	static class FailingContract extends WorkerContract {

		FailingContract() {
			super(new Worker() {

				@Override
				public void onPhase(PhaseContext context) {
					throw new IllegalStateException("on purpose");
				}

			});
		}

	}

	static class OnceOnlyContract extends WorkerContract {

		OnceOnlyContract() {
			super(new Worker() {

				@Override
				public void undo(PhaseContext context) {
					throw new IllegalStateException("there is no way back");
				}

			});
		}

	}

	static class NamelessContract extends WorkerContract {

		NamelessContract() {
			super(new Worker() {

				@Override
				public String name() {
					return " ";
				}

				@Override
				public Set<ShutdownPhase> phases() {
					return EnumSet.of(ShutdownPhase.CLOSE);
				}

			});
		}

	}

}
