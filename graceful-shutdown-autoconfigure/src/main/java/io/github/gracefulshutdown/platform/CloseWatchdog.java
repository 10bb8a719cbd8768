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

import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.BeansException;
import org.springframework.beans.DirectFieldAccessor;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * Sees to it that the rest of closing the context fits what is left of the grace period:
 * lifecycle phases wait for no longer than that, and what still waits close to the end is
 * interrupted. What hangs there was given its time before, and is cut already.
 *
 * @since 0.1.0
 */
public final class CloseWatchdog {

	private static final Log logger = LogFactory.getLog(CloseWatchdog.class);

	private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

	/**
	 * How many lifecycle phases may each have something that hangs.
	 */
	private static final int HANGING_PHASES = 8;

	private final ConfigurableApplicationContext context;

	private final ShutdownBudget budget;

	private final CloseEnd end;

	private final ShutdownClock clock;

	/**
	 * Make the watchdog.
	 * @param context the context that is closed
	 * @param budget says what there is for closing it
	 * @param end a bean of the context, nobody is interrupted after it
	 * @param clock the clock to measure with
	 */
	public CloseWatchdog(ConfigurableApplicationContext context, ShutdownBudget budget, CloseEnd end,
			ShutdownClock clock) {
		this.context = context;
		this.budget = budget;
		this.end = end;
		this.clock = clock;
	}

	/**
	 * Watch the rest of the close, on a thread of its own.
	 * @param closing the thread that closes the context
	 * @param gracePeriodEnd when the process has to be gone
	 * @param cut whether something was cut, which may hang in every lifecycle phase
	 */
	void watch(Thread closing, Deadline gracePeriodEnd, boolean cut) {
		Duration left = this.budget.lifecycle(gracePeriodEnd.remaining());
		shortenLifecycle(cut ? left.dividedBy(HANGING_PHASES) : left);
		Deadline deadline = gracePeriodEnd.before(this.budget.watchdog());
		Thread thread = new Thread(() -> push(closing, deadline), "graceful-shutdown-close");
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
			Object millis = new DirectFieldAccessor(processor).getPropertyValue("timeoutPerShutdownPhase");
			return (millis instanceof Long value) ? Duration.ofMillis(value) : this.budget.lifecycleTimeout();
		}
		catch (BeansException ex) {
			return this.budget.lifecycleTimeout();
		}
	}

	private void push(Thread closing, Deadline deadline) {
		try {
			boolean warned = false;
			while (this.context.isActive() && closing.isAlive()) {
				if (deadline.hasPassed()) {
					if (!warned) {
						logger.warn("The application context is still being closed at the end of the grace period;"
								+ " interrupting " + closing.getName() + " at " + at(closing.getStackTrace()));
						warned = true;
					}
					this.end.interrupt(closing);
				}
				this.clock.sleep(POLL_INTERVAL);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static String at(StackTraceElement[] stack) {
		for (StackTraceElement frame : stack) {
			if (!frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk.")) {
				return frame.toString();
			}
		}
		return "an unknown place";
	}

}
