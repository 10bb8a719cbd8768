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
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

import io.github.gracefulshutdown.sample.pay.Debit;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.Outcome;
import io.github.gracefulshutdown.test.RequestResult;
import io.github.gracefulshutdown.test.StopReport;

/**
 * What came of rolling over all instances once.
 *
 * @param variant what was rolled over
 * @param started when the first replacement was started
 * @param ended when the last old instance was gone
 * @param instances all instances, the old ones first
 * @param load what the clients saw
 * @param chargedWithoutOrder what the reconciliation found
 */
record Round(Variant variant, Moment started, Moment ended, List<InstanceTrace> instances, LoadReport load,
		List<Debit> chargedWithoutOrder) {

	/**
	 * Returns the requests whose clients did not get what they asked for, whatever the
	 * reason.
	 */
	List<RequestResult> failures() {
		return this.load.where("failed", Round::isFailure).all();
	}

	long failures(Outcome outcome) {
		return failures().stream().filter((result) -> result.outcome() == outcome).count();
	}

	static boolean isFailure(RequestResult result) {
		return result.outcome() != Outcome.ANSWERED || result.status() >= 400;
	}

	Duration slowestDrain() {
		return this.instances.stream()
			.map(InstanceTrace::stop)
			.filter(Objects::nonNull)
			.map(StopReport::duration)
			.max(Comparator.naturalOrder())
			.orElse(Duration.ZERO);
	}

	Duration duration() {
		return this.ended.since(this.started);
	}

}
