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

/**
 * One request of one of JMeter's users.
 *
 * @param start when it was sent
 * @param elapsed how long it took until the answer was complete, or failed
 * @param outcome what became of it
 * @param message the status, or JMeter's message
 */
record Sample(Instant start, Duration elapsed, Outcome outcome, String message) {

	Instant end() {
		return this.start.plus(this.elapsed);
	}

	/**
	 * What became of a request, in the words of JMeter.
	 */
	enum Outcome {

		/** The status was 200, and all of the body arrived. */
		OK("200", ""),

		/** There was an answer, with another status. */
		OTHER_STATUS("other status", ""),

		/** A {@code NoHttpResponseException}: the connection was closed instead. */
		FAILED_TO_RESPOND("failed to respond", "failed to respond"),

		/** The connection was reset. */
		CONNECTION_RESET("connection reset", "Connection reset"),

		/** No connection came about: nothing was sent. */
		CONNECTION_REFUSED("connection refused", "Connection refused"),

		/** Anything else, such as an answer that ended in the middle. */
		OTHER_FAILURE("other failure", "");

		private final String title;

		private final String message;

		Outcome(String title, String message) {
			this.title = title;
			this.message = message;
		}

		static Outcome of(String code, String message) {
			if (code.chars().allMatch(Character::isDigit)) {
				return "200".equals(code) ? OK : OTHER_STATUS;
			}
			for (Outcome outcome : values()) {
				if (!outcome.message.isEmpty() && message.contains(outcome.message)) {
					return outcome;
				}
			}
			return OTHER_FAILURE;
		}

		@Override
		public String toString() {
			return this.title;
		}

	}

}
