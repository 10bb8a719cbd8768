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
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * What holds in every shutdown, whatever the budget and whatever those do that take part:
 * tried on 10,000 of them, in {@link VirtualTime}. {@code -Dbudget.seed} repeats the case
 * that has failed, {@code -Dbudget.cases} tries more.
 */
class ShutdownBudgetPropertyTests {

	private static final int CASES = Integer.getInteger("budget.cases", 10_000);

	private static final Long SEED = Long.getLong("budget.seed");

	private static final Duration REACTION = Duration.ofMillis(100);

	private static final List<ShutdownPhase> BUDGETED = List.of(ShutdownPhase.ANNOUNCE, ShutdownPhase.DEREGISTER,
			ShutdownPhase.SETTLE, ShutdownPhase.CLOSE, ShutdownPhase.DRAIN);

	@Test
	void whenAnythingHappensThenEveryPhaseRunsInOrderAndWithinTheBudget() {
		if (SEED != null) {
			new Case(SEED).run();
			return;
		}
		for (long seed = 0; seed < CASES; seed++) {
			Case random = new Case(seed);
			assertThatCode(random::run).as("-Dbudget.seed=%d: %s", seed, random).doesNotThrowAnyException();
		}
	}

	@Test
	void whenBudgetIsAnythingThenPlanIsTheGracePeriodFromItsBeginningToItsEnd() {
		for (long seed = 0; seed < CASES; seed++) {
			Case random = new Case(seed);
			ShutdownPlan plan = random.budget().plan();
			Duration end = Duration.ZERO;
			Duration budgeted = Duration.ZERO;
			for (ShutdownPlan.Step step : plan.steps()) {
				assertThat(step.begins()).as("%s of %s", step, random).isEqualTo(end);
				assertThat(step.share()).as("%s of %s", step, random).isGreaterThanOrEqualTo(Duration.ZERO);
				end = end.plus(step.share());
				budgeted = step.name().equals("DRAIN") ? end : budgeted;
			}
			assertThat(end).as("%s", random).isEqualTo(random.total.plus(random.reserve));
			assertThat(budgeted).as("%s", random).isLessThanOrEqualTo(random.total);
			assertThat(plan.lifecycleTimeout()).as("%s", random)
				.isLessThanOrEqualTo(plan.share(ShutdownPlan.LIFECYCLE));
		}
	}

	/**
	 * What a participant does in a phase.
	 */
	private enum Behaviour {

		NOTHING, TAKES_TIME, KEEPS_THE_DEADLINE, FAILS, HANGS, HANGS_AND_REACTS_SLOWLY, HEEDS_NO_INTERRUPT

	}

	/**
	 * What a participant says when it is asked what is active.
	 */
	private enum Work {

		NONE, FOR_A_WHILE, FOR_EVER, FAILS, HANGS

	}

	/**
	 * One shutdown.
	 */
	private static final class Case {

		private final Random random;

		private final Duration total;

		private final Duration reserve;

		private final Map<ShutdownPhase, Duration> caps = new EnumMap<>(ShutdownPhase.class);

		private final TreeMap<Integer, List<ShutdownParticipant>> participants = new TreeMap<>();

		private final List<RandomParticipant> all = new ArrayList<>();

		private final boolean listenerHangs;

		private final boolean hook;

		private final Duration pause;

		private final List<Told> told = new ArrayList<>();

		private final VirtualTime time = new VirtualTime();

		private Case(long seed) {
			// a Random gives similar numbers to seeds that are alike
			this.random = new Random(seed * 0x9E3779B97F4A7C15L);
			this.total = millis(Math.exp(3 + this.random.nextDouble() * 7.5));
			this.reserve = maybe(0.1) ? Duration.ZERO : part(this.total, 1);
			for (ShutdownPhase phase : BUDGETED) {
				if (maybe(0.2)) {
					this.caps.put(phase, part(this.total, 1));
				}
			}
			int groups = 1 + this.random.nextInt(3);
			for (int group = 0; group < groups; group++) {
				List<ShutdownParticipant> members = new ArrayList<>();
				for (int i = this.random.nextInt(3); i >= 1; i--) {
					RandomParticipant participant = new RandomParticipant(this, group);
					members.add(participant);
					this.all.add(participant);
				}
				this.participants.put(group, members);
			}
			this.listenerHangs = maybe(0.1);
			this.hook = maybe(0.5);
			this.pause = maybe(0.3) ? Duration.ZERO : part(this.total.plus(this.reserve), 1.2);
		}

		private boolean maybe(double probability) {
			return this.random.nextDouble() < probability;
		}

