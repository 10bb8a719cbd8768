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

package io.github.gracefulshutdown;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link ShutdownParticipant} is given in a phase: the phase, the time it has, and
 * the timeline to write to. Thread-safe.
 *
 * @since 0.1.0
 */
public interface PhaseContext {

	/**
	 * Return the phase that has begun.
	 * @return the phase
	 */
	ShutdownPhase phase();

	/**
	 * Return when the participant has to be done with this phase; it is interrupted then.
	 * @return the deadline
	 */
	Deadline deadline();

	/**
	 * Return the clock the deadline is measured with.
	 * @return the clock
	 */
	ShutdownClock clock();

	/**
	 * Return the thread that waits for the second act. What it was doing cannot end
	 * before the act does, so nobody must wait for it.
	 * @return the thread, or {@code null} in the first act
	 */
	@Nullable Thread waiter();

	/**
	 * Return whether a thread waits in {@link System#exit(int)} for the process to end,
	 * be it stopped by this call or by something else. Nobody must wait for it either.
	 * @param thread the thread
	 * @return whether it waits for the process to end
	 */
	static boolean isExiting(Thread thread) {
		Thread.State state = thread.getState();
		// blocked if it is not the first that wants to
		return (state == Thread.State.WAITING || state == Thread.State.BLOCKED) && Stream.of(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(Runtime.class.getName())
					&& frame.getMethodName().equals("exit"));
	}

	/**
	 * Say in a sentence what was done, for the timeline.
	 * @param detail the sentence
	 */
	void detail(String detail);

	/**
	 * Report how leaving a service registry has ended.
	 * @param registry the outcome
	 */
	void registry(ShutdownReport.Registry registry);

	/**
	 * Record how far work has come that does not end in the time there is, so that the
	 * next start goes on from there. It goes to the {@link CheckpointStore} if there is
	 * one, and in any case to the report and the log, which also say when it was not
	 * stored. Does not throw what the store throws.
	 * @param name the work, see {@link CheckpointStore#requireName(String)}; one that is
	 * given again replaces the earlier position
	 * @param position how far it has come, which must not be secret
	 * @return whether it was stored
	 */
	boolean checkpoint(String name, String position);

}
