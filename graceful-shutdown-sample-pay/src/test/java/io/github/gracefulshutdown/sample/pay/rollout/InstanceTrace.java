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
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.StopReport;
import org.jspecify.annotations.Nullable;

/**
 * The life of one instance.
 *
 * @param name its name
 * @param launched when its process was started
 * @param ready when it was in service
 * @param stop how it was ended, {@code null} if it has outlived the round
 * @param phases what it did on its way out, as its log tells
 */
record InstanceTrace(String name, Moment launched, Moment ready, @Nullable StopReport stop, List<Phase> phases) {

	private static final Pattern PHASE = Pattern
		.compile("^(\\S+) .* : graceful-shutdown phase=(\\w+) outcome=(\\w+) ms=(\\d+) detail=\"?(.*?)\"?$");

	private static final Pattern BOOT = Pattern
		.compile("^(\\S+) .* : (Commencing graceful shutdown|Graceful shutdown (?:complete|aborted)).*");

	static List<Phase> phases(List<String> log) {
		List<Phase> phases = new ArrayList<>();
		Instant commenced = null;
		for (String line : log) {
			Matcher phase = PHASE.matcher(line);
			Matcher boot = BOOT.matcher(line);
			if (phase.matches()) {
				Instant ended = instant(phase.group(1));
				Duration duration = Duration.ofMillis(Long.parseLong(phase.group(4)));
				phases.add(new Phase(phase.group(2), phase.group(3), ended.minus(duration), ended,
						phase.group(5).strip()));
			}
			else if (boot.matches() && boot.group(2).startsWith("Commencing")) {
				commenced = instant(boot.group(1));
			}
			else if (boot.matches() && commenced != null) {
				phases.add(new Phase("BOOT", boot.group(2), commenced, instant(boot.group(1)),
						"Spring Boot's own graceful shutdown"));
			}
		}
		return phases;
	}

	private static Instant instant(String timestamp) {
		return OffsetDateTime.parse(timestamp).toInstant();
	}

	/**
	 * A phase of the way out.
	 *
	 * @param name its name
	 * @param outcome how it ended
	 * @param from when it began
	 * @param to when it ended
	 * @param detail what was done
	 */
	record Phase(String name, String outcome, Instant from, Instant to, String detail) {

	}

}