		private <E> E one(E[] values) {
			// the first of them half of the time
			return values[maybe(0.5) ? 0 : this.random.nextInt(values.length)];
		}

		private Duration part(Duration whole, double most) {
			return Duration.ofNanos((long) (whole.toNanos() * this.random.nextDouble() * most));
		}

		private static Duration millis(double millis) {
			return Duration.ofNanos((long) (millis * 1_000_000));
		}

		private ShutdownBudget budget() {
			ShutdownBudget budget = new ShutdownBudget(this.total.plus(this.reserve), this.reserve);
			this.caps.forEach(budget::cap);
			return budget.server(millis(100));
		}

		private void run() {
			CountDownLatch listening = new CountDownLatch(1);
			Timeline.Listener listener = (phase, report) -> awaitUninterruptibly(listening);
			try {
				ShutdownCoordinator coordinator = new ShutdownCoordinator(budget(),
						List.copyOf(this.participants.values()), List.of(),
						this.listenerHangs ? List.of(listener) : List.of(), this.time, null, this.time);
				long secondTrigger = 0;
				if (this.hook) {
					coordinator.leave("hook").join();
					this.time.awaitIdle();
					this.time.pass(this.pause);
					secondTrigger = this.time.nanoTime();
				}
				coordinator.drain("SIGTERM");
				// which waits in real time, and not for longer than the budget
				this.time.awaitIdle();
				check(coordinator.report(), Duration.ofNanos(secondTrigger));
			}
			finally {
				listening.countDown();
				this.time.close();
			}
		}

		private void check(ShutdownReport report, Duration secondTrigger) {
			assertThat(report.state()).isEqualTo(ShutdownState.STOPPED);
			assertThat(report.phases()).extracting(ShutdownReport.Phase::phase).containsExactly(ShutdownPhase.values());
			Map<ShutdownPhase, ShutdownReport.Phase> phases = new EnumMap<>(ShutdownPhase.class);
			report.phases().forEach((phase) -> phases.put(phase.phase(), phase));
			checkOrder(report);
			checkShares(phases);
			checkSums(phases, secondTrigger);
			checkTurns(phases);
			checkPlan(report.plan(), secondTrigger);
		}

		private void checkOrder(ShutdownReport report) {
			Duration end = Duration.ZERO;
			for (ShutdownReport.Phase phase : report.phases()) {
				assertThat(begin(phase)).as("begin of %s", phase).isGreaterThanOrEqualTo(end);
				end = end(phase);
			}
		}

		/**
		 * No phase takes more than its share, whoever hangs in it.
		 */
		private void checkShares(Map<ShutdownPhase, ShutdownReport.Phase> phases) {
			for (ShutdownPhase phase : BUDGETED) {
				assertThat(phases.get(phase).duration()).as("%s", phases.get(phase))
					.isLessThanOrEqualTo(most(phase).plus(reaction()));
			}
			assertThat(phases.get(ShutdownPhase.CUT).duration()).isLessThanOrEqualTo(cut());
		}

		/**
		 * All phases together take no more than there is.
		 */
		private void checkSums(Map<ShutdownPhase, ShutdownReport.Phase> phases, Duration secondTrigger) {
			boolean ownBudget = secondTrigger.compareTo(this.total.plus(this.reserve).plus(Duration.ofSeconds(2))) > 0;
			Duration sum = BUDGETED.stream()
				.filter((phase) -> !ownBudget || !phase.isReversible())
				.map((phase) -> phases.get(phase).duration())
				.reduce(Duration.ZERO, Duration::plus);
			assertThat(sum).as("sum of the phases").isLessThanOrEqualTo(this.total);
			Duration drained = end(phases.get(ShutdownPhase.DRAIN));
			Duration deadline = ownBudget ? secondTrigger.plus(this.total) : this.total;
			// where next to nothing is left, a phase has a moment all the same
			Duration late = Duration.ZERO;
			if (!ownBudget && this.total.minus(secondTrigger).compareTo(this.total.dividedBy(5)) < 0) {
				deadline = max(deadline, secondTrigger);
				late = reaction().multipliedBy(2);
			}
			Duration end = Duration.ofNanos(this.time.nanoTime());
			if (!this.listenerHangs) {
				assertThat(drained).as("end of DRAIN").isLessThanOrEqualTo(deadline.plus(late));
				assertThat(end).as("end of CUT").isLessThanOrEqualTo(drained.plus(cut()));
			}
			// who hangs when it is written down may cost the reserve something, but no
			// more
			assertThat(end).as("end of all")
				.isLessThanOrEqualTo(deadline.plus(reaction().multipliedBy(2)).plus(this.reserve.dividedBy(2)));
		}

