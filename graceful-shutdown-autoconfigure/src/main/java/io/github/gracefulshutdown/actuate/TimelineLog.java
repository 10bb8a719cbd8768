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

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.Timeline;

/**
 * Writes the timeline to the log: a line for each phase that had something to do, a
 * warning for each piece of work that was cut.
 *
 * @since 0.1.0
 */
public final class TimelineLog implements Timeline.Listener {

	private static final Log logger = LogFactory.getLog(GracefulShutdown.class);

	@Override
	public void phaseEnded(ShutdownReport.Phase phase, ShutdownReport report) {
		if (phase.phase() == ShutdownPhase.CUT) {
			for (ActiveWork work : report.requests().cut()) {
				logger.warn("Cut after %d ms: %s %s".formatted(work.age().toMillis(), work.kind(), work.name())
						+ known(" on thread ", work.thread()) + known(" at ", work.location())
						+ known(", trace ", work.traceId()));
			}
		}
		for (ShutdownReport.Checkpoint checkpoint : report.checkpoints()) {
			if (checkpoint.phase() == phase.phase()) {
				log(checkpoint);
			}
		}
		if (phase.outcome() == ShutdownReport.Outcome.NOTHING_TO_DO) {
			return;
		}
		String line = "%s %s after %d ms: %s".formatted(phase.phase(), phase.outcome(), phase.duration().toMillis(),
				String.join("; ", phase.detail()));
		switch (phase.outcome()) {
			case FAILED, TIMED_OUT -> logger.warn(line);
			default -> logger.info(line);
		}
	}

	private static String known(String label, @Nullable String value) {
		return (value != null) ? label + value : "";
	}

	private static void log(ShutdownReport.Checkpoint checkpoint) {
		String line = "Checkpoint of %s: %s".formatted(checkpoint.name(), checkpoint.position());
		if (checkpoint.error() == null) {
			logger.info(line);
		}
		else {
			logger.warn(line + ", which the next start will not find: " + checkpoint.error());
		}
	}

}
