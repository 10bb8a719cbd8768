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

package io.github.gracefulshutdown.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.LogLevelExtension;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownReport.Outcome;
import io.github.gracefulshutdown.ShutdownState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TimelineLog}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TimelineLogTests {

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private static final ShutdownReport.Phase DRAINED = phase(ShutdownPhase.DRAIN, Outcome.DONE, 1500,
			"nothing is in flight", "2 requests were waited for");

	private static final ShutdownReport.Phase NO_CUT = phase(ShutdownPhase.CUT, Outcome.NOTHING_TO_DO, 0);

	@RegisterExtension
	final LogLevelExtension logging = new LogLevelExtension(GracefulShutdown.class);

	private final TimelineLog log = new TimelineLog();

	/**
	 * Return what is said here, and not what a thread of another test has still to say.
	 */
	private static List<String> said(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("GracefulShutdown")).toList();
	}

	@Test
	void whenPhaseEndsThenItIsOneLineOfNamesAndValues(CapturedOutput output) {
		this.log.phaseEnded(DRAINED, report(List.of(DRAINED), List.of()));
		assertThat(said(output)).singleElement()
			.asString()
			.contains("INFO")
			.endsWith("graceful-shutdown phase=DRAIN outcome=DONE ms=1500"
					+ " detail=\"nothing is in flight; 2 requests were waited for\"");
	}

	@Test
	void whenPhaseHadNothingToDoThenItsLineIsForThoseWhoDebug(CapturedOutput output) {
		ShutdownReport.Phase settle = phase(ShutdownPhase.SETTLE, Outcome.NOTHING_TO_DO, 0);
		this.logging.set(LogLevel.DEBUG);
		this.log.phaseEnded(settle, report(List.of(settle), List.of()));
		assertThat(said(output)).singleElement()
			.asString()
			.contains("DEBUG")
			.contains("graceful-shutdown phase=SETTLE outcome=NOTHING_TO_DO ms=0");
	}

	@Test
	void whenPhaseHadNothingToDoButSomethingWasSaidThenItIsALine(CapturedOutput output) {
		ShutdownReport.Phase settle = phase(ShutdownPhase.SETTLE, Outcome.NOTHING_TO_DO, 0, "A listener failed");
		this.log.phaseEnded(settle, report(List.of(settle), List.of()));
		assertThat(said(output)).singleElement().asString().contains("INFO").endsWith("detail=\"A listener failed\"");
	}

	@Test
	void whenPhaseHadNothingToDoThenItIsOnlyInTheSummary(CapturedOutput output) {
		ShutdownReport.Phase settle = phase(ShutdownPhase.SETTLE, Outcome.NOTHING_TO_DO, 0);
		this.log.phaseEnded(settle, report(List.of(settle), List.of()));
		assertThat(said(output)).isEmpty();
		this.log.phaseEnded(NO_CUT, report(List.of(settle, NO_CUT), List.of()));
		assertThat(output).contains(" settle.ms=0 cut.ms=0 ").doesNotContain("phase=");
	}

	@Test
	void whenPhaseWentWrongThenItIsAWarning(CapturedOutput output) {
		ShutdownReport.Phase failed = phase(ShutdownPhase.DEREGISTER, Outcome.FAILED, 5000, "eureka: unknown");
		this.log.phaseEnded(failed, report(List.of(failed), List.of()));
		this.log.phaseEnded(NO_CUT, report(List.of(failed, NO_CUT), List.of()));
		assertThat(said(output)).hasSize(2).allMatch((line) -> line.contains("WARN"));
	}

	@Test
	void whenAllIsOverThenOneLineSaysAllOfIt(CapturedOutput output) {
		this.log.phaseEnded(NO_CUT, report(List.of(DRAINED, NO_CUT), List.of()));
		assertThat(said(output)).singleElement()
			.asString()
			.contains("INFO")
			.endsWith("graceful-shutdown state=STOPPED trigger=\"close of the application context\" ms=0 drain.ms=1500"
					+ " cut.ms=0 registries=eureka:absent,consul:unknown:evicted served=40 handedOver=3 cut=0"
					+ " checkpoints=settlement");
	}

	@Test
	void whenPhaseIsNotTheLastThenThereIsNoSummary(CapturedOutput output) {
		this.log.phaseEnded(DRAINED, report(List.of(DRAINED), List.of()));
		assertThat(output).doesNotContain("graceful-shutdown state=");
	}

	@Test
	void whenWorkIsCutThenEachIsAWarningAndSoIsTheSummary(CapturedOutput output) {
		ShutdownReport.Phase cut = phase(ShutdownPhase.CUT, Outcome.DONE, 20, "1 request was cut");
		this.log.phaseEnded(cut,
				report(List.of(cut),
						List.of(new ActiveWork("http", "POST /orders/{id}", Duration.ofMillis(9000), "exec-1",
								"4bf92f35", "Orders.place(Orders.java:42)"),
								new ActiveWork("batch", "settlement", Duration.ofMillis(10), null, null, null))));
		assertThat(said(output)).hasSize(4)
			.anyMatch((line) -> line.contains("WARN") && line.endsWith("Cut after 9000 ms: http POST /orders/{id}"
					+ " on thread exec-1 at Orders.place(Orders.java:42), trace 4bf92f35"))
			.anyMatch((line) -> line.contains("WARN") && line.endsWith("Cut after 10 ms: batch settlement"))
			.anyMatch((line) -> line.contains("WARN") && line.contains("graceful-shutdown state=STOPPED")
					&& line.contains(" cut=2 "));
	}

	@Test
	void whenTextHasLineBreaksAndQuotesThenEventIsOneLineThatCanBeTakenApart(CapturedOutput output) {
		ShutdownReport.Phase cut = phase(ShutdownPhase.CUT, Outcome.FAILED, 1, "says \"no\"\nand\\more\u2028or=less");
		this.log.phaseEnded(cut, report(List.of(cut),
				List.of(new ActiveWork("job\r\n", "a\nb", Duration.ofMillis(1), "c\nd", "e\u0085f", "g\u2029h"))));
		assertThat(said(output)).hasSize(3);
		assertThat(output).contains("detail=\"says \\\"no\\\" and\\\\more or=less\"")
			.contains("Cut after 1 ms: job   a b on thread c d at g h, trace e f");
	}

	private static ShutdownReport report(List<ShutdownReport.Phase> phases, List<ActiveWork> cut) {
		return new ShutdownReport(ShutdownState.STOPPED, "close of the application context", START,
				START.plusSeconds(25), Duration.ZERO,
				new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)).plan(), phases,
				List.of(new ShutdownReport.Registry("eureka", "absent", 1, false, null),
						new ShutdownReport.Registry("consul", "unknown", 3, true, "no answer")),
				new ShutdownReport.Requests(0, 40, 3, cut),
				List.of(new ShutdownReport.Checkpoint(ShutdownPhase.CLOSE, "settlement", "4711", null)));
	}

	private static ShutdownReport.Phase phase(ShutdownPhase phase, Outcome outcome, long millis, String... detail) {
		return new ShutdownReport.Phase(phase, outcome, START, Duration.ofMillis(millis), List.of(detail));
	}

}
