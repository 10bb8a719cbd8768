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

import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.Timeline;

import org.springframework.context.ApplicationContext;

/**
 * Tells the application of each phase that has ended.
 *
 * @since 0.1.0
 * @see ShutdownPhaseEvent
 */
public final class PhasePublisher implements Timeline.Listener {

	private final ApplicationContext context;

	/**
	 * Make the publisher.
	 * @param context the context whose listeners are told
	 */
	public PhasePublisher(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void phaseEnded(ShutdownReport.Phase phase, ShutdownReport report) {
		this.context.publishEvent(new ShutdownPhaseEvent(this.context, phase, report));
	}

}
