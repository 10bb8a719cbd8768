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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.LogLevelExtension;
import io.github.gracefulshutdown.ManualShutdownClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Doctor}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class DoctorTests {

	private static final Finding ONE = new Finding("one", "One is wrong.", "Mend one.");

	private static final Finding THREE = new Finding("three", "Three is wrong.", "Mend three.");

	private static final Finding TWO = new Finding("two", "Two is wrong.", "Mend two.");

	private final GenericApplicationContext context = new GenericApplicationContext();

	private final CountDownLatch never = new CountDownLatch(1);

	/**
	 * How many threads the thread of the test has made.
	 */
	private final AtomicInteger threads = new AtomicInteger();

	private final InheritableThreadLocal<Boolean> maker = new InheritableThreadLocal<>() {

		@Override
		protected Boolean childValue(Boolean parent) {
			DoctorTests.this.threads.incrementAndGet();
			return parent;
		}

	};

	@RegisterExtension
	final LogLevelExtension logging = new LogLevelExtension(Doctor.class);

	DoctorTests() {
		this.context.refresh();
		this.maker.set(true);
	}

	@AfterEach
	void closeContext() {
		this.maker.remove();
		this.never.countDown();
		this.context.close();
	}

	@Test
	void whenSomethingIsFoundThenWarnsOfEachInALineWithItsFix(CapturedOutput output) throws InterruptedException {
		Doctor doctor = doctor(false, Set.of(), () -> List.of(ONE), () -> List.of(TWO), List::of);
		ready(doctor, this.context);
		awaitThread();
		assertThat(doctor.findings()).containsExactly(ONE, TWO);
		assertThat(output.getOut().lines()).filteredOn((line) -> line.contains("WARN"))
			.satisfiesExactly((line) -> assertThat(line).endsWith("One is wrong. Mend one. [one]"),
					(line) -> assertThat(line).endsWith("Two is wrong. Mend two. [two]"));
	}

	@Test
	void whenNothingIsFoundThenSaysNothing(CapturedOutput output) throws InterruptedException {
		ready(doctor(false, Set.of(), List::of), this.context);
		awaitThread();
		ready(doctor(true, Set.of(), List::of), this.context);
		assertThat(output).isEmpty();
	}

	@Test
	void whenLookingTakesTimeThenNobodyWaits() throws InterruptedException {
		CountDownLatch begun = new CountDownLatch(1);
		Doctor doctor = doctor(false, Set.of(), () -> {
			begun.countDown();
			this.never.await();
			return List.of(ONE);
		});
		ready(doctor, this.context);
		begun.await();
		assertThat(doctor.findings()).isEmpty();
		this.never.countDown();
		awaitThread();
		assertThat(doctor.findings()).containsExactly(ONE);
	}

	@Test
	void whenACheckThrowsThenTheOthersHaveTheirTurn() {
		ManualShutdownClock clock = new ManualShutdownClock();
		assertFails(doctor(true, Set.of(), clock, () -> {
			throw new IllegalStateException("not today");
		}, () -> List.of(ONE), () -> {
			throw new NoClassDefFoundError("not here");
		}, mock(DoctorCheck.class, (invocation) -> null), () -> List.of(TWO)), ONE, TWO);
		assertThat(clock.elapsed()).isZero();
	}

	@Test
	void whenACheckHangsThenTheOthersHaveTheirTurnAfterTenSeconds() {
		ManualShutdownClock clock = new ManualShutdownClock(200);
		assertFails(doctor(true, Set.of(), clock, () -> {
			this.never.await();
			return List.of();
		}, () -> List.of(ONE)), ONE);
		assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void whenACheckHangsThenItIsInterruptedAndKeepsNoProcess(CapturedOutput output) throws InterruptedException {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		ready(doctor(true, Set.of(), new ManualShutdownClock(200), () -> {
			thread.complete(Thread.currentThread());
			this.never.await();
			return List.of();
		}), this.context);
		thread.join().join();
		assertThat(thread.join().isDaemon()).isTrue();
		assertThat(output).contains("has not come to an end").doesNotContain("could not be done");
	}

	@Test
	void whenTheChecksCannotBeMadeThenTheStartDoesNotFail(CapturedOutput output) {
		ready(new Doctor(this.context, () -> true, () -> {
			throw new IllegalStateException("no checks");
		}, Severity.FAIL, Map.of(), new ManualShutdownClock()), this.context);
		assertThat(output).contains("could not be done").contains("no checks");
	}

	@Test
	void whenTheApplicationEndsMeanwhileThenNobodyHearsOfIt(CapturedOutput output) {
		ready(doctor(true, Set.of(), () -> {
			this.context.close();
			throw new IllegalStateException("closed");
		}), this.context);
		assertThat(output).isEmpty();
	}

	@Test
	void whenTheApplicationIsEndingThenNobodyLooks(CapturedOutput output) {
		AtomicBoolean asked = new AtomicBoolean();
		Doctor doctor = doctor(true, Set.of(), () -> {
			asked.set(true);
			return List.of();
		});
		this.context.addApplicationListener((ContextClosedEvent event) -> ready(doctor, this.context));
		this.context.close();
		assertThat(asked).isFalse();
		assertThat(output).isEmpty();
	}

	@Test
	void whenTheApplicationIsEndingThenNobodyHearsOfACheckThatFails(CapturedOutput output) {
		Doctor doctor = new Doctor(this.context, () -> {
			throw new IllegalStateException("closing");
		}, List::of, Severity.FAIL, Map.of(), new ManualShutdownClock());
		this.context.addApplicationListener((ContextClosedEvent event) -> ready(doctor, this.context));
		this.context.close();
		assertThat(output).isEmpty();
	}

	@Test
	void whenIgnoredThenIsNoFinding() {
		Doctor doctor = doctor(true, Set.of("one"), () -> List.of(ONE), () -> List.of(TWO));
		assertFails(doctor, TWO);
		assertThat(doctor.findings()).containsExactly(TWO);
		ready(doctor(true, Set.of("one", "two"), () -> List.of(ONE), () -> List.of(TWO)), this.context);
	}

	@Test
	void whenOneFindingIsToFailTheStartThenItDoesAndTheOthersAreWarnedOf(CapturedOutput output) {
		Map<String, Severity> severities = Map.of("two", Severity.FAIL, "three", Severity.OFF);
		Doctor doctor = doctor(Severity.WARN, severities, () -> List.of(ONE, TWO, THREE));
		assertFails(doctor, TWO);
		assertThat(doctor.findings()).containsExactly(ONE, TWO);
		assertThat(output.getOut().lines()).singleElement().asString().contains(" WARN ").endsWith("[one]");
		ready(doctor(Severity.WARN, severities, () -> List.of(ONE, THREE)), this.context);
	}

	@Test
	void whenOneFindingIsOnlyToBeWarnedOfThenTheOthersFailTheStart(CapturedOutput output) {
		Doctor doctor = doctor(Severity.FAIL, Map.of("one", Severity.WARN), () -> List.of(ONE, TWO));
		assertFails(doctor, TWO);
		assertThat(output.getOut().lines()).singleElement().asString().contains(" WARN ").endsWith("[one]");
	}

	@Test
	void whenThereIsNothingToDoThenNoThreadIsMade() {
		ready(new Doctor(this.context, () -> false, List::of, Severity.WARN, Map.of(), new ManualShutdownClock()),
				this.context);
		ready(doctor(Severity.OFF, Map.of(), List::of), this.context);
		ready(doctor(Severity.OFF, Map.of("one", Severity.FAIL), List::of), this.context);
		ready(new Doctor(this.context, () -> {
			throw new IllegalStateException("no idea");
		}, List::of, Severity.WARN, Map.of(), new ManualShutdownClock()), this.context);
		assertThat(this.threads).hasValue(0);
		ready(doctor(false, Set.of(), List::of), this.context);
		assertThat(this.threads.get()).as("control").isPositive();
	}

	@Test
	void whenNobodyNeedsToKnowThenNothingIsLookedAt() {
		List<String> asked = new ArrayList<>();
		ready(new Doctor(this.context, () -> false, () -> {
			asked.add("checks");
			return List.of();
		}, Severity.FAIL, Map.of(), new ManualShutdownClock()), this.context);
		assertThat(asked).isEmpty();
	}

	@Test
	void whenAnotherContextIsReadyThenNothingIsLookedAt() {
		try (GenericApplicationContext other = new GenericApplicationContext(this.context)) {
			other.refresh();
			ready(doctor(true, Set.of(), () -> List.of(ONE)), other);
		}
	}

	private void assertFails(Doctor doctor, Finding... findings) {
		assertThatExceptionOfType(DoctorFindingsException.class).isThrownBy(() -> ready(doctor, this.context))
			.satisfies((ex) -> assertThat(ex.getFindings()).containsExactly(findings));
	}

	private static void ready(Doctor doctor, ConfigurableApplicationContext context) {
		doctor.onApplicationEvent(
				new ApplicationReadyEvent(new SpringApplication(), new String[0], context, Duration.ZERO));
	}

	private static void awaitThread() throws InterruptedException {
		for (Thread thread : Thread.getAllStackTraces().keySet()) {
			if (thread.getName().equals("graceful-shutdown-doctor")) {
				thread.join();
			}
		}
	}

	private Doctor doctor(Severity severity, Map<String, Severity> severities, DoctorCheck... checks) {
		return new Doctor(this.context, () -> true, () -> List.of(checks), severity, severities,
				new ManualShutdownClock());
	}

	private Doctor doctor(boolean failing, Set<String> ignored, DoctorCheck... checks) {
		return doctor(failing, ignored, new ManualShutdownClock(), checks);
	}

	private Doctor doctor(boolean failing, Set<String> ignored, ManualShutdownClock clock, DoctorCheck... checks) {
		return new Doctor(this.context, () -> true, () -> List.of(checks), failing ? Severity.FAIL : Severity.WARN,
				ignored.stream().collect(Collectors.toMap(Function.identity(), (id) -> Severity.OFF)), clock);
	}

}
