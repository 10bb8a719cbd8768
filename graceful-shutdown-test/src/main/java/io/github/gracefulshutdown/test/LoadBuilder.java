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
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Describes a load: groups of clients and where they send. Not thread-safe.
 *
 * @since 0.1.0
 * @see ProofKit#load()
 */
public final class LoadBuilder {

	private final Consumer<RunningLoad> started;

	private final List<ClientGroup> groups = new ArrayList<>();

	private @Nullable Supplier<? extends @Nullable URI> target;

	private Duration requestTimeout = Duration.ofSeconds(30);

	private Consumer<RequestResult> listener = (result) -> {
	};

	LoadBuilder(Consumer<RunningLoad> started) {
		this.started = started;
	}

	/**
	 * Send to one target.
	 * @param target the base URI, of which scheme {@code http}, host and port count
	 * @return this builder
	 */
	public LoadBuilder target(URI target) {
		return target(() -> target);
	}

	/**
	 * Ask for the target before each request, so that a caller that knows a registry can
	 * choose. A client keeps one connection per target.
	 * @param target asked by the clients' threads; {@code null} if there is no target at
	 * the moment
	 * @return this builder
	 */
	public LoadBuilder target(Supplier<? extends @Nullable URI> target) {
		this.target = target;
		return this;
	}

	/**
	 * Add a group of clients with the default think time.
	 * @param name the name of the group
	 * @param clients the number of clients
	 * @param connections how they use connections
	 * @param requests what each of them sends, in turn
	 * @return this builder
	 */
	public LoadBuilder group(String name, int clients, Connections connections, Request... requests) {
		return group(ClientGroup.of(name, clients, connections, requests));
	}

	/**
	 * Add a group of clients.
	 * @param group the group
	 * @return this builder
	 */
	public LoadBuilder group(ClientGroup group) {
		this.groups.add(group);
		return this;
	}

	/**
	 * Set the time a client has for one request, from connecting to the last byte of the
	 * answer; 30 s by default.
	 * @param requestTimeout the timeout
	 * @return this builder
	 */
	public LoadBuilder requestTimeout(Duration requestTimeout) {
		this.requestTimeout = requestTimeout;
		return this;
	}

	/**
	 * Listen to results as they come.
	 * @param listener called by the clients' threads, several at a time; it should not
	 * block
	 * @return this builder
	 */
	public LoadBuilder onResult(Consumer<RequestResult> listener) {
		this.listener = this.listener.andThen(listener);
		return this;
	}

	/**
	 * Start the clients.
	 * @return the running load, which ends with the kit at the latest
	 * @throws IllegalStateException if there is no group, or a group without a target
	 */
	public RunningLoad start() {
		if (this.groups.isEmpty()) {
			throw new IllegalStateException("A load without a group of clients sends nothing");
		}
		RunningLoad load = new RunningLoad(targetedGroups(), this.requestTimeout, this.listener);
		this.started.accept(load);
		load.start();
		return load;
	}

	private List<ClientGroup> targetedGroups() {
		Supplier<? extends @Nullable URI> target = this.target;
		return (target != null) ? this.groups.stream().map((group) -> group.targetIfNone(target)).toList()
				: List.copyOf(this.groups);
	}

}
