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

package io.github.gracefulshutdown.test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Tests for {@link ProofKit} as an extension.
 */
class ProofKitTests {

	private static final List<RunningApplication> applications = new CopyOnWriteArrayList<>();

	@Test
	void whenTheKitIsOfATestThenEachTestEndsWhatItStarted() {
		run(PerTest.class).assertStatistics((statistics) -> statistics.succeeded(2));
		assertThat(applications).hasSize(2).noneMatch(RunningApplication::isAlive);
	}

	@Test
	void whenTheKitIsOfAClassThenItEndsAfterAllTests() {
		run(PerClass.class).assertStatistics((statistics) -> statistics.succeeded(3));
		assertThat(applications).hasSize(1).noneMatch(RunningApplication::isAlive);
	}

	@Test
	void whenATestFailsThenTheLogIsToldAndKept() throws Exception {
		PrintStream original = System.err;
		ByteArrayOutputStream captured = new ByteArrayOutputStream();
		System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
		try {
			run(Failing.class).assertStatistics((statistics) -> statistics.failed(1));
		}
		finally {
			System.setErr(original);
		}
		RunningApplication application = applications.get(0);
		assertThat(captured.toString(StandardCharsets.UTF_8)).contains("The log of 'failing'")
			.contains("Started TestApplication in");
		assertThat(application.isAlive()).isFalse();
		assertThat(application.logFile()).content().contains("Started TestApplication in");
		Files.delete(application.logFile());
		Files.delete(application.logFile().getParent());
	}

	private static Events run(Class<?> testClass) {
		applications.clear();
		return EngineTestKit.engine("junit-jupiter")
			.selectors(DiscoverySelectors.selectClass(testClass))
			.execute()
			.testEvents();
	}

	/**
	 * A fixture, as are the others: run by the tests above only.
	 */
	static class PerTest {

		@RegisterExtension
		final ProofKit kit = new ProofKit();

		@Test
		void first() {
			start();
		}

		@Test
		void second() {
			start();
		}

		private void start() {
			assertThat(applications).noneMatch(RunningApplication::isAlive);
			applications.add(this.kit.application(TestApplication.class).start());
		}

	}

	static class PerClass {

		@RegisterExtension
		static final ProofKit kit = new ProofKit();

		@Test
		void first() {
			useOne();
		}

		@Test
		void second() {
			useOne();
		}

		private static void useOne() {
			if (applications.isEmpty()) {
				applications.add(kit.application(TestApplication.class).start());
			}
			assertThat(applications).hasSize(1).allMatch(RunningApplication::isAlive);
		}

		@Nested
		class Inner {

			@Test
			void third() {
				useOne();
			}

		}

	}

	static class Failing {

		@RegisterExtension
		final ProofKit kit = new ProofKit();

		@Test
		void failing() {
			applications.add(this.kit.application(TestApplication.class).name("failing").start());
			fail("on purpose");
		}

	}

}
