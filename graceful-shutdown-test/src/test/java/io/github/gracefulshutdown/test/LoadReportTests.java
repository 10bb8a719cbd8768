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

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link LoadReport}. Times are milliseconds, and the signal comes at 100.
 */
class LoadReportTests {

	private static final Moment SIGNAL = at(100);

	@Test
	void whenARequestSpansTheMomentThenItIsInFlight() {
		LoadReport report = report(result(1, Outcome.ANSWERED, 0, 10, 99), result(2, Outcome.ANSWERED, 0, 10, 100),
				result(3, Outcome.ANSWERED, 0, 10, 101), result(4, Outcome.RESET, 0, 100, 101),
				result(5, Outcome.ANSWERED, 0, 101, 102), result(6, Outcome.REFUSED, null, null, 102));
		assertThat(numbers(report.inFlightAt(SIGNAL))).containsExactly(3L, 4L);
		assertThat(numbers(report.inFlightAt(SIGNAL).lost())).containsExactly(4L);
	}

	@Test
	void whenARequestIsSentAfterTheMomentThenItsConnectionTellsTheRest() {
		LoadReport report = report(result(1, Outcome.ANSWERED, 0, 100, 110), result(2, Outcome.ANSWERED, 0, 101, 110),
				result(3, Outcome.ANSWERED, 100, 101, 110), result(4, Outcome.ANSWERED, 101, 102, 110),
				result(5, Outcome.REFUSED, null, null, 110));
		assertThat(numbers(report.sentAfter(SIGNAL))).containsExactly(2L, 3L, 4L);
		assertThat(numbers(report.sentAfterOnOpenConnection(SIGNAL))).containsExactly(2L, 3L);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVER_ERROR", "RESET", "NO_RESPONSE", "TRUNCATED", "INVALID", "TIMEOUT" })
	void whenTheServerMayHaveWorkedInVainThenItIsLost(Outcome outcome) {
		LoadReport report = report(result(1, Outcome.ANSWERED, 0, 10, 20), result(2, outcome, 0, 10, 20));
		assertThat(numbers(report.lost())).containsExactly(2L);
		assertThat(report.count(outcome)).isOne();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(report::assertNothingLost)
			.withMessageContaining("1 of 2 requests lost");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(report::assertAllAnswered);
	}

	@ParameterizedTest
	@EnumSource(names = { "REFUSED", "NO_TARGET", "UNPROCESSED" })
	void whenTheServerNeverLookedAtItThenItIsNotLostButNotAnswered(Outcome outcome) {
		LoadReport report = report(result(1, Outcome.ANSWERED, 0, 10, 20), result(2, outcome, null, null, 20));
		assertThat(report.lost().isEmpty()).isTrue();
		assertThatNoException().isThrownBy(report::assertNothingLost);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(report::assertAllAnswered)
			.withMessageContaining("1 of 2 requests not answered");
	}

	@Test
	void whenThereIsNoRequestThenNothingIsProven() {
		LoadReport report = report(result(1, Outcome.ANSWERED, 0, 10, 20)).inFlightAt(SIGNAL);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(report::assertNothingLost)
			.withMessageStartingWith("Of 0 requests in flight at ")
			.withMessageContaining("this proves nothing");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(report::assertAllAnswered);
	}

	@Test
	void whenNoRequestHadASuccessThenNothingIsProven() {
		RequestResult unauthorized = result(1, Outcome.ANSWERED, 401, 0, 10, 20);
		LoadReport report = report(unauthorized, result(2, Outcome.REFUSED, null, null, 20));
		assertThat(report.lost().isEmpty()).isTrue();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(report::assertNothingLost)
			.withMessageContaining("Of 2 requests none had a success")
			.withMessageContaining("1 x 401");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> report(unauthorized).assertAllAnswered());
		assertThatNoException()
			.isThrownBy(report(unauthorized, result(2, Outcome.ANSWERED, 0, 10, 20))::assertAllAnswered);
	}

	@Test
	void whenRequestsAreLostThenTheMessageTellsWhichAndWhen() {
		LoadReport report = report(result(1, Outcome.ANSWERED, 0, 10, 20), result(2, Outcome.NO_RESPONSE, 0, 112, 120),
				result(3, Outcome.RESET, 0, 90, 101));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> report.since(SIGNAL).assertNothingLost())
			.satisfies((error) -> assertThat(String.valueOf(error.getMessage()).lines()).containsExactly(
					"2 of 3 requests lost", "",
					"sent at ms  took ms  group  request    n  outcome      status  connection  target            detail",
					"       -10       11  fast   GET /fast  3  RESET             0  reused      http://localhost  detail 3",
					"        12        8  fast   GET /fast  2  NO_RESPONSE       0  reused      http://localhost  detail 2",
					"", "group  request    requests  answered  reset  no response  statuses",
					"fast   GET /fast         3         1      1            1  1 x 200",
					"total                    3         1      1            1  1 x 200"));
	}

	@Test
	void whenManyRequestsAreLostThenTheTableIsCut() {
		LoadReport report = report(IntStream.rangeClosed(1, 60)
			.mapToObj((number) -> result(number, Outcome.RESET, 0, number, number + 1))
			.toArray(RequestResult[]::new));
		assertThat(report.table().lines()).hasSize(52).last().isEqualTo("and 10 more");
	}

	@Test
	void whenSummarizedThenEveryStatusIsTold() {
		assertThat(report(result(1, Outcome.ANSWERED, 0, 10, 20)).toString().lines()).containsExactly("1 requests",
				"group  request    requests  answered  statuses", "fast   GET /fast         1         1  1 x 200",
				"total                    1         1  1 x 200");
		assertThat(report().summary()).contains("total");
	}

	private static LoadReport report(RequestResult... results) {
		return new LoadReport(List.of(results));
	}

	private static Stream<Long> numbers(LoadReport report) {
		return report.all().stream().map(RequestResult::number);
	}

	private static RequestResult result(long number, Outcome outcome, @Nullable Integer connected,
			@Nullable Integer sent, int ended) {
		return result(number, outcome, (outcome == Outcome.ANSWERED) ? 200 : 0, connected, sent, ended);
	}

	private static RequestResult result(long number, Outcome outcome, int status, @Nullable Integer connected,
			@Nullable Integer sent, int ended) {
		Moment started = at((sent != null) ? sent : ended);
		return new RequestResult(number, "fast", "GET /fast", URI.create("http://localhost"), outcome, status, true,
				started, (connected != null) ? at(connected) : null, (sent != null) ? started : null, at(ended),
				(status != 0) ? "" : "detail " + number);
	}

	private static Moment at(int millis) {
		return new Moment(millis * 1_000_000L, Instant.EPOCH.plusMillis(millis));
	}

}
