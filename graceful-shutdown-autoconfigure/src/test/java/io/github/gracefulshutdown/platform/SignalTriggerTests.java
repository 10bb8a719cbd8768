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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownState;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link SignalTrigger}.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignalTriggerTests {

	private final GracefulShutdown shutdown = shutdown();

	@Test
	@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no SIGUSR2")
	void whenSignalComesThenInstanceLeaves() throws Exception {
		SignalTrigger trigger = new SignalTrigger(this.shutdown, List.of("sigusr2"));
		trigger.afterSingletonsInstantiated();
		kill();
		await().until(() -> this.shutdown.report().state() == ShutdownState.OUT_OF_SERVICE);
		assertThat(this.shutdown.report().trigger()).isEqualTo("SIGUSR2");
		trigger.destroy();
	}

	@Test
	@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no SIGUSR2")
	void whenApplicationIsClosedThenSignalGoesToWhoeverHadItBefore() throws Exception {
		GracefulShutdown closed = shutdown();
		SignalTrigger before = new SignalTrigger(this.shutdown, List.of("USR2"));
		before.afterSingletonsInstantiated();
		SignalTrigger trigger = new SignalTrigger(closed, List.of("USR2"));
		trigger.afterSingletonsInstantiated();
		trigger.destroy();
		kill();
		await().until(() -> this.shutdown.report().state() == ShutdownState.OUT_OF_SERVICE);
		assertThat(closed.report().state()).isEqualTo(ShutdownState.UP);
		before.destroy();
	}

	private static void kill() throws Exception {
		new ProcessBuilder("kill", "-s", "USR2", String.valueOf(ProcessHandle.current().pid())).start().waitFor();
	}

	private static GracefulShutdown shutdown() {
		return GracefulShutdown.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)), List.of(),
				List.of(), List.of(), ShutdownClock.system());
	}

	@Test
	void whenSignalIsTakenByTheJvmThenThereIsAWarningAndNoFailure(CapturedOutput output) {
		new SignalTrigger(this.shutdown, List.of("QUIT")).afterSingletonsInstantiated();
		assertThat(output).contains("SIGQUIT does not take this instance out of service");
	}

	@Test
	void whenPlatformDoesNotHaveTheSignalThenThereIsAWarningAndNoFailure(CapturedOutput output) {
		new SignalTrigger(this.shutdown, List.of("NOSUCH")).afterSingletonsInstantiated();
		assertThat(output).contains("SIGNOSUCH does not take this instance out of service");
	}

}
