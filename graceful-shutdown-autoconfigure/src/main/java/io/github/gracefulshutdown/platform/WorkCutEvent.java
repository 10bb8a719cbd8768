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

import java.util.List;

import io.github.gracefulshutdown.ActiveWork;

import org.springframework.context.ApplicationEvent;

/**
 * Published once, on a thread of its own, when the time was over before all work was
 * done. The application is still complete: what was lost can be written down, within the
 * 250 ms that the shutdown waits for it.
 *
 * @since 0.1.0
 */
public class WorkCutEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	private final transient List<ActiveWork> cut;

	/**
	 * Make the event.
	 * @param source the application context that is closed
	 * @param cut what was cut
	 */
	public WorkCutEvent(Object source, List<ActiveWork> cut) {
		super(source);
		this.cut = List.copyOf(cut);
	}

	/**
	 * Return what was cut.
	 * @return the work, never empty
	 */
	public List<ActiveWork> getCut() {
		return this.cut;
	}

}