		/**
		 * Everybody has a turn in each phase, after those that come before, and the time
		 * that was promised.
		 */
		private void checkTurns(Map<ShutdownPhase, ShutdownReport.Phase> phases) {
			for (ShutdownReport.Phase phase : phases.values()) {
				List<Told> turns = this.told.stream().filter((turn) -> turn.phase == phase.phase()).toList();
				boolean cutNothing = phase.phase() == ShutdownPhase.CUT
						&& phase.outcome() == ShutdownReport.Outcome.NOTHING_TO_DO && turns.isEmpty();
				if (!cutNothing) {
					assertThat(turns).as("turns in %s", phase)
						.extracting(Told::participant)
						.containsExactlyInAnyOrderElementsOf(this.all.stream()
							.filter((participant) -> participant.isInterested(phase.phase()))
							.toList());
				}
				int group = 0;
				for (Told turn : turns) {
					assertThat(turn.at).as("turn in %s", phase).isBetween(begin(phase), end(phase));
					assertThat(turn.participant.group).as("order in %s", phase).isGreaterThanOrEqualTo(group);
					group = turn.participant.group;
				}
				turns.stream().findFirst().ifPresent((first) -> checkTime(first, phase));
			}
			boolean drained = phases.get(ShutdownPhase.DRAIN).outcome() == ShutdownReport.Outcome.DONE
					|| phases.get(ShutdownPhase.DRAIN).outcome() == ShutdownReport.Outcome.NOTHING_TO_DO;
			assertThat(this.told.stream().noneMatch((turn) -> turn.phase == ShutdownPhase.CUT))
				.as("nothing is cut where nothing is left")
				.isEqualTo(drained
						|| this.all.stream().noneMatch((participant) -> participant.isInterested(ShutdownPhase.CUT)));
		}

		private void checkTime(Told first, ShutdownReport.Phase phase) {
			if (phase.phase() == ShutdownPhase.CUT) {
				// what is left by those who hang when they are asked what is active
				assertThat(first.time).as("time in %s", phase)
					.isGreaterThanOrEqualTo(this.reserve.multipliedBy(9).dividedBy(100).minusNanos(10))
					.isLessThanOrEqualTo(cut());
				return;
			}
			assertThat(first.time).as("time in %s", phase).isLessThanOrEqualTo(most(phase.phase()));
			if (!this.hook && first.at.equals(begin(phase))) {
				Duration worst = this.total.minus(begin(phase)).minus(reaction());
				Duration promised = min(most(phase.phase()), worst);
				assertThat(first.time).as("time in %s", phase).isEqualTo(max(promised, Duration.ZERO));
			}
		}

		/**
		 * The plan in the report is that of what was left at the last trigger.
		 */
		private void checkPlan(ShutdownPlan plan, Duration secondTrigger) {
			Duration sum = plan.steps().stream().map(ShutdownPlan.Step::share).reduce(Duration.ZERO, Duration::plus);
			assertThat(plan.steps().get(0).name()).isEqualTo("CLOSE");
			if (secondTrigger.compareTo(this.total) < 0) {
				assertThat(sum).as("sum of %s", plan).isEqualTo(plan.left());
			}
			if (!this.hook) {
				assertThat(plan.left()).isLessThanOrEqualTo(this.total.plus(this.reserve));
			}
			else if (secondTrigger.compareTo(this.total.plus(this.reserve)) < 0) {
				assertThat(plan.left()).isEqualTo(this.total.plus(this.reserve).minus(secondTrigger));
			}
		}

		private Duration most(ShutdownPhase phase) {
			Duration share = switch (phase) {
				case ANNOUNCE -> min(Duration.ofSeconds(1), this.total.dividedBy(20));
				case DEREGISTER -> this.total.dividedBy(4);
				case SETTLE -> this.total.dividedBy(2);
				case CLOSE -> min(Duration.ofSeconds(2), this.total.dividedBy(10));
				case DRAIN -> this.total;
				case CUT -> throw new IllegalArgumentException();
			};
			return min(share, this.caps.getOrDefault(phase, share));
		}

		private Duration reaction() {
			return min(REACTION, this.total.dividedBy(50));
		}

		private Duration cut() {
			return this.reserve.multipliedBy(3).dividedBy(10);
		}

		private static Duration begin(ShutdownReport.Phase phase) {
			return Duration.between(java.time.Instant.EPOCH, phase.startedAt());
		}

		private static Duration end(ShutdownReport.Phase phase) {
			return begin(phase).plus(phase.duration());
		}

