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

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.Timeline;

/**
 * Writes the timeline to the log: {@code graceful-shutdown phase=…} for each phase, at
 * level DEBUG if it had nothing to do, {@code graceful-shutdown state=…} with all of it
 * at the end, and a warning for each piece of work that was cut. One event is one line.
 *
 * @since 0.1.0
 */
public final class TimelineLog implements Timeline.Listener {

	private static final Log logger = LogFactory.getLog(GracefulShutdown.class);

	@Override
	public void phaseEnded(ShutdownReport.Phase phase, ShutdownReport report) {
		if (phase.phase() == ShutdownPhase.CUT) {
			for (ActiveWork work : report.requests().cut()) {
				logger.warn(LogLine
					.oneLine("Cut after %d ms: %s %s".formatted(work.age().toMillis(), work.kind(), work.name())
							+ known(" on thread ", work.thread()) + known(" at ", work.location())
							+ known(", trace ", work.traceId())));
			}
		}
		for (ShutdownReport.Checkpoint checkpoint : report.checkpoints()) {
			if (checkpoint.phase() == phase.phase()) {
				log(checkpoint);
			}
		}
		LogLine line = new LogLine().with("phase", phase.phase())
			.with("outcome", phase.outcome())
			.with("ms", phase.duration().toMillis())
			.with("detail", String.join("; ", phase.detail()));
		// what was said all the same is said of those who tell of it
		if (phase.outcome() == ShutdownReport.Outcome.NOTHING_TO_DO && phase.detail().isEmpty()) {
			logger.debug(line);
		}
		else {
			log(isBad(phase), line);
		}
		if (phase.phase() == ShutdownPhase.CUT) {
			summarize(report);
		}
	}

	private static void summarize(ShutdownReport report) {
		ShutdownReport.Requests requests = report.requests();
		LogLine line = new LogLine().with("state", report.state())
			.with("trigger", report.trigger())
			.with("ms", report.duration().toMillis());
		for (ShutdownReport.Phase phase : report.phases()) {
			line.with(phase.phase().name().toLowerCase(Locale.ROOT) + ".ms", phase.duration().toMillis());
		}
		line.with("registries", names(report.registries(), TimelineLog::name))
			.with("served", requests.served())
			.with("handedOver", requests.handedOver())
			.with("cut", requests.cut().size())
			.with("checkpoints", names(report.checkpoints(), ShutdownReport.Checkpoint::name));
		log(!requests.cut().isEmpty() || report.phases().stream().anyMatch(TimelineLog::isBad), line);
	}

	private static String name(ShutdownReport.Registry registry) {
		return registry.name() + ":" + registry.presence() + (registry.evicted() ? ":evicted" : "");
	}

	private static <T> String names(List<T> items, Function<T, String> name) {
		return items.isEmpty() ? "none" : items.stream().map(name).collect(Collectors.joining(","));
	}

	private static boolean isBad(ShutdownReport.Phase phase) {
		return phase.outcome() == ShutdownReport.Outcome.FAILED || phase.outcome() == ShutdownReport.Outcome.TIMED_OUT;
	}

	private static void log(boolean bad, LogLine line) {
		if (bad) {
			logger.warn(line);
		}
		else {
			logger.info(line);
		}
	}

	private static String known(String label, @Nullable String value) {
		return (value != null) ? label + value : "";
	}

	private static void log(ShutdownReport.Checkpoint checkpoint) {
		String line = LogLine.oneLine("Checkpoint of %s: %s".formatted(checkpoint.name(), checkpoint.position()));
		if (checkpoint.error() == null) {
			logger.info(line);
		}
		else {
			logger.warn(line + ", which the next start will not find: " + LogLine.oneLine(checkpoint.error()));
		}
	}

}
