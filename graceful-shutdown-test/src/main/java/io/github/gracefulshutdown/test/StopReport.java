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

import org.jspecify.annotations.Nullable;

/**
 * How an application was ended.
 *
 * @param started when the termination began
 * @param preStop the preStop hook, {@code null} if there was none
 * @param signalled when the first signal was about to be sent
 * @param exited when the process was gone
 * @param exitCode the exit code of the process
 * @param killed whether SIGKILL was needed
 * @since 0.1.0
 */
public record StopReport(Moment started, @Nullable HookResult preStop, Moment signalled, Moment exited, int exitCode,
		boolean killed) {

	/**
	 * Return how long it took from the beginning to the end of the process.
	 * @return the whole duration
	 */
	public Duration duration() {
		return this.exited.since(this.started);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder();
		if (this.preStop != null) {
			text.append("preStop ").append(this.preStop).append(", ");
		}
		text.append("signalled at ").append(this.signalled.since(this.started).toMillis()).append(" ms, ");
		text.append(this.killed ? "killed" : "exited").append(" with ").append(this.exitCode);
		return text.append(" at ").append(duration().toMillis()).append(" ms").toString();
	}

}
