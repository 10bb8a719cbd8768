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

package io.github.gracefulshutdown.scenario;

import java.time.Duration;

import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of a process in which something hangs that no interrupt reaches: the log
 * says what it is, and with {@code graceful-shutdown.on-deadline=halt} the process ends
 * by itself. Without, it is killed.
 */
class WatchdogIT {

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@ParameterizedTest
	@CsvSource({ "bean, halt, 143, hangInBean", "bean, log, 137, hangInBean", "hook, halt, 143, hangInHook" })
	void whenSomethingHangsThenItIsNamedAndTheProcessEndsByItselfIfItIsAskedTo(String what, String onDeadline,
			int exitCode, String method) {
		RunningApplication application = Scenario.STARTER.application(this.kit, WatchdogApplication.class)
			.property("watchdog.hangs", what)
			.property("graceful-shutdown.grace-period", "8s")
			.property("graceful-shutdown.reserve", "5s")
			.property("graceful-shutdown.on-deadline", onDeadline)
			.start();
		// a busy machine may be late
		StopReport stop = Terminations.dockerStop(Duration.ofSeconds(14)).stop(application);
		assertThat(stop.exitCode()).isEqualTo(exitCode);
		assertThat(application.log()).anyMatch((line) -> line.contains("at the end of the grace period"))
			.anyMatch((line) -> line.startsWith("Done so far: ANNOUNCE "))
			.anyMatch((line) -> line.startsWith("\tat " + WatchdogApplication.class.getName() + "." + method + "("));
	}

}
