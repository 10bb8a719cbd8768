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

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownReport;

import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * Runs the shutdown when the context it lives in is closed, before anything else hears of
 * it and on the thread that closes the context, which therefore waits. Child contexts
 * publish the same event to the listeners of their parents: theirs are not meant.
 *
 * @since 0.1.0
 */
public final class ContextClosedTrigger implements ApplicationListener<ContextClosedEvent>, Ordered {

	private final GracefulShutdown shutdown;

	private final ConfigurableApplicationContext context;

	private final CloseWatchdog watchdog;

	/**
	 * Make the trigger.
	 * @param shutdown what to run
	 * @param context the context it lives in
	 * @param watchdog watches what is left of closing the context
	 */
	public ContextClosedTrigger(GracefulShutdown shutdown, ConfigurableApplicationContext context,
			CloseWatchdog watchdog) {
		this.shutdown = shutdown;
		this.context = context;
		this.watchdog = watchdog;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public boolean supportsAsyncExecution() {
		return false;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context && this.context.isClosed()) {
			ShutdownReport report = this.shutdown.drain("close of the application context");
			this.watchdog.watch(Thread.currentThread(), this.shutdown.gracePeriodEnd(), report);
		}
	}

}
