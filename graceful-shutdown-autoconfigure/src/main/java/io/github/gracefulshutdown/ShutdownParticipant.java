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

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Something that has its part in a shutdown: a server, a registry, an executor, or the
 * application's own work. Every bean of this type takes part.
 * <p>
 * A participant is told once per phase, on a thread of its own and at the same time as
 * all others. It is interrupted at the deadline of the phase, and left behind if it does
 * not react; what it throws is recorded. Neither costs another participant its turn.
 * <p>
 * Spring's {@code @Order}, on the class or on the bean method, or {@code Ordered} puts a
 * participant before others or after them. All that come with the library have 0, as has
 * whoever says nothing, but for the one that waits for executors, which has 1. Who comes
 * later is told when those before are done with the phase, and in
 * {@link ShutdownPhase#DRAIN} have nothing active any more, or when a tenth of the phase
 * is left.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ShutdownParticipant {

	/**
	 * Do this participant's part of a phase, and return when it is done.
	 * @param context the phase, the deadline and the timeline
	 * @throws java.util.concurrent.TimeoutException if the part was not done in time
	 * @throws Exception if the part could not be done; recorded, and the shutdown goes on
	 */
	void onPhase(PhaseContext context) throws Exception;

	/**
	 * Take back what was done in a phase of the first act, because the instance returns
	 * to service. Phases are undone in their own order, so that the instance is ready
	 * before callers are sent to it again.
	 * @param context the phase, the deadline and the timeline
	 * @throws Exception if it could not be undone; recorded, and the return goes on
	 */
	default void undo(PhaseContext context) throws Exception {
	}

	/**
	 * Return the phases this participant wants to be told of.
	 * @return the phases, by default all
	 */
	default Set<ShutdownPhase> phases() {
		return EnumSet.allOf(ShutdownPhase.class);
	}

	/**
	 * Return what is still in flight here. {@link ShutdownPhase#DRAIN} is not over while
	 * there is any. Called often: it has to be quick.
	 * @return the work in flight, empty by default
	 */
	default Collection<ActiveWork> activeWork() {
		return List.of();
	}

	/**
	 * Return the name that the timeline uses.
	 * @return the name, by default that of the class; that of the bean, if it is a lambda
	 */
	default String name() {
		String simpleName = getClass().getSimpleName();
		return simpleName.isEmpty() ? getClass().getName() : simpleName;
	}

}
