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

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownReport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * Sees to it that the rest of closing the context fits what is left of the grace period:
 * lifecycle phases wait for no longer than that, and what still waits close to the end is
 * named, with its stack, and interrupted. What hangs there was given its time before, and
 * is cut already. Where even that does not help, and be it that the context is closed and
 * another shutdown hook hangs, the process may be halted before SIGKILL takes the log
 * with it; only while the virtual machine is shutting down, never for a context that
 * comes and goes in a process that stays.
 *
 * @since 0.1.0
 */
public final class CloseWatchdog {

	private static final Log logger = LogFactory.getLog(CloseWatchdog.class);

	/**
	 * What a process ends with that ends by itself on SIGTERM.
	 */
	private static final int SIGTERM = 143;

	private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

	/**
	 * How many lifecycle phases may each have something that hangs.
	 */
	private static final int HANGING_PHASES = 8;

	private final ConfigurableApplicationContext context;

	private final ShutdownBudget budget;

	private final CloseEnd end;

	private final boolean halt;

	private final Jvm jvm;

	private final ShutdownClock clock;

	/**
	 * Make the watchdog.
	 * @param context the context that is closed
	 * @param budget says what there is for closing it
	 * @param end a bean of the context, nobody is interrupted after it
	 * @param halt whether to end the process when that does not help, and it is ending
	 * anyway
	 * @param clock the clock to measure with
	 */
	public CloseWatchdog(ConfigurableApplicationContext context, ShutdownBudget budget, CloseEnd end, boolean halt,
			ShutdownClock clock) {
		this(context, budget, end, halt, Jvm.current(), clock);
	}

	CloseWatchdog(ConfigurableApplicationContext context, ShutdownBudget budget, CloseEnd end, boolean halt, Jvm jvm,
			ShutdownClock clock) {
		this.context = context;
		this.budget = budget;
		this.end = end;
		this.halt = halt;
		this.jvm = jvm;
		this.clock = clock;
	}

	/**
	 * Watch the rest of the close, on a thread of its own.
	 * @param closing the thread that closes the context
	 * @param gracePeriodEnd when the process has to be gone
	 * @param report what was done before: what was cut may hang in every lifecycle phase
	 */
	void watch(Thread closing, Deadline gracePeriodEnd, ShutdownReport report) {
		Duration left = this.budget.lifecycle(gracePeriodEnd.remaining());
		shortenLifecycle(report.requests().cut().isEmpty() ? left : left.dividedBy(HANGING_PHASES));
		Duration watchdog = this.budget.watchdog();
		Deadline deadline = gracePeriodEnd.before(watchdog);
		// a SIGTERM that comes when all is spent, because of a hook, gives a little more
		Deadline last = deadline.hasPassed() ? Deadline.after(watchdog, this.clock)
				: gracePeriodEnd.before(watchdog.dividedBy(2));
		Thread thread = new Thread(() -> push(closing, deadline, last, report), "graceful-shutdown-close");
		thread.setDaemon(true);
		thread.start();
	}

	private void shortenLifecycle(Duration timeout) {
		String name = AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME;
		if (this.context.containsLocalBean(name)
				&& this.context.getBean(name) instanceof DefaultLifecycleProcessor processor
				&& timeout.compareTo(timeout(processor)) < 0) {
			processor.setTimeoutPerShutdownPhase(Math.max(1, timeout.toMillis()));
		}
	}

	/**
	 * Return how long a phase may take now. The application may have set it in code, and
	 * there is nothing but the field to read it from.
	 */
	private Duration timeout(DefaultLifecycleProcessor processor) {
		try {
			Field timeout = DefaultLifecycleProcessor.class.getDeclaredField("timeoutPerShutdownPhase");
			timeout.setAccessible(true);
			return Duration.ofMillis(timeout.getLong(processor));
		}
		catch (ReflectiveOperationException | LinkageError | RuntimeException ex) {
			return this.budget.lifecycleTimeout();
		}
	}

	private void push(Thread closing, Deadline deadline, Deadline last, ShutdownReport report) {
		try {
			boolean said = false;
			while ((this.context.isActive() && closing.isAlive()) || this.jvm.isShuttingDown()) {
				if (deadline.hasPassed()) {
					if (!said) {
						// before the interrupt, which changes it
						doWithin(this.budget.watchdog().dividedBy(4), () -> say(whatHangs(closing, report)));
						said = true;
					}
					this.end.interrupt(closing);
				}
				if (this.halt && last.hasPassed() && this.jvm.isShuttingDown()) {
					boolean flushed = doWithin(this.budget.watchdog().dividedBy(4), () -> {
						say("Halting with exit status " + SIGTERM + " before SIGKILL comes, with " + closing.getName()
								+ " at " + where(closing));
						this.jvm.flush();
					});
					if (!flushed) {
						doWithin(this.budget.watchdog().dividedBy(8), this.jvm::flush);
					}
					this.jvm.halt(SIGTERM);
					return;
				}
				this.clock.sleep(POLL_INTERVAL);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private String whatHangs(Thread closing, ShutdownReport report) {
		String what = this.context.isActive()
				? "The application context is still being closed at the end of the grace period; interrupting %s at %s"
					.formatted(closing.getName(), where(closing))
				: "The application context is closed, but a shutdown hook has not returned at the end of the grace period";
		String done = report.phases()
			.stream()
			.map((phase) -> "%s %s after %d ms".formatted(phase.phase(), phase.outcome(), phase.duration().toMillis()))
			.collect(Collectors.joining(", "));
		return "%s%nDone so far: %s; %d cut%n%s".formatted(what, done, report.requests().cut().size(),
				ThreadDump.of(closing));
	}

	/**
	 * Write to the log, which the application stops once its context is closed.
	 */
	private void say(String text) {
		if (this.context.isActive()) {
			logger.warn(text);
		}
		else {
			System.err.println(text);
		}
	}

	/**
	 * Do something that may hang itself: somebody who hangs may hold the lock of the log,
	 * and a stack is only to be had of a thread that comes to a safepoint.
	 * @return whether it was done in that time
	 */
	private static boolean doWithin(Duration time, Runnable task) throws InterruptedException {
		Thread thread = new Thread(task, "graceful-shutdown-watchdog");
		thread.setDaemon(true);
		thread.start();
		thread.join(Math.max(1, time.toMillis()));
		return !thread.isAlive();
	}

	private static String where(Thread thread) {
		return Objects.requireNonNullElse(
				ActiveWork.of("thread", thread.getName(), Duration.ZERO, thread, null).location(), "an unknown place");
	}

}
