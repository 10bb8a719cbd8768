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

package io.github.gracefulshutdown.registry;

import java.time.Duration;

/**
 * This instance's membership in one service registry. All methods may block; they are
 * called on a thread that is interrupted when their time is over, and what they throw is
 * reported.
 *
 * @since 0.1.0
 */
public interface RegistryMembership {

	/**
	 * Return the name of the registry, for the report.
	 * @return the name, such as {@code eureka}
	 */
	String name();

	/**
	 * Return whether there is anything to leave.
	 * @return whether this instance has registered itself
	 */
	boolean isRegistered();

	/**
	 * Return whether the registry runs on this very host, as it does on a laptop: nobody
	 * has to be told there what stopping the instance will cost callers.
	 * @return whether it is known to be here; by default, and where an agent on each host
	 * is how the registry is run, {@code false}
	 */
	default boolean isLocal() {
		return false;
	}

	/**
	 * Ask the registry to send no more callers to this instance, and keep the client from
	 * putting it back. Has to be idempotent.
	 * @throws Exception if the registry could not be asked
	 */
	void leave() throws Exception;

	/**
	 * Return whether presence can be read from this registry at all. Where it cannot,
	 * nobody waits for a confirmation, and the report says {@code unknown}.
	 * @return whether {@link #presence()} can be anything but {@link Presence#UNKNOWN}
	 */
	default boolean isConfirmable() {
		return true;
	}

	/**
	 * Read from the registry, and from no cache, whether it sends callers here.
	 * @return the presence
	 * @throws Exception if it could not be read, which counts as {@link Presence#UNKNOWN}
	 */
	Presence presence() throws Exception;

	/**
	 * Remove the instance through the registry's own API, because leaving did not work.
	 * @return whether this registry has such a way
	 * @throws Exception if it could not be done
	 */
	default boolean evict() throws Exception {
		return false;
	}

	/**
	 * Put the instance back as it was.
	 * @throws Exception if it could not be done
	 */
	void rejoin() throws Exception;

	/**
	 * Return how long callers may go on using an address after the registry has dropped
	 * it, because of the caches between the registry and them.
	 * @return the time, {@link Duration#ZERO} if callers are told at once
	 */
	Duration staleness();

	/**
	 * Return what makes {@link #staleness()} shorter, for advice.
	 * @return the caches and their settings, the rest of a sentence that begins with
	 * "Shorten"
	 */
	default String stalenessSettings() {
		return "the caches between the registry and its callers";
	}

}
