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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ShutdownReport.Outcome;

/**
 * Runs the two acts, each once and on a thread of its own, so that neither a caller that
 * goes away nor one that is interrupted ends them.
 */
final class ShutdownCoordinator implements GracefulShutdown {

	private static final List<ShutdownPhase> FIRST_ACT = List.of(ShutdownPhase.ANNOUNCE, ShutdownPhase.DEREGISTER,
			ShutdownPhase.SETTLE);

	/**
	 * What a kubelet adds to a grace period that the hook has used up, see
	 * {@code minimumGracePeriodInSeconds}.
	 */
	private static final Duration KUBELET_EXTENSION = Duration.ofSeconds(2);

	/**
	 * The second look sees what was handed from one to another during the first.
	 */
	private static final int LOOKS = 2;

	private final ShutdownBudget budget;

	private final List<List<ShutdownParticipant>> participants;

	private final List<RequestStatistics> statistics;

	private final Renderings renderings;

	private final ShutdownClock clock;

	private final @Nullable CheckpointStore checkpoints;

	private final ThreadFactory threads;

	private final Object monitor = new Object();

	private @Nullable Run run;

	/**
	 * Make the coordinator.
	 * @param participants those who take part: those of one list are told at once, the
	 * lists one after the other
	 * @param threads makes the threads of the acts and of those who take part
	 */
	ShutdownCoordinator(ShutdownBudget budget, List<List<ShutdownParticipant>> participants,
			List<RequestStatistics> statistics, List<Timeline.Listener> listeners, ShutdownClock clock,
			@Nullable CheckpointStore checkpoints, ThreadFactory threads) {
		this.budget = budget;
		this.participants = participants;
		this.statistics = statistics;
		this.renderings = new Renderings(listeners);
		this.clock = clock;
		this.checkpoints = checkpoints;
		this.threads = threads;
	}

	@Override
	public CompletableFuture<ShutdownReport> leave(String trigger) {
		Run joined = joinOrStart(trigger);
		return joined.firstAct.thenApply((done) -> report(joined));
	}

	@Override
	public ShutdownReport rejoin() {
		Run undone;
		CompletableFuture<Void> rejoined;
		synchronized (this.monitor) {
			undone = this.run;
			if (undone == null) {
				return report();
			}
			if (undone.secondAct != null) {
				throw new IllegalStateException("The instance is " + undone.state + " and cannot be taken back");
			}
			if (undone.undo == null) {
				undone.undo = new CompletableFuture<>();
				start("rejoin", () -> undo(undone), undone.undo);
			}
			rejoined = undone.undo;
		}
		rejoined.join();
		return report(undone);
	}

	@Override
	public ShutdownReport drain(String trigger) {
		Run joined;
		synchronized (this.monitor) {
			joined = joinOrStart(trigger);
			if (joined.secondAct == null) {
				joined.waiter = Thread.currentThread();
				if (joined.age().compareTo(this.budget.gracePeriod().plus(KUBELET_EXTENSION)) > 0) {
					// whoever began did not end the process: it was no kubelet
					joined.startClockAgain();
				}
				CompletableFuture<Void> secondAct = new CompletableFuture<>();
				joined.secondAct = secondAct;
				var unused = joined.firstAct.thenRun(() -> start("drain", () -> secondAct(joined), secondAct));
			}
		}
		joinSecondAct(joined.secondAct, this.budget.patience(joined.gracePeriodEnd.remaining()));
		return report(joined);
	}

