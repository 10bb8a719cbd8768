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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.DisposableBean;
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
class CloseWatchdogTests {

	private static final Duration LONG = Duration.ofSeconds(50);

	private final GenericApplicationContext context = new GenericApplicationContext();

	private final CloseEnd end = new CloseEnd();

	@AfterEach
	void forgetInterrupt() {
		Thread.interrupted();
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
				new ShutdownBudget(LONG, Duration.ZERO).lifecycleTimeout(LONG), this.end, ShutdownClock.system());
		this.context.registerBean(CloseEnd.class, () -> this.end);
		// not before: on a thread that is interrupted Spring would not even begin
		this.context.addApplicationListener((ContextClosedEvent event) -> watchdog.watch(Thread.currentThread(),
				Deadline.after(gracePeriod, ShutdownClock.system()), cut));
		this.context.refresh();
		DefaultLifecycleProcessor processor = this.context
			.getBean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, DefaultLifecycleProcessor.class);
		this.context.close();
		return processor;
	}

	private static void spinUntilInterrupted() {
		while (!Thread.currentThread().isInterrupted()) {
			Thread.onSpinWait();
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
