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

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.Timeline;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/**
 * An observation of each phase, for traces and for whatever else is made of them. What
 * was measured is in {@link ShutdownMetrics}, under names of its own.
 *
 * @since 0.1.0
 */
public final class ShutdownObservations implements Timeline.Listener {

	private final ObservationRegistry registry;

	private final Map<ShutdownPhase, Observation> running = new EnumMap<>(ShutdownPhase.class);

	/**
	 * Make the observations.
	 * @param registry where they are observed
	 */
	public ShutdownObservations(ObservationRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void phaseStarted(ShutdownPhase phase) {
		this.running.put(phase,
				Observation.createNotStarted("graceful.shutdown.step", this.registry)
					.contextualName("shutdown " + phase.name().toLowerCase(Locale.ROOT))
					.lowCardinalityKeyValue("phase", phase.name())
					.start());
	}

	@Override
	public void phaseEnded(ShutdownReport.Phase phase, ShutdownReport report) {
		Observation observation = this.running.remove(phase.phase());
		if (observation != null) {
			observation.lowCardinalityKeyValue("outcome", phase.outcome().name())
				.highCardinalityKeyValue("detail", String.join("; ", phase.detail()))
				.stop();
		}
	}

}