	/**
	 * Wait in real time: whatever happens to the act, the caller goes on within the grace
	 * period.
	 */
	private static void joinSecondAct(CompletableFuture<Void> secondAct, Duration patience) {
		boolean interrupted = false;
		long end = System.nanoTime() + patience.toNanos();
		while (!secondAct.isDone() && System.nanoTime() < end) {
			try {
				ShutdownClock.system().await(secondAct, Duration.ofNanos(end - System.nanoTime()));
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public Deadline gracePeriodEnd() {
		Run current;
		synchronized (this.monitor) {
			current = this.run;
		}
		return (current != null) ? current.gracePeriodEnd : Deadline.after(this.budget.gracePeriod(), this.clock);
	}

	@Override
	public Map<String, Integer> activeWork() {
		Map<String, Integer> active = new ConcurrentHashMap<>();
		CompletableFuture<Void> asked = new CompletableFuture<>();
		start("count", () -> this.participants.forEach((group) -> group.forEach((one) -> count(one, active))), asked);
		try {
			// in real time: it is not part of an act
			ShutdownClock.system().await(asked, ShutdownBudget.LONGEST_RENDERING);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return Map.copyOf(active);
	}

	private static void count(ShutdownParticipant participant, Map<String, Integer> active) {
		try {
			participant.activeWork().forEach((work) -> active.merge(work.kind(), 1, Integer::sum));
		}
		catch (RuntimeException | Error ex) {
			// whoever cannot say what is active must not hide what others have
		}
	}

	@Override
	public ShutdownReport report() {
		Run current;
		synchronized (this.monitor) {
			current = this.run;
		}
		if (current != null) {
			return report(current);
		}
		return new ShutdownReport(ShutdownState.UP, null, null, null, null, this.budget.plan(), List.of(), List.of(),
				requests(List.of(), (fault) -> {
				}), List.of());
	}

	private Run joinOrStart(String trigger) {
		synchronized (this.monitor) {
			Run current = this.run;
			if (current == null || current.undo != null || current.partlyUndone) {
				Run started = new Run(trigger, (current != null) ? current.undo : null);
				this.run = started;
				start("leave", () -> firstAct(started), started.firstAct);
				return started;
			}
			return current;
		}
	}

	private void start(String name, Runnable act, CompletableFuture<Void> done) {
		Thread thread = this.threads.newThread(() -> {
			try {
				act.run();
			}
			finally {
				done.complete(null);
			}
		});
		thread.setName("graceful-shutdown-" + name);
		thread.setDaemon(true);
		thread.start();
	}

	private void firstAct(Run current) {
		if (current.after != null) {
			current.after.join();
		}
		for (ShutdownPhase phase : FIRST_ACT) {
			runPhase(current, phase);
		}
		current.state = ShutdownState.OUT_OF_SERVICE;
	}

	private void secondAct(Run current) {
		current.state = ShutdownState.DRAINING;
		current.plan = this.budget.plan(ShutdownPhase.CLOSE, current.deadline.remaining(),
				current.gracePeriodEnd.remaining());
		runPhase(current, ShutdownPhase.CLOSE);
		Outcome drained = runPhase(current, ShutdownPhase.DRAIN);
		if (drained == Outcome.DONE || drained == Outcome.NOTHING_TO_DO) {
			end(current, begin(current, ShutdownPhase.CUT), Outcome.NOTHING_TO_DO);
		}
		else {
			Deadline end = Deadline.after(this.budget.cutting(), this.clock);
			nameActiveWork(current, lastEntry(current), end);
			runPhase(current, ShutdownPhase.CUT, time(end.remaining(), ShutdownBudget.reaction(end.remaining())));
		}
		current.state = ShutdownState.STOPPED;
	}

	private static Timeline.Entry lastEntry(Run current) {
		return current.entries.get(current.entries.size() - 1);
	}

	/**
	 * Ask each participant on a thread of its own: one that hangs must not hide what the
	 * others have.
	 */
	private void nameActiveWork(Run current, Timeline.Entry entry, Deadline end) {
		Map<ShutdownParticipant, CompletableFuture<Collection<ActiveWork>>> asked = new LinkedHashMap<>();
		this.participants.forEach((group) -> group.forEach((participant) -> {
			asked.put(participant, CompletableFuture.supplyAsync(participant::activeWork,
					(task) -> start("name", task, new CompletableFuture<>())));
		}));
		await(CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new)), end.remaining().dividedBy(2));
		asked.forEach((participant, answer) -> {
			if (answer.isDone() && !answer.isCompletedExceptionally()) {
				answer.join().forEach(current.timeline::cut);
			}
			else {
				entry.detail(participant.name() + " could not say what is active");
			}
		});
	}

	private void undo(Run current) {
		current.cancelled.complete(null);
		current.firstAct.join();
		boolean undone = true;
		// be ready before callers are sent here again
		for (Timeline.Entry entry : current.entries) {
			Time time = time(this.budget.time(entry.phase(), this.budget.total()), this.budget.reaction());
			Outcome outcome = tell(current, entry, time, ShutdownParticipant::undo, new CompletableFuture<>());
			undone &= outcome == Outcome.DONE;
			end(current, entry, (outcome == Outcome.DONE) ? Outcome.UNDONE : outcome);
		}
		synchronized (this.monitor) {
			current.state = undone ? ShutdownState.UP : ShutdownState.OUT_OF_SERVICE;
			if (!undone) {
				// so that it can be asked for again, and whoever leaves has to leave
				// again
				current.undo = null;
				current.partlyUndone = true;
			}
			else if (this.run == current) {
				this.run = null;
			}
		}
	}

	private Outcome runPhase(Run current, ShutdownPhase phase) {
		return runPhase(current, phase,
				time(this.budget.time(phase, current.deadline.remaining()), this.budget.reaction()));
	}

	private Outcome runPhase(Run current, ShutdownPhase phase, Time time) {
		if (phase.isReversible() && current.cancelled.isDone()) {
			return Outcome.UNDONE;
		}
		Timeline.Entry entry = begin(current, phase);
		current.entries.add(entry);
		Outcome outcome = tell(current, entry, time, ShutdownParticipant::onPhase,
				phase.isReversible() ? current.cancelled : new CompletableFuture<>());
		if (phase == ShutdownPhase.DRAIN && outcome != Outcome.TIMED_OUT
				&& !awaitNoActiveWork(this.participants, time.deadline, time.ownEnd())) {
			outcome = Outcome.TIMED_OUT;
		}
		if (outcome == Outcome.DONE && entry.snapshot().detail().isEmpty()
				&& !current.timeline.hasCheckpointOf(phase)) {
			outcome = Outcome.NOTHING_TO_DO;
		}
		end(current, entry, outcome);
		return outcome;
	}

	/**
	 * Tell all participants of a phase and wait for them, at most until the deadline.
	 * Those who come later in the order are told when the others are done, or when their
	 * own part of the time has come.
	 */
	private Outcome tell(Run current, Timeline.Entry entry, Time time, Call call, CompletableFuture<?> cancelled) {
		Deadline deadline = time.deadline;
		Context context = new Context(current.timeline, entry, deadline, this.clock, current.waiter, this.checkpoints);
		List<List<ShutdownParticipant>> groups = interested(entry);
		Duration kept = deadline.remaining().dividedBy(10);
		List<Part> parts = new ArrayList<>();
		CompletableFuture<?> all = CompletableFuture.completedFuture(null);
		for (int later = groups.size() - 1; later >= 0 && !cancelled.isDone(); later--) {
			for (ShutdownParticipant participant : groups.get(groups.size() - 1 - later)) {
				Part part = new Part(participant, () -> call.on(participant, context), entry, this.threads);
				part.thread.start();
				parts.add(part);
			}
			all = CompletableFuture.allOf(parts.stream().map((part) -> part.done).toArray(CompletableFuture[]::new));
			if (later > 0) {
				Deadline turn = deadline.before(kept.multipliedBy(Math.min(later, 5)));
				await(CompletableFuture.anyOf(all, cancelled), turn.remaining());
				if (entry.phase() == ShutdownPhase.DRAIN) {
					awaitNoActiveWork(groups.subList(0, groups.size() - later), turn, Duration.ZERO);
				}
			}
		}
		await(CompletableFuture.anyOf(all, cancelled), deadline.remaining().plus(time.ownEnd()));
		if (!all.isDone()) {
			parts.forEach(Part::interrupt);
			// what is still leaving must not overtake what takes it back
			await(all, cancelled.isDone() ? deadline.remaining() : time.afterInterrupt());
		}
		Outcome outcome = Outcome.DONE;
		for (Part part : parts) {
			outcome = worse(outcome, part.outcome());
		}
		return cancelled.isDone() ? Outcome.UNDONE : outcome;
	}

	private Time time(Duration time, Duration reaction) {
		return new Time(Deadline.after(time.minus(reaction), this.clock), reaction);
	}

	private List<List<ShutdownParticipant>> interested(Timeline.Entry entry) {
		return this.participants.stream()
			.map((group) -> group.stream().filter((participant) -> isInterested(participant, entry)).toList())
			.filter((group) -> !group.isEmpty())
			.toList();
	}

	private static boolean isInterested(ShutdownParticipant participant, Timeline.Entry entry) {
		try {
			return participant.phases().contains(entry.phase());
		}
		catch (RuntimeException | Error ex) {
			entry.detail(participant.getClass().getName() + " could not be told: " + ex);
			return false;
		}
	}

	private boolean awaitNoActiveWork(List<List<ShutdownParticipant>> groups, Deadline deadline, Duration ownEnd) {
		AtomicBoolean none = new AtomicBoolean();
		CompletableFuture<Void> asked = new CompletableFuture<>();
		start("ask", () -> none.set(hasNoActiveWork(groups, deadline)), asked);
		await(asked, deadline.remaining().plus(ownEnd));
		return none.get();
	}

	private boolean hasNoActiveWork(List<List<ShutdownParticipant>> groups, Deadline deadline) {
		try {
			return deadline.await(() -> IntStream.range(0, LOOKS).allMatch((look) -> isIdle(groups)));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private static boolean isIdle(List<List<ShutdownParticipant>> groups) {
		return groups.stream().flatMap(List::stream).allMatch(ShutdownCoordinator::isIdle);
	}

	private static boolean isIdle(ShutdownParticipant participant) {
		try {
			return participant.activeWork().isEmpty();
		}
		catch (RuntimeException | Error ex) {
			// whoever cannot say what is active must not hold up those who can
			return true;
		}
	}

	private void await(CompletableFuture<?> future, Duration timeout) {
		try {
			this.clock.await(future, timeout);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private Timeline.Entry begin(Run current, ShutdownPhase phase) {
		Timeline.Entry entry = current.timeline.begin(phase);
		this.renderings.phaseStarted(entry);
		return entry;
	}

	private void end(Run current, Timeline.Entry entry, Outcome outcome) {
		entry.end(outcome);
		// whoever is told of the last phase of an act is told where that leaves the
		// instance
		switch (entry.phase()) {
			case SETTLE -> current.state = ShutdownState.OUT_OF_SERVICE;
			case CUT -> current.state = ShutdownState.STOPPED;
			default -> {
			}
		}
		CompletableFuture<Void> written = this.renderings.phaseEnded(entry, report(current));
		Deadline turn = Deadline.after(ShutdownBudget.rendering(current.gracePeriodEnd.remaining()), this.clock);
		await(written, turn.remaining().dividedBy(5));
		if (!written.isDone()) {
			// one hangs, who must not cost the others a line
			this.renderings.spread();
			await(written, turn.remaining());
		}
	}

	private ShutdownReport report(Run current) {
		// before the phases, which say what could not be counted
		ShutdownReport.Requests requests = requests(current.timeline.cut(), current.timeline::detailOnce);
		return new ShutdownReport(current.state, current.trigger, current.startedAt, current.deadlineAt,
				current.deadline.remaining(), current.plan, current.timeline.phases(), current.timeline.registries(),
				requests, current.timeline.checkpoints());
	}

	private ShutdownReport.Requests requests(List<ActiveWork> cut, Consumer<String> faults) {
		return new ShutdownReport.Requests((int) sum(RequestStatistics::active, faults),
				sum(RequestStatistics::served, faults), sum(RequestStatistics::handedOver, faults), cut);
	}

	private long sum(ToLongFunction<RequestStatistics> count, Consumer<String> faults) {
		long sum = 0;
		for (RequestStatistics statistics : this.statistics) {
			try {
				sum += count.applyAsLong(statistics);
			}
			catch (RuntimeException | Error ex) {
				faults.accept("Requests could not be counted: " + ex);
			}
		}
		return sum;
	}

	private static Outcome worse(Outcome one, Outcome other) {
		return (severity(one) >= severity(other)) ? one : other;
	}

	private static int severity(Outcome outcome) {
		return switch (outcome) {
			case DONE, NOTHING_TO_DO, RUNNING -> 0;
			case FAILED -> 1;
			case TIMED_OUT, UNDONE -> 2;
		};
	}

	/**
	 * One way out, from the first trigger on.
	 */
	private final class Run {

		private final String trigger;

		private final Instant startedAt;

		private final long startedNanos;

		private final Timeline timeline = new Timeline(ShutdownCoordinator.this.clock);

		private final List<Timeline.Entry> entries = new ArrayList<>();

		private final @Nullable CompletableFuture<Void> after;

		private final CompletableFuture<Void> firstAct = new CompletableFuture<>();

		private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

		private volatile @Nullable Thread waiter;

		private @Nullable CompletableFuture<Void> secondAct;

		private @Nullable CompletableFuture<Void> undo;

		private boolean partlyUndone;

		private volatile Deadline deadline;

		private volatile Deadline gracePeriodEnd;

		private volatile Instant deadlineAt;

		private volatile ShutdownPlan plan = ShutdownCoordinator.this.budget.plan();

		private volatile ShutdownState state = ShutdownState.LEAVING;

		private Run(String trigger, @Nullable CompletableFuture<Void> after) {
			this.trigger = trigger;
			this.after = after;
			this.startedAt = ShutdownCoordinator.this.clock.now();
			this.startedNanos = ShutdownCoordinator.this.clock.nanoTime();
			this.deadline = after(ShutdownCoordinator.this.budget.total());
			this.gracePeriodEnd = after(ShutdownCoordinator.this.budget.gracePeriod());
			this.deadlineAt = this.startedAt.plus(ShutdownCoordinator.this.budget.total());
		}

		private Duration age() {
			return Duration.ofNanos(ShutdownCoordinator.this.clock.nanoTime() - this.startedNanos);
		}

		private void startClockAgain() {
			this.deadline = after(ShutdownCoordinator.this.budget.total());
			this.gracePeriodEnd = after(ShutdownCoordinator.this.budget.gracePeriod());
			this.deadlineAt = ShutdownCoordinator.this.clock.now().plus(ShutdownCoordinator.this.budget.total());
		}

		private Deadline after(Duration time) {
			return Deadline.after(time, ShutdownCoordinator.this.clock);
		}

	}

	/**
	 * What a phase has: participants are told of a deadline that leaves time for those
	 * who do not keep it.
	 */
	private record Time(Deadline deadline, Duration reaction) {

		/**
		 * Return how long those who watch the deadline have to end by themselves.
		 */
		private Duration ownEnd() {
			return this.reaction.dividedBy(4);
		}

		/**
		 * Return how long those who do not have to react to an interrupt.
		 */
		private Duration afterInterrupt() {
			return this.reaction.minus(ownEnd());
		}

	}

	/**
	 * What a participant is asked to do.
	 */
	@FunctionalInterface
	private interface Call {

		void on(ShutdownParticipant participant, PhaseContext context) throws Exception;

	}

	/**
	 * One participant in one phase.
	 */
	private static final class Part {

		private final ShutdownParticipant participant;

		private final Timeline.Entry entry;

		private final CompletableFuture<Outcome> done = new CompletableFuture<>();

		private final Thread thread;

		private boolean overdue;

		private Part(ShutdownParticipant participant, CheckedRunnable task, Timeline.Entry entry,
				ThreadFactory threads) {
			this.participant = participant;
			this.entry = entry;
			this.thread = threads.newThread(() -> run(task));
			this.thread.setName("graceful-shutdown-" + entry.phase() + "-" + participant.name());
			this.thread.setDaemon(true);
		}

		private void run(CheckedRunnable task) {
			Outcome outcome = Outcome.FAILED;
			try {
				task.run();
				outcome = Outcome.DONE;
			}
			catch (InterruptedException | TimeoutException ex) {
				outcome = Outcome.TIMED_OUT;
			}
			catch (Throwable ex) {
				this.entry.detail(this.participant.name() + " failed: " + ex);
			}
			finally {
				this.done.complete(outcome);
			}
		}

		private void interrupt() {
			if (!this.done.isDone()) {
				this.overdue = true;
				this.thread.interrupt();
			}
		}

		private Outcome outcome() {
			Outcome outcome = this.done.getNow(Outcome.TIMED_OUT);
			if (this.overdue && outcome == Outcome.DONE) {
				outcome = Outcome.TIMED_OUT;
			}
			if (outcome == Outcome.TIMED_OUT) {
				this.entry.detail(this.participant.name() + " was not done in time");
			}
			return outcome;
		}

	}

	/**
	 * A task that may throw.
	 */
	@FunctionalInterface
	private interface CheckedRunnable {

		void run() throws Exception;

	}

	/**
	 * What a participant is given.
	 */
	private record Context(Timeline timeline, Timeline.Entry entry, Deadline deadline, ShutdownClock clock,
			@Nullable Thread waiter, @Nullable CheckpointStore checkpoints) implements PhaseContext {

		@Override
		public ShutdownPhase phase() {
			return this.entry.phase();
		}

		@Override
		public void detail(String detail) {
			this.entry.detail(detail);
		}

		@Override
		public void registry(ShutdownReport.Registry registry) {
			this.timeline.registry(registry);
		}

		@Override
		public boolean checkpoint(String name, String position) {
			// in case the store hangs
			record(name, position, "not stored yet");
			String error = store(name, position);
			record(name, position, error);
			return error == null;
		}

		private @Nullable String store(String name, String position) {
			if (this.checkpoints == null) {
				return "stored nowhere, there is no CheckpointStore";
			}
			try {
				this.checkpoints.save(CheckpointStore.requireName(name), position);
				return null;
			}
			catch (RuntimeException | Error ex) {
				return ex.toString();
			}
		}

		private void record(String name, String position, @Nullable String error) {
			this.timeline
				.checkpoint(new ShutdownReport.Checkpoint(phase(), printable(name), printable(position), error));
		}

		/**
		 * Return what fits a line of a log, whatever was given.
		 */
		private static String printable(String text) {
			return text.substring(0, Math.min(text.length(), CheckpointStore.MAX_POSITION))
				.replaceAll("\\p{Cntrl}", " ");
		}

	}

}
