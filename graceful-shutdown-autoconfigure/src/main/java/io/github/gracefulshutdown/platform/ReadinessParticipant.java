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

package io.github.gracefulshutdown.platform;

import java.util.EnumSet;
import java.util.Set;

import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;

import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;

/**
 * Tells whoever probes readiness that this instance takes no more traffic.
 *
 * @since 0.1.0
 */
public final class ReadinessParticipant implements ShutdownParticipant {

	private final ApplicationContext context;

	private final ApplicationAvailability availability;

	private volatile boolean refused;

	/**
	 * Make the participant.
	 * @param context the context that publishes the change
	 * @param availability the availability as it stands
	 */
	public ReadinessParticipant(ApplicationContext context, ApplicationAvailability availability) {
		this.context = context;
		this.availability = availability;
	}

	@Override
	public Set<ShutdownPhase> phases() {
		return EnumSet.of(ShutdownPhase.ANNOUNCE);
	}

	@Override
	public String name() {
		return "readiness";
	}

	@Override
	public void onPhase(PhaseContext phase) {
		if (this.availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC) {
			this.refused = true;
			AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
			phase.detail("readiness is REFUSING_TRAFFIC");
		}
	}

	@Override
	public void undo(PhaseContext phase) {
		if (this.refused) {
			this.refused = false;
			AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
			phase.detail("readiness is ACCEPTING_TRAFFIC");
		}
	}

}
