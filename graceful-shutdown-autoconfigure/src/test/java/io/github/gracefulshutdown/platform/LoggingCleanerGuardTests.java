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

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LoggingCleanerGuard}. What it does while the JVM ends takes a JVM that
 * ends: see {@code ObservabilityIT}.
 */
class LoggingCleanerGuardTests {

	private final Logger root = Logger.getLogger("");

	private final Logger logger = Logger.getLogger(LoggingCleanerGuard.class.getName());

	private final Handler handler = new ConsoleHandler();

	@AfterEach
	void removeHandler() {
		this.root.removeHandler(this.handler);
	}

	@Test
	void whenLogManagerIsResetWhileTheJvmRunsThenHandlersStayAway() throws Exception {
		this.root.addHandler(this.handler);
		LoggingCleanerGuard guard = new LoggingCleanerGuard();
		Handler canary = this.logger.getHandlers()[0];
		this.root.removeHandler(this.handler);
		Thread reset = new Thread(canary::close);
		reset.start();
		reset.join();
		for (Thread thread : Thread.getAllStackTraces().keySet()) {
			if (thread.getName().equals("graceful-shutdown-logging")) {
				thread.join();
			}
		}
		assertThat(this.root.getHandlers()).doesNotContain(this.handler);
		guard.destroy();
	}

	@Test
	void whenContextIsClosedThenNothingIsLeftBehind() {
		Handler[] before = this.root.getHandlers();
		LoggingCleanerGuard guard = new LoggingCleanerGuard();
		assertThat(this.logger.getHandlers()).hasSize(1);
		assertThat(this.root.getHandlers()).containsExactly(before);
		guard.destroy();
		assertThat(this.logger.getHandlers()).isEmpty();
	}

}
