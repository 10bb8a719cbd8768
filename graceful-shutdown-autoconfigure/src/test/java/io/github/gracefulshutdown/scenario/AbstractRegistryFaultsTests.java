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

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is stopped as a kubelet does it, under load, while its registry
 * misbehaves: nothing is lost, the process ends by itself, and the report is true.
 *
 * @param <R> the registry
 */
abstract class AbstractRegistryFaultsTests<R extends ScenarioRegistry> {

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	/**
	 * Return the registry.
	 * @return a new instance of it
	 */
	abstract R registry();

	/**
	 * Return what it was that failed.
	 * @return how the error begins, or a part of it
	 */
	String failure() {
		return "leaving failed";
	}

	final RegisteredScenario<R> start() {
		return RegisteredScenario.start(registry(), this.kit);
	}

	@Test
	void whenTheRegistryIsWellThenItIsConfirmedAbsent() {
		try (RegisteredScenario<R> scenario = start()) {
			scenario.stop(() -> {
			}).assertReport("absent", false, null);
			assertThat(scenario.isOffered()).isFalse();
		}
	}

	@Test
	void whenTheRegistryIsDownThenTheReportSaysUnknown() {
		try (RegisteredScenario<R> scenario = start()) {
			scenario.stop(scenario.registry()::refuse).assertReport("unknown", false, failure());
		}
	}

	@Test
	void whenTheRegistryHangsThenTheReportSaysUnknown() {
		try (RegisteredScenario<R> scenario = start()) {
			scenario.stop(scenario.registry()::hang).assertReport("unknown", false, failure() + ": no answer");
		}
	}

	/**
	 * Stop an application without the library while its registry hangs.
	 * @return its exit code
	 */
	final int exitCodeWithoutTheLibrary() {
		try (RegisteredScenario<R> scenario = RegisteredScenario.startWithoutLibrary(registry(), this.kit)) {
			scenario.registry().hang();
			return Terminations.dockerStop(RegisteredScenario.WITHOUT_LIBRARY).stop(scenario.application()).exitCode();
		}
	}

	/**
	 * Stop the application while somebody registers the instance again and again.
	 * @return what the application says of it
	 */
	final RegistryStop stopWhilePutBack() {
		ScheduledExecutorService somebody = Executors.newSingleThreadScheduledExecutor();
		try (RegisteredScenario<R> scenario = start()) {
			return scenario
				.stop(() -> somebody.scheduleWithFixedDelay(scenario::putBack, 0, 20, TimeUnit.MILLISECONDS));
		}
		finally {
			somebody.shutdownNow();
		}
	}

}
