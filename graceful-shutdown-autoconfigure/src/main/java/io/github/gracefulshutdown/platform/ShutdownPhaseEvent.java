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

import org.springframework.context.ApplicationEvent;

/**
 * Published when a phase of the shutdown has ended. Listeners are called one after the
 * other on a thread that is not the one that shuts down, which waits 250 ms for all of
 * them and then goes on.
 *
 * @since 0.1.0
 */
public class ShutdownPhaseEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	private final transient ShutdownReport.Phase phase;

	private final transient ShutdownReport report;

	/**
	 * Make the event.
	 * @param source the application context that takes part
	 * @param phase the phase that has ended
	 * @param report the report as it stood then
	 */
	public ShutdownPhaseEvent(Object source, ShutdownReport.Phase phase, ShutdownReport report) {
		super(source);
		this.phase = phase;
		this.report = report;
	}

	/**
	 * Return the phase that has ended.
	 * @return the phase
	 */
	public ShutdownReport.Phase getPhase() {
		return this.phase;
	}

	/**
	 * Return the report as it stood then.
	 * @return the report
	 */
	public ShutdownReport getReport() {
		return this.report;
	}

}
