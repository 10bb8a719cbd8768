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

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Clients of one kind. Each is a closed loop: it sends the group's requests in turn,
 * reads each answer to its end and thinks before it sends the next one. Immutable; each
 * method returns a new group.
 *
 * @since 0.1.0
 */
public final class ClientGroup {

	private static final Duration DEFAULT_MIN_THINK_TIME = Duration.ofMillis(5);

	private static final Duration DEFAULT_MAX_THINK_TIME = Duration.ofMillis(25);

	private final String name;

	private final int clients;

	private final Connections connections;

	private final List<Request> requests;

	private final Duration minThinkTime;

	private final Duration maxThinkTime;

	private final @Nullable Supplier<? extends @Nullable URI> target;

	private ClientGroup(String name, int clients, Connections connections, List<Request> requests,
			Duration minThinkTime, Duration maxThinkTime, @Nullable Supplier<? extends @Nullable URI> target) {
		this.name = name;
		this.clients = clients;
		this.connections = connections;
		this.requests = requests;
		this.minThinkTime = minThinkTime;
		this.maxThinkTime = maxThinkTime;
		this.target = target;
	}

	/**
	 * Create a group of clients that think for 5 to 25 ms between requests.
	 * @param name the name of the group
	 * @param clients the number of clients, each with a thread of its own
	 * @param connections how they use connections
	 * @param requests what each of them sends, in turn
	 * @return the group
	 */
	public static ClientGroup of(String name, int clients, Connections connections, Request... requests) {
		if (clients < 1 || requests.length == 0) {
			throw new IllegalArgumentException("The group '" + name + "' sends nothing");
		}
		return new ClientGroup(name, clients, connections, List.of(requests), DEFAULT_MIN_THINK_TIME,
				DEFAULT_MAX_THINK_TIME, null);
	}

	/**
	 * Set how long a client thinks between the end of a request and the next one.
	 * @param min the least time
	 * @param max the most time; each pause is chosen at random between the two
	 * @return the changed group
	 */
	public ClientGroup thinkTime(Duration min, Duration max) {
		if (min.isNegative() || max.compareTo(min) < 0) {
			throw new IllegalArgumentException("A think time between " + min + " and " + max);
		}
		return new ClientGroup(this.name, this.clients, this.connections, this.requests, min, max, this.target);
	}

	/**
	 * Send to a target of its own instead of the load's.
	 * @param target asked before each request, by the clients' threads; {@code null} if
	 * there is no target at the moment
	 * @return the changed group
	 */
	public ClientGroup target(Supplier<? extends @Nullable URI> target) {
		return new ClientGroup(this.name, this.clients, this.connections, this.requests, this.minThinkTime,
				this.maxThinkTime, target);
	}

	/**
	 * Return the name of the group.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Return the number of clients.
	 * @return the number of clients
	 */
	public int clients() {
		return this.clients;
	}

	Connections connections() {
		return this.connections;
	}

	List<Request> requests() {
		return this.requests;
	}

	Duration minThinkTime() {
		return this.minThinkTime;
	}

	Duration maxThinkTime() {
		return this.maxThinkTime;
	}

	ClientGroup targetIfNone(Supplier<? extends @Nullable URI> target) {
		return (this.target != null) ? this : target(target);
	}

	Supplier<? extends @Nullable URI> requireTarget() {
		if (this.target == null) {
			throw new IllegalStateException("The group '" + this.name + "' has no target");
		}
		return this.target;
	}

	@Override
	public String toString() {
		return this.name;
	}

}
