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

package io.github.gracefulshutdown.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.ManualShutdownClock;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link DeregistrationParticipant}.
 */
class DeregistrationParticipantTests {

	private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(5);

	private static final Duration HOLD = Duration.ofSeconds(1);

	private final ManualShutdownClock clock = new ManualShutdownClock();

	private final DeregisterPhase phase = new DeregisterPhase(this.clock, Duration.ofSeconds(30));

	private final List<InstanceConfiguration> configurations = new ArrayList<>();

	@Test
	void whenNothingIsRegisteredThenNothingIsDoneOrReported() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.registered = false;
		DeregistrationParticipant participant = participant(true, membership);
		participant.onPhase(this.phase);
		assertThat(membership.leaves).isZero();
		assertThat(this.phase.registries()).isEmpty();
		assertThat(this.phase.details()).isEmpty();
		assertThat(this.clock.elapsed()).isZero();
		assertThat(participant.isMember()).isFalse();
		assertThat(participant.staleness()).isZero();
	}

	@Test
	void whenThereIsNoMembershipThenNothingIsDone() throws InterruptedException {
		participant(true).onPhase(this.phase);
		assertThat(this.phase.registries()).isEmpty();
		assertThat(this.clock.elapsed()).isZero();
	}

	@Test
	void whenTheRegistryLetsGoThenItIsLeftOnceAndHeld() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		DeregistrationParticipant participant = participant(true, membership);
		participant.onPhase(this.phase);
		assertThat(this.phase.registry()).isEqualTo(registry("absent", 1, false, null));
		assertThat(this.phase.details()).containsExactly("scripted: absent after 1 attempt");
		assertThat(this.clock.elapsed()).isEqualTo(HOLD);
		assertThat(participant.phases()).containsExactly(ShutdownPhase.DEREGISTER);
	}

	@Test
	void whenTheRegistryIsSlowToLetGoThenItIsNotAskedTwice() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.lag = Duration.ofSeconds(1);
		participant(true, membership).onPhase(this.phase);
		assertThat(this.phase.registry()).isEqualTo(registry("absent", 1, false, null));
		assertThat(this.clock.elapsed()).isBetween(Duration.ofSeconds(2), CONFIRM_TIMEOUT);
	}

	@Test
	void whenTheInstanceIsBackBeforeItIsSeenToBeAbsentThenItLeavesAgain() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.relapses = 1;
		membership.relapseAfter = Duration.ofMillis(-1);
		participant(false, membership).onPhase(this.phase);
		assertThat(this.phase.registry()).isEqualTo(registry("absent", 2, false, null));
	}

	@Test
	void whenTheInstanceReappearsThenItLeavesAgain() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.relapses = 1;
		participant(true, membership).onPhase(this.phase);
		assertThat(this.phase.registry()).isEqualTo(registry("absent", 2, false, null));
		assertThat(membership.leaves).isEqualTo(2);
	}

	@Test
	void whenTheInstanceKeepsReappearingThenItIsEvicted() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.relapses = Integer.MAX_VALUE;
		participant(true, membership).onPhase(this.phase);
		assertThat(this.phase.registry()).isEqualTo(registry("absent", 3, true, null));
		assertThat(this.phase.details()).containsExactly("scripted: absent after 3 attempts and removal by force");
	}

	@Test
	void whenTheInstanceKeepsReappearingAndEvictionIsOffThenTheReportSaysSo() {
		ScriptedMembership membership = new ScriptedMembership();
		membership.relapses = Integer.MAX_VALUE;
		assertThatIllegalStateException().isThrownBy(() -> participant(false, membership).onPhase(this.phase))
			.withMessage("Not confirmed by scripted");
		assertThat(this.phase.registry().attempts()).isGreaterThan(3);
		assertThat(membership.evictions).isZero();
		assertThat(this.clock.elapsed()).isLessThanOrEqualTo(CONFIRM_TIMEOUT);
	}

	@Test
	void whenLeavingDoesNotWorkThenTheInstanceIsEvicted() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.lag = Duration.ofDays(1);
		participant(true, membership).onPhase(this.phase);
		assertThat(this.phase.registry().evicted()).isTrue();
		assertThat(this.phase.registry().presence()).isEqualTo("absent");
		assertThat(membership.evictions).isOne();
		assertThat(this.clock.elapsed()).isLessThanOrEqualTo(CONFIRM_TIMEOUT);
	}

	/**
	 * Nacos lists what has changed after more than half a second.
	 */
	@Test
	void whenEvictionTakesItsTimeToBeSeenThenThereIsTimeEnough() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.lag = Duration.ofDays(1);
		membership.evictionLag = Duration.ofSeconds(1);
		participant(true, membership).onPhase(this.phase);
		assertThat(this.phase.registry().presence()).isEqualTo("absent");
	}

	@Test
	void whenThereIsNoWayToEvictThenTheReportSaysPresent() {
		ScriptedMembership membership = new ScriptedMembership();
		membership.lag = Duration.ofDays(1);
		membership.evictable = false;
		assertThatIllegalStateException().isThrownBy(() -> participant(true, membership).onPhase(this.phase));
		assertThat(this.phase.registry()).isEqualTo(registry("present", 2, false, null));
		assertThat(membership.evictions).isOne();
	}

	@Test
	void whenThePresenceIsUnknownThenItNeverCountsAsAbsent() {
		ScriptedMembership membership = new ScriptedMembership();
		membership.readable = false;
		assertThatIllegalStateException().isThrownBy(() -> participant(true, membership).onPhase(this.phase));
		assertThat(this.phase.registry().presence()).isEqualTo("unknown");
		assertThat(this.phase.registry().error()).isEqualTo("reading failed: IllegalStateException: unreadable");
		assertThat(membership.evictions).isZero();
		assertThat(this.clock.elapsed()).isLessThanOrEqualTo(CONFIRM_TIMEOUT);
	}

	@Test
	void whenLeavingThrowsThenItIsTriedAgain() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.failures = 2;
		participant(true, membership).onPhase(this.phase);
		assertThat(this.phase.registry()).isEqualTo(registry("absent", 3, false, null));
	}

	@Test
	void whenLeavingAlwaysThrowsThenTheReportSaysWhy() {
		ScriptedMembership membership = new ScriptedMembership();
		membership.failures = Integer.MAX_VALUE;
		membership.evictable = false;
		assertThatIllegalStateException().isThrownBy(() -> participant(false, membership).onPhase(this.phase));
		assertThat(this.phase.registry().presence()).isEqualTo("present");
		assertThat(this.phase.registry().error()).isEqualTo("leaving failed: IllegalStateException: refused");
	}

	@Test
	void whenPresenceCannotBeConfirmedThenItIsLeftOnceAndNobodyWaits() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.confirmable = false;
		participant(true, membership).onPhase(this.phase);
		assertThat(this.phase.registry()).isEqualTo(registry("unknown", 1, false, null));
		assertThat(this.clock.elapsed()).isZero();
	}

	@Test
	void whenPresenceCannotBeConfirmedAndLeavingThrowsThenItHasFailed() {
		ScriptedMembership membership = new ScriptedMembership();
		membership.confirmable = false;
		membership.failures = 1;
		assertThatIllegalStateException().isThrownBy(() -> participant(true, membership).onPhase(this.phase));
		assertThat(this.phase.registry().error()).isEqualTo("leaving failed: IllegalStateException: refused");
	}

	@Test
	void whenTheRegistryDiesWhileItIsHeldThenThePresenceIsUnknown() {
		ScriptedMembership membership = new ScriptedMembership();
		membership.unreadableAfter = Duration.ofMillis(500);
		assertThatIllegalStateException().isThrownBy(() -> participant(true, membership).onPhase(this.phase));
		assertThat(this.phase.registry().presence()).isEqualTo("unknown");
	}

	@Test
	void whenTheRegistryCannotBeReadWhileItIsHeldThenHoldingBeginsAgain() throws InterruptedException {
		ScriptedMembership membership = new ScriptedMembership();
		membership.unreadableAfter = Duration.ofMillis(500);
		membership.unreadableFor = Duration.ofMillis(900);
		participant(true, membership).onPhase(this.phase);
		assertThat(this.phase.registry()).isEqualTo(registry("absent", 1, false, null));
		assertThat(this.clock.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(1400).plus(HOLD));
	}

	@Test
	void whenOneOfTwoMembershipsThrowsThenTheOtherLeaves() {
		ScriptedMembership broken = new ScriptedMembership("broken");
		broken.failures = Integer.MAX_VALUE;
		broken.readable = false;
		ScriptedMembership sound = new ScriptedMembership("sound");
		assertThatIllegalStateException().isThrownBy(() -> participant(true, broken, sound).onPhase(this.phase))
			.withMessage("Not confirmed by broken");
		assertThat(this.phase.registries()).extracting(ShutdownReport.Registry::name)
			.containsExactly("broken", "sound");
		assertThat(this.phase.registries()).extracting(ShutdownReport.Registry::presence)
			.containsExactly("unknown", "absent");
	}

	@Test
	void whenAMembershipHangsThenItIsInterruptedAndTheOtherLeaves() throws InterruptedException {
		ShutdownClock clock = ShutdownClock.system();
		DeregisterPhase phase = new DeregisterPhase(clock, Duration.ofMinutes(1));
		HangingMembership hanging = new HangingMembership();
		ScriptedMembership sound = new ScriptedMembership("sound");
		sound.clock = clock;
		assertThatIllegalStateException()
			.isThrownBy(() -> new DeregistrationParticipant(List.of(hanging, sound), List.of(), Duration.ofSeconds(2),
					Duration.ZERO, true)
				.onPhase(phase))
			.withMessage("Not confirmed by hanging");
		assertThat(phase.registries()).containsExactly(
				new ShutdownReport.Registry("hanging", "unknown", 1, false, "leaving failed: no answer"),
				new ShutdownReport.Registry("sound", "absent", 1, false, null));
		assertThat(hanging.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whenThereAreTwoMembershipsThenTheyLeaveAtTheSameTime() throws InterruptedException {
		CyclicBarrier both = new CyclicBarrier(2);
		DeregisterPhase phase = new DeregisterPhase(ShutdownClock.system(), Duration.ofMinutes(1));
		ScriptedMembership one = new ScriptedMembership("one");
		one.clock = ShutdownClock.system();
		one.onLeave = () -> both.await(10, TimeUnit.SECONDS);
		ScriptedMembership two = new ScriptedMembership("two");
		two.clock = ShutdownClock.system();
		two.onLeave = one.onLeave;
		new DeregistrationParticipant(List.of(one, two), List.of(), Duration.ofSeconds(30), Duration.ZERO, true)
			.onPhase(phase);
		assertThat(phase.registries()).extracting(ShutdownReport.Registry::attempts).containsExactly(1, 1);
	}

	@Test
	void whenThePhaseIsInterruptedThenTheReportSaysWhatIsKnown() {
		HangingMembership hanging = new HangingMembership();
		DeregistrationParticipant participant = new DeregistrationParticipant(List.of(hanging), List.of(),
				CONFIRM_TIMEOUT, HOLD, true);
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> participant.onPhase(this.phase));
		assertThat(this.phase.registries()).extracting(ShutdownReport.Registry::presence).containsExactly("unknown");
	}

	@Test
	void whenThePhaseIsInterruptedDuringAReadThenNothingIsAskedOfTheRegistryAfterwards() throws Exception {
		DeregisterPhase phase = new DeregisterPhase(ShutdownClock.system(), Duration.ofMinutes(1));
		SlowReader slow = new SlowReader();
		DeregistrationParticipant participant = new DeregistrationParticipant(List.of(slow), List.of(),
				Duration.ofSeconds(30), Duration.ofSeconds(10), true);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		Thread phaseThread = new Thread(() -> {
			try {
				participant.onPhase(phase);
				interrupted.complete(false);
			}
			catch (InterruptedException ex) {
				interrupted.complete(true);
			}
		});
		phaseThread.start();
		slow.reading.await();
		phaseThread.interrupt();
		slow.interrupted.await();
		// what is read now would have it leave again, after it was taken back
		slow.answer.countDown();
		assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
		assertThat(slow.left).hasValue(1);
	}

	@Test
	void whenThePhaseHasLessTimeThanTheTimeoutThenItIsKept() {
		DeregisterPhase phase = new DeregisterPhase(this.clock, Duration.ofSeconds(1));
		ScriptedMembership membership = new ScriptedMembership();
		membership.lag = Duration.ofDays(1);
		membership.evictable = false;
		assertThatIllegalStateException().isThrownBy(() -> participant(true, membership).onPhase(phase));
		assertThat(phase.registry().presence()).isEqualTo("present");
		assertThat(membership.evictions).isOne();
		assertThat(this.clock.elapsed()).isLessThanOrEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void whenUndoneThenTheInstanceRejoinsWhatItHasLeft() throws InterruptedException {
		ScriptedMembership left = new ScriptedMembership("left");
		ScriptedMembership other = new ScriptedMembership("other");
		other.registered = false;
		DeregistrationParticipant participant = participant(true, left, other);
		participant.onPhase(this.phase);
		participant.undo(this.phase);
		assertThat(left.rejoins).isOne();
		assertThat(other.rejoins).isZero();
		assertThat(this.phase.registry()).isEqualTo(new ShutdownReport.Registry("left", "present", 0, false, null));
		participant.undo(this.phase);
		assertThat(left.rejoins).isOne();
	}

	@Test
	void whenThereAreSeveralMembershipsThenTheLongestStalenessCounts() throws InterruptedException {
		ScriptedMembership shorter = new ScriptedMembership("shorter");
		shorter.staleness = Duration.ofSeconds(10);
		ScriptedMembership longer = new ScriptedMembership("longer");
		longer.staleness = Duration.ofSeconds(95);
		ScriptedMembership unregistered = new ScriptedMembership("unregistered");
		unregistered.staleness = Duration.ofDays(1);
		unregistered.registered = false;
		DeregistrationParticipant participant = participant(true, shorter, longer, unregistered);
		assertThat(participant.staleness()).isEqualTo(Duration.ofSeconds(95));
		longer.registered = false;
		assertThat(participant.staleness()).isEqualTo(Duration.ofSeconds(10));
		participant.onPhase(this.phase);
		shorter.registered = false;
		assertThat(participant.staleness()).isEqualTo(Duration.ofSeconds(10));
		assertThat(participant.isMember()).isTrue();
	}

	@Test
	void whenItIsOutOfEveryRegistryThenConfigurationsAreClearedAndUndoneAfterItHasRejoined()
			throws InterruptedException {
		List<String> calls = new ArrayList<>();
		ScriptedMembership one = new ScriptedMembership("one");
		one.onRejoin = () -> calls.add("rejoin");
		ScriptedMembership two = new ScriptedMembership("two");
		two.registered = false;
		this.configurations.add(new RecordingConfiguration(calls));
		DeregistrationParticipant participant = participant(true, one, two);
		participant.onPhase(this.phase);
		assertThat(calls).containsExactly("clear");
		assertThat(this.phase.details()).containsExactly("one: absent after 1 attempt", "weights: cleared");
		participant.undo(this.phase);
		assertThat(calls).containsExactly("clear", "rejoin", "restore");
		participant.undo(this.phase);
		assertThat(calls).hasSize(3);
	}

	@Test
	void whenOneRegistryDoesNotTakeItBackThenConfigurationsAreRestoredAllTheSame() throws InterruptedException {
		List<String> calls = new ArrayList<>();
		ScriptedMembership broken = new ScriptedMembership("broken");
		broken.onRejoin = () -> {
			throw new IllegalStateException("refused");
		};
		this.configurations.add(new RecordingConfiguration(calls));
		DeregistrationParticipant participant = participant(true, broken, new ScriptedMembership("sound"));
		participant.onPhase(this.phase);
		assertThatIllegalStateException().isThrownBy(() -> participant.undo(this.phase))
			.withMessage("Not confirmed by broken");
		assertThat(calls).containsExactly("clear", "restore");
	}

	@Test
	void whenItIsNotConfirmedByEveryRegistryThenNothingIsCleared() {
		List<String> calls = new ArrayList<>();
		ScriptedMembership stuck = new ScriptedMembership("stuck");
		stuck.lag = Duration.ofDays(1);
		stuck.evictable = false;
		this.configurations.add(new RecordingConfiguration(calls));
		assertThatIllegalStateException()
			.isThrownBy(() -> participant(true, stuck, new ScriptedMembership("sound")).onPhase(this.phase))
			.withMessage("Not confirmed by stuck");
		assertThat(calls).isEmpty();
	}

	@Test
	void whenARegistryCannotConfirmThenNothingIsCleared() throws InterruptedException {
		List<String> calls = new ArrayList<>();
		ScriptedMembership silent = new ScriptedMembership();
		silent.confirmable = false;
		this.configurations.add(new RecordingConfiguration(calls));
		participant(true, silent).onPhase(this.phase);
		assertThat(calls).isEmpty();
	}

	@Test
	void whenItWasNotRegisteredThenNothingIsCleared() throws InterruptedException {
		List<String> calls = new ArrayList<>();
		ScriptedMembership idle = new ScriptedMembership();
		idle.registered = false;
		this.configurations.add(new RecordingConfiguration(calls));
		participant(true, idle).onPhase(this.phase);
		assertThat(calls).isEmpty();
	}

	@Test
	void whenClearingThrowsThenItIsReportedAndTheOthersAreCleared() {
		List<String> calls = new ArrayList<>();
		this.configurations.add(new RecordingConfiguration(calls) {

			@Override
			public String name() {
				return "broken";
			}

			@Override
			public void clear() {
				throw new IllegalStateException("refused");
			}

		});
		this.configurations.add(new RecordingConfiguration(calls));
		DeregistrationParticipant participant = participant(true, new ScriptedMembership());
		assertThatIllegalStateException().isThrownBy(() -> participant.onPhase(this.phase))
			.withMessage("Not cleared: broken");
		assertThat(calls).containsExactly("clear");
		assertThat(this.phase.details()).containsExactly("scripted: absent after 1 attempt",
				"broken: clearing failed: IllegalStateException: refused", "weights: cleared");
		assertThat(this.phase.registry().presence()).isEqualTo("absent");
	}

	@Test
	void whenClearingHangsThenItIsInterruptedWithinTheTimeout() {
		ShutdownClock clock = ShutdownClock.system();
		DeregisterPhase phase = new DeregisterPhase(clock, Duration.ofMinutes(1));
		ScriptedMembership membership = new ScriptedMembership();
		InstanceConfiguration hanging = new RecordingConfiguration(new ArrayList<>()) {

			@Override
			public void clear() throws InterruptedException {
				new CountDownLatch(1).await();
			}

		};
		assertThatIllegalStateException()
			.isThrownBy(() -> new DeregistrationParticipant(List.of(membership), List.of(hanging),
					Duration.ofSeconds(1), Duration.ZERO, true)
				.onPhase(phase))
			.withMessage("Not cleared: weights");
		assertThat(phase.details()).contains("weights: clearing failed: no answer");
	}

	private DeregistrationParticipant participant(boolean evict, ScriptedMembership... memberships) {
		for (ScriptedMembership membership : memberships) {
			membership.clock = this.clock;
		}
		return new DeregistrationParticipant(List.of(memberships), this.configurations, CONFIRM_TIMEOUT, HOLD, evict,
				CallerExecutorService::new);
	}

	private static ShutdownReport.Registry registry(String presence, int attempts, boolean evicted,
			@Nullable String error) {
		return new ShutdownReport.Registry("scripted", presence, attempts, evicted, error);
	}

	/**
	 * A registry that does as it is told by its fields.
	 */
	private static final class ScriptedMembership implements RegistryMembership {

		private final String name;

		private ShutdownClock clock = ShutdownClock.system();

		private boolean registered = true;

		private boolean confirmable = true;

		private boolean evictable = true;

		private boolean readable = true;

		private @Nullable Duration unreadableAfter;

		private @Nullable Duration unreadableFor;

		private @Nullable Deadline readableAgain;

		private Duration lag = Duration.ZERO;

		private Duration evictionLag = Duration.ZERO;

		private Deadline seen = Deadline.after(Duration.ZERO, ShutdownClock.system());

		private int failures;

		private int relapses;

		private Duration relapseAfter = Duration.ofMillis(300);

		private Duration staleness = Duration.ZERO;

		private Call onLeave = () -> {
		};

		private Runnable onRejoin = () -> {
		};

		private int leaves;

		private int evictions;

		private int rejoins;

		private boolean evicted;

		private @Nullable Deadline gone;

		private @Nullable Deadline back;

		private @Nullable Deadline unreadable;

		ScriptedMembership() {
			this("scripted");
		}

		ScriptedMembership(String name) {
			this.name = name;
		}

		@Override
		public String name() {
			return this.name;
		}

		@Override
		public boolean isRegistered() {
			return this.registered;
		}

		@Override
		public void leave() throws Exception {
			this.leaves++;
			this.onLeave.run();
			if (this.failures > 0) {
				this.failures--;
				throw new IllegalStateException("refused");
			}
			this.gone = Deadline.after(this.lag, this.clock);
			this.back = null;
			if (this.relapses > 0) {
				this.relapses--;
				this.back = Deadline.after(this.relapseAfter.plusMillis(1), this.clock);
			}
			if (this.unreadableAfter != null) {
				this.unreadable = Deadline.after(this.unreadableAfter, this.clock);
				if (this.unreadableFor != null) {
					this.readableAgain = Deadline.after(this.unreadableAfter.plus(this.unreadableFor), this.clock);
				}
			}
		}

		@Override
		public boolean isConfirmable() {
			return this.confirmable;
		}

		@Override
		public Presence presence() {
			if (!this.readable || (this.unreadable != null && this.unreadable.hasPassed()
					&& !(this.readableAgain != null && this.readableAgain.hasPassed()))) {
				throw new IllegalStateException("unreadable");
			}
			if (this.evicted && this.seen.hasPassed()) {
				return Presence.ABSENT;
			}
			boolean absent = this.gone != null && this.gone.hasPassed()
					&& (this.back == null || !this.back.hasPassed());
			return absent ? Presence.ABSENT : Presence.PRESENT;
		}

		@Override
		public boolean evict() {
			this.evictions++;
			this.seen = Deadline.after(this.evictionLag, this.clock);
			this.evicted = this.evictable;
			return this.evictable;
		}

		@Override
		public void rejoin() {
			this.rejoins++;
			this.onRejoin.run();
			this.gone = null;
			this.evicted = false;
		}

		@Override
		public Duration staleness() {
			return this.staleness;
		}

		private interface Call {

			void run() throws Exception;

		}

	}

	/**
	 * Weights that somebody keeps for this instance.
	 */
	private static class RecordingConfiguration implements InstanceConfiguration {

		private final List<String> calls;

		RecordingConfiguration(List<String> calls) {
			this.calls = calls;
		}

		@Override
		public String name() {
			return "weights";
		}

		@Override
		public void clear() throws Exception {
			this.calls.add("clear");
		}

		@Override
		public void restore() {
			this.calls.add("restore");
		}

	}

	/**
	 * Once absent and then present again, in a read that an interrupt does not end.
	 */
	private static final class SlowReader implements RegistryMembership {

		private final AtomicInteger left = new AtomicInteger();

		private final AtomicInteger reads = new AtomicInteger();

		private final CountDownLatch reading = new CountDownLatch(1);

		private final CountDownLatch interrupted = new CountDownLatch(1);

		private final CountDownLatch answer = new CountDownLatch(1);

		@Override
		public String name() {
			return "slow";
		}

		@Override
		public boolean isRegistered() {
			return true;
		}

		@Override
		public void leave() {
			this.left.incrementAndGet();
		}

		@Override
		public Presence presence() {
			if (this.reads.incrementAndGet() == 1) {
				return Presence.ABSENT;
			}
			this.reading.countDown();
			while (true) {
				try {
					this.answer.await();
					return Presence.PRESENT;
				}
				catch (InterruptedException ex) {
					this.interrupted.countDown();
				}
			}
		}

		@Override
		public void rejoin() {
			throw new UnsupportedOperationException();
		}

		@Override
		public Duration staleness() {
			return Duration.ZERO;
		}

	}

	/**
	 * A registry that accepts calls and never answers.
	 */
	private static final class HangingMembership implements RegistryMembership {

		private final CountDownLatch interrupted = new CountDownLatch(1);

		@Override
		public String name() {
			return "hanging";
		}

		@Override
		public boolean isRegistered() {
			return true;
		}

		@Override
		public void leave() throws InterruptedException {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.interrupted.countDown();
				throw ex;
			}
		}

		@Override
		public Presence presence() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void rejoin() {
			throw new UnsupportedOperationException();
		}

		@Override
		public Duration staleness() {
			return Duration.ZERO;
		}

	}

	/**
	 * Runs a task on the thread that submits it, so that a test on a manual clock has one
	 * order of events.
	 */
	private static final class CallerExecutorService extends AbstractExecutorService {

		private final ExecutorService lifecycle = Executors.newSingleThreadExecutor();

		@Override
		public void execute(Runnable task) {
			task.run();
		}

		@Override
		public void shutdown() {
			this.lifecycle.shutdown();
		}

		@Override
		public List<Runnable> shutdownNow() {
			return this.lifecycle.shutdownNow();
		}

		@Override
		public boolean isShutdown() {
			return this.lifecycle.isShutdown();
		}

		@Override
		public boolean isTerminated() {
			return this.lifecycle.isTerminated();
		}

		@Override
		public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
			return this.lifecycle.awaitTermination(timeout, unit);
		}

	}

}
