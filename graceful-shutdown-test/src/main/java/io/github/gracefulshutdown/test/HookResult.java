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

package io.github.gracefulshutdown.test;

import java.time.Duration;

/**
 * What came of a preStop hook. Whatever it was, the termination went on.
 *
 * @param started when the hook began
 * @param ended when it was over or was given up
 * @param completed whether it was over by itself; {@code false} if it failed or the grace
 * period had passed
 * @param status the HTTP status or the exit code, -1 if there is none
 * @param output the body of the answer, the output of the command or what went wrong
 * @since 0.1.0
 */
public record HookResult(Moment started, Moment ended, boolean completed, int status, String output) {

	/**
	 * Return how long the hook took.
	 * @return the duration
	 */
	public Duration duration() {
		return this.ended.since(this.started);
	}

	@Override
	public String toString() {
		return (this.completed ? "completed" : "failed") + " with " + this.status + " after " + duration().toMillis()
				+ " ms";
	}

}
