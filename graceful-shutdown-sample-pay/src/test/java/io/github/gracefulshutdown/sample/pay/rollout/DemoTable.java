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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import io.github.gracefulshutdown.test.Outcome;

/**
 * The one table: a row for each figure, a column for each round.
 */
final class DemoTable {

	/**
	 * What is wrong with a failed request, in the words of the field.
	 */
	static final Map<Outcome, String> FAILURES = Map.of(Outcome.REFUSED, "connection refused", Outcome.RESET,
			"connection reset", Outcome.NO_RESPONSE, "closed without an answer", Outcome.TRUNCATED, "answer cut off",
			Outcome.SERVER_ERROR, "answered with 5xx", Outcome.TIMEOUT, "timed out", Outcome.NO_TARGET,
			"no instance known", Outcome.INVALID, "not HTTP", Outcome.UNPROCESSED, "sent back unprocessed",
			Outcome.ANSWERED, "answered with 4xx");

	private DemoTable() {
	}

	static List<Row> of(List<Round> rounds) {
		List<Row> rows = new ArrayList<>();
		rows.add(Row.of("", rounds, (round) -> round.variant().title()));
		rows.add(Row.of("requests", rounds, (round) -> Integer.toString(round.load().size())));
		rows.add(Row.of("failed", rounds, (round) -> Integer.toString(round.failures().size())));
		for (Outcome outcome : Outcome.values()) {
			if (rounds.stream().anyMatch((round) -> round.failures(outcome) > 0)) {
				rows.add(Row.of("  " + FAILURES.get(outcome), rounds,
						(round) -> Long.toString(round.failures(outcome))));
			}
		}
		rows.add(Row.of("charged without an order", rounds,
				(round) -> Integer.toString(round.chargedWithoutOrder().size())));
		rows.add(Row.of("slowest way out", rounds, (round) -> seconds(round.slowestDrain())));
		rows.add(Row.of("whole roll-over", rounds, (round) -> seconds(round.duration())));
		return rows;
	}

	private static String seconds(Duration duration) {
		return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
	}

	/**
	 * A row.
	 *
	 * @param name what it is about
	 * @param values a figure for each round
	 */
	record Row(String name, List<String> values) {

		static Row of(String name, List<Round> rounds, Function<Round, String> value) {
			return new Row(name, rounds.stream().map(value).toList());
		}

		String text() {
			StringBuilder text = new StringBuilder("%-28s".formatted(this.name));
			this.values.forEach((value) -> text.append("%20s".formatted(value)));
			return text.toString();
		}

	}

}