		private static Duration min(Duration one, Duration other) {
			return (one.compareTo(other) < 0) ? one : other;
		}

		private static Duration max(Duration one, Duration other) {
			return (one.compareTo(other) > 0) ? one : other;
		}

		private static void awaitUninterruptibly(CountDownLatch latch) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public String toString() {
			return "budget %s, reserve %s, caps %s, %s, %s".formatted(this.total, this.reserve, this.caps,
					this.hook ? "SIGTERM " + this.pause + " after the hook" : "SIGTERM alone", this.all)
					+ (this.listenerHangs ? ", listener hangs" : "");
		}

	}

	/**
	 * Does what it likes.
	 */
	private static final class RandomParticipant implements ShutdownParticipant {

		private final Case world;

		private final int group;

		private final Map<ShutdownPhase, Behaviour> behaviours = new EnumMap<>(ShutdownPhase.class);

		private final Map<ShutdownPhase, Duration> times = new EnumMap<>(ShutdownPhase.class);

		private final Work work;

		private final Duration workEnds;

		private final boolean untellable;

		private RandomParticipant(Case world, int group) {
			this.world = world;
			this.group = group;
			for (ShutdownPhase phase : ShutdownPhase.values()) {
				if (world.maybe(0.6)) {
					this.behaviours.put(phase, world.one(Behaviour.values()));
					this.times.put(phase, world.part(world.total, world.maybe(0.5) ? 0.1 : 1));
				}
			}
			this.work = world.one(Work.values());
			this.workEnds = world.part(world.total, 1.5);
			this.untellable = world.maybe(0.02);
		}

		private boolean isInterested(ShutdownPhase phase) {
			return !this.untellable && this.behaviours.containsKey(phase);
		}

		@Override
		public Set<ShutdownPhase> phases() {
			if (this.untellable) {
				throw new IllegalStateException("cannot be told");
			}
			return this.behaviours.isEmpty() ? EnumSet.noneOf(ShutdownPhase.class)
					: EnumSet.copyOf(this.behaviours.keySet());
		}

		@Override
		public void onPhase(PhaseContext context) throws Exception {
			ShutdownPhase phase = context.phase();
			this.world.told.add(new Told(this, phase, Duration.ofNanos(this.world.time.nanoTime()),
					context.deadline().remaining()));
			Duration time = this.times.get(phase);
			Behaviour behaviour = this.behaviours.get(phase);
			if (time == null || behaviour == null) {
				throw new IllegalStateException("Told of " + phase);
			}
			switch (behaviour) {
				case NOTHING -> {
				}
				case TAKES_TIME -> context.clock().sleep(time);
				case KEEPS_THE_DEADLINE -> {
					context.deadline().await();
					throw new TimeoutException();
				}
				case FAILS -> {
					context.clock().sleep(time.dividedBy(10));
					throw new IllegalStateException("failed");
				}
				case HANGS -> hang(context.clock());
				case HANGS_AND_REACTS_SLOWLY -> {
					try {
						hang(context.clock());
					}
					finally {
						context.clock().sleep(Case.min(time, REACTION));
					}
				}
				case HEEDS_NO_INTERRUPT -> hangForEver(context.clock());
			}
		}

		private static void hang(ShutdownClock clock) throws InterruptedException {
			clock.sleep(Duration.ofDays(1));
		}

		private static void hangForEver(ShutdownClock clock) {
			while (true) {
				try {
					hang(clock);
				}
				catch (InterruptedException ex) {
					// and goes on
				}
			}
		}

		@Override
		public Collection<ActiveWork> activeWork() {
			return switch (this.work) {
				case NONE -> List.of();
				case FOR_A_WHILE -> (this.world.time.nanoTime() < this.workEnds.toNanos()) ? active() : List.of();
				case FOR_EVER -> active();
				case FAILS -> throw new IllegalStateException("failed");
				case HANGS -> {
					hangForEver(this.world.time);
					yield List.of();
				}
			};
		}

		private List<ActiveWork> active() {
			return List.of(new ActiveWork("test", name(), Duration.ZERO, null, null, null));
		}

		@Override
		public String toString() {
			return "%d %s%s, work %s until %s%s".formatted(this.group, this.behaviours, this.times, this.work,
					this.workEnds, this.untellable ? ", untellable" : "");
		}

	}

	/**
	 * A turn.
	 *
	 * @param participant whose turn it was
	 * @param phase the phase
	 * @param at when
	 * @param time how long it had
	 */
	private record Told(RandomParticipant participant, ShutdownPhase phase, Duration at, Duration time) {

	}

}
