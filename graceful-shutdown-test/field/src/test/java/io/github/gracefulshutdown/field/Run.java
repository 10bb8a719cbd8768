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

package io.github.gracefulshutdown.field;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.gracefulshutdown.field.Sample.Outcome;

/**
 * What became of one row with one variant.
 *
 * @param way how the service was stopped
 * @param variant with what it ran
 * @param stopped when it was stopped
 * @param took how long until it was gone
 * @param exitCode the exit code, 137 if it was killed
 * @param samples what JMeter sampled
 * @param summary what JMeter says of them
 * @param log the log of the service
 */
record Run(Way way, Variant variant, Instant stopped, Duration took, int exitCode, List<Sample> samples, String summary,
		List<String> log) {

	private static final int SIGKILLED = 137;

	long count(Outcome outcome) {
		return this.samples.stream().filter((sample) -> sample.outcome() == outcome).count();
	}

	/**
	 * Returns how many were sent and not answered.
	 */
	long lost() {
		return count(Outcome.FAILED_TO_RESPOND) + count(Outcome.CONNECTION_RESET) + count(Outcome.OTHER_FAILURE);
	}

	/**
	 * Returns those that were in flight when the service was stopped.
	 */
	List<Sample> inFlight() {
		return this.samples.stream()
			.filter((sample) -> !sample.start().isAfter(this.stopped) && sample.end().isAfter(this.stopped))
			.toList();
	}

	boolean killed() {
		return this.exitCode == SIGKILLED;
	}

	/**
	 * Returns how long answers took.
	 * @param share the share of answers that took no longer
	 */
	Duration percentile(double share) {
		List<Duration> sorted = this.samples.stream()
			.filter((sample) -> sample.outcome() == Outcome.OK)
			.map(Sample::elapsed)
			.sorted()
			.toList();
		return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
	}

}
