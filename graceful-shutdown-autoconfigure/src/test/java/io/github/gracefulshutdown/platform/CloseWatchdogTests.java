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

package io.github.gracefulshutdown.platform;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.FakeGracefulShutdown;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloseWatchdog}. Without it the contexts here would never close.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class CloseWatchdogTests {

	private static final Duration LONG = Duration.ofSeconds(50);

	private final GenericApplicationContext context = new GenericApplicationContext();

	private final CloseEnd end = new CloseEnd();

	private final FakeJvm jvm = new FakeJvm();

	private Duration reserve = Duration.ZERO;

	private boolean halt;

	@AfterEach
	void forgetInterrupt() {
		Thread.interrupted();
		// what is still to be said of this test must not be read by the next
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.map(Thread::getName)
				.noneMatch(Set.of("graceful-shutdown-close", "graceful-shutdown-watchdog")::contains));
	}

	@Test
	void whenBeanHangsInDestructionThenItIsInterruptedAtTheEndOfTheGracePeriod() {
		AtomicBoolean interrupted = new AtomicBoolean();
		this.context.registerBean(DisposableBean.class, () -> () -> interrupted.set(hang()));
		close(Duration.ofMillis(300), false);
		assertThat(interrupted).isTrue();
	}

	@Test
	void whenLifecyclePhasesHangAfterACutThenEachIsWaitedForShortlyAndNobodyIsInterrupted() {
		AtomicBoolean interrupted = new AtomicBoolean(true);
		this.context.registerBean("first", SmartLifecycle.class, () -> new Stopping(3, (callback) -> {
			// never says that it has stopped
		}));
		this.context.registerBean("second", SmartLifecycle.class, () -> new Stopping(2, (callback) -> {
			// nor does this
		}));
		this.context.registerBean("last", SmartLifecycle.class, () -> new Stopping(1, (callback) -> {
			interrupted.set(Thread.currentThread().isInterrupted());
			callback.run();
		}));
		close(Duration.ofSeconds(3), true);
		assertThat(interrupted).isFalse();
	}

	@Test
	void whenNothingHangsThenNobodyIsInterruptedAndTimeoutIsOnlyEverShortened() {
		// less than the property says, more than what the processor has
		DefaultLifecycleProcessor processor = close(Duration.ofSeconds(30), false);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(processor).hasFieldOrPropertyWithValue("timeoutPerShutdownPhase", 10_000L);
	}

	@Test
	void whenContextIsClosedThenWatchdogEnds() throws InterruptedException {
		close(Duration.ofHours(1), false);
		for (Thread thread : Thread.getAllStackTraces().keySet()) {
			if (thread.getName().equals("graceful-shutdown-close")) {
				thread.join(LONG.toMillis());
				assertThat(thread.isAlive()).isFalse();
			}
		}
	}

	@Test
	void whenBeanDoesNotReactToTheInterruptThenTheNextContextIsClosedAllTheSame() {
		this.context.registerBean(DisposableBean.class, () -> CloseWatchdogTests::spinUntilInterrupted);
		GenericApplicationContext next = new GenericApplicationContext();
		next.refresh();
		close(Duration.ZERO, false);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		next.close();
		assertThat(next.isActive()).isFalse();
	}

	@Test
	void whenThreadHasLeftTheCloseThenItIsNotInterrupted() {
		this.end.destroy();
		this.end.interrupt(Thread.currentThread());
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void whenSomebodyElseInterruptsThenThatIsKept() {
		Thread.currentThread().interrupt();
		this.end.interrupt(Thread.currentThread());
		this.end.destroy();
		assertThat(Thread.currentThread().isInterrupted()).isTrue();
	}

	@Test
	void whenBeanHeedsNoInterruptThenItIsNamedAndTheProcessIsHaltedIfAskedTo(CapturedOutput output) {
		haltWithinASecond();
		this.jvm.shuttingDown = true;
		this.context.registerBean(DisposableBean.class, () -> this.jvm::hangUntilHalted);
		close(Duration.ZERO, false);
		assertThat(this.jvm.halted).isCompletedWithValue(143);
		Awaitility.await().until(() -> this.jvm.flushed);
		assertThat(output).contains("Halting with exit status 143")
			.contains("still being closed at the end of the grace period; interrupting")
			.contains("Done so far: ANNOUNCE DONE after 3 ms; 0 cut")
			.containsPattern("\tat io\\.github.*FakeJvm.hangUntilHalted\\(");
	}

	@Test
	void whenTheStackIsNotToBeHadThenTheProcessIsHaltedAllTheSame() throws InterruptedException {
		haltWithinASecond();
		this.jvm.shuttingDown = true;
		this.context.registerBean(DisposableBean.class, () -> this.jvm::hangUntilHalted);
		Opaque closing = new Opaque(() -> close(Duration.ZERO, false));
		closing.start();
		try {
			assertThat(this.jvm.halted.join()).isEqualTo(143);
			Awaitility.await().until(() -> this.jvm.flushed);
		}
		finally {
			closing.shown.countDown();
			closing.join();
		}
	}

	@Test
	void whenNotAskedToThenTheProcessIsNotHalted(CapturedOutput output) {
		this.jvm.shuttingDown = true;
		this.context.registerBean(DisposableBean.class, () -> () -> hangUntilInterrupted(3));
		close(Duration.ZERO, false);
		this.jvm.shuttingDown = false;
		assertThat(this.jvm.halted).isNotDone();
		Awaitility.await().until(() -> output.getAll().contains("still being closed"));
		assertThat(output).containsOnlyOnce("still being closed").doesNotContain("Halting");
	}

	@Test
	void whenTheProcessIsNotEndingThenItIsNotHalted() {
		haltWithinASecond();
		// which takes more than a second
		this.context.registerBean(DisposableBean.class, () -> () -> hangUntilInterrupted(60));
		close(Duration.ZERO, false);
		assertThat(this.jvm.halted).isNotDone();
	}

	@Test
	void whenContextIsClosedButAShutdownHookHangsThenTheProcessIsHaltedIfAskedTo(CapturedOutput output) {
		haltWithinASecond();
		this.jvm.shuttingDown = true;
		close(Duration.ofSeconds(3), false);
		assertThat(this.jvm.halted.join()).isEqualTo(143);
		Awaitility.await().until(() -> this.jvm.flushed);
		assertThat(output.getErr()).contains("Halting with exit status 143")
			.contains("is closed, but a shutdown hook has not returned")
			.contains("whenContextIsClosedButAShutdownHookHangs");
	}

	@Test
	void whenAThreadWaitsForALockThenItsOwnerIsNamedToo() throws InterruptedException {
		CountDownLatch locked = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Object lock = new Object();
		Thread owner = new Thread(() -> {
			synchronized (lock) {
				locked.countDown();
				awaitUninterruptibly(release);
			}
		}, "the owner");
		owner.setDaemon(true);
		owner.start();
		locked.await();
		Thread waiting = new Thread(() -> {
			synchronized (lock) {
				release.countDown();
			}
		}, "the closing");
		waiting.start();
		while (waiting.getState() != Thread.State.BLOCKED || owner.getState() != Thread.State.WAITING) {
			Thread.onSpinWait();
		}
		String dump = ThreadDump.of(waiting);
		release.countDown();
		assertThat(dump).startsWith("\"the closing\" BLOCKED on java.lang.Object@")
			.containsPattern("held by \"the owner\"(\\R\tat .*)+\\R\"the owner\" WAITING");
	}

	/**
	 * What the tests here rest on.
	 */
	@Test
	void whenThreadIsInterruptedThenSpringDoesNotClose() {
		this.context.refresh();
		Thread.currentThread().interrupt();
		this.context.close();
		assertThat(this.context.isActive()).isTrue();
		assertThat(Thread.interrupted()).isTrue();
		this.context.close();
		assertThat(this.context.isActive()).isFalse();
	}

	private DefaultLifecycleProcessor close(Duration gracePeriod, boolean cut) {
		CloseWatchdog watchdog = new CloseWatchdog(this.context,
				new ShutdownBudget(LONG.plus(this.reserve), this.reserve).lifecycleTimeout(LONG), this.end, this.halt,
				this.jvm, ShutdownClock.system());
		this.context.registerBean(CloseEnd.class, () -> this.end);
		// not before: on a thread that is interrupted Spring would not even begin
		this.context.addApplicationListener((ContextClosedEvent event) -> watchdog.watch(Thread.currentThread(),
				Deadline.after(gracePeriod, ShutdownClock.system()), report(cut)));
		this.context.refresh();
		DefaultLifecycleProcessor processor = this.context
			.getBean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, DefaultLifecycleProcessor.class);
		this.context.close();
		return processor;
	}

	private static ShutdownReport report(boolean cut) {
		ShutdownReport report = FakeGracefulShutdown.left();
		List<ActiveWork> work = cut ? report.requests().cut() : List.of();
		return new ShutdownReport(ShutdownState.STOPPED, "test", null, null, null, report.plan(), report.phases(),
				List.of(), new ShutdownReport.Requests(0, 0, 0, work), List.of());
	}

	private static void spinUntilInterrupted() {
		while (!Thread.currentThread().isInterrupted()) {
			Thread.onSpinWait();
		}
	}

	private void haltWithinASecond() {
		this.halt = true;
		this.reserve = Duration.ofSeconds(5);
	}

	private void hangUntilInterrupted(int times) {
		for (int i = 0; i < times && !this.jvm.halted.isDone(); i++) {
			try {
				// nobody interrupts any more what should not have been halted
				this.jvm.halted.get();
			}
			catch (InterruptedException | ExecutionException ex) {
				// once more
			}
		}
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean hang() {
		try {
			new CountDownLatch(1).await();
			return false;
		}
		catch (InterruptedException ex) {
			return true;
		}
	}

	/**
	 * Ends when it is told to, and lives on.
	 */
	private static final class FakeJvm implements Jvm {

		// so that a test in which nobody halts it fails, and does not hang
		private final CompletableFuture<Integer> halted = new CompletableFuture<Integer>().orTimeout(30,
				TimeUnit.SECONDS);

		private volatile boolean shuttingDown;

		private volatile boolean flushed;

		@Override
		public boolean isShuttingDown() {
			return this.shuttingDown;
		}

		@Override
		public void flush() {
			this.flushed = true;
		}

		@Override
		public void halt(int status) {
			this.shuttingDown = false;
			this.halted.complete(status);
		}

		void hangUntilHalted() {
			this.halted.join();
		}

	}

	/**
	 * Somebody who waits for its stack waits.
	 */
	private static final class Opaque extends Thread {

		private final CountDownLatch shown = new CountDownLatch(1);

		private Opaque(Runnable task) {
			super(task);
		}

		@Override
		public StackTraceElement[] getStackTrace() {
			awaitUninterruptibly(this.shown);
			return super.getStackTrace();
		}

	}

	/**
	 * Stops as it is told.
	 */
	private static final class Stopping implements SmartLifecycle {

		private final int phase;

		private final Consumer<Runnable> stop;

		private volatile boolean running;

		private Stopping(int phase, Consumer<Runnable> stop) {
			this.phase = phase;
			this.stop = stop;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public void stop(Runnable callback) {
			this.stop.accept(callback);
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return this.phase;
		}

	}

}
