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
import java.util.List;
import java.util.function.Consumer;

/**
 * A load that is under way. Thread-safe.
 *
 * @since 0.1.0
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RunningLoad implements AutoCloseable {

	RunningLoad(List<ClientGroup> groups, Duration requestTimeout, Consumer<RequestResult> listener) {
	}

	void start() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the number of requests that have ended.
	 * @return the number of requests
	 */
	public long requests() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the number of requests that have ended in a certain way.
	 * @param outcome the outcome
	 * @return the number of requests
	 */
	public long count(Outcome outcome) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the number of requests that are under way.
	 * @return the number of requests, at most the number of clients
	 */
	public int inFlight() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the number of requests of one group that are under way.
	 * @param group the name of the group
	 * @return the number of requests, at most the number of the group's clients
	 */
	public int inFlight(String group) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Wait for at most 60 s until so many requests have ended since the start.
	 * @param requests the number of requests
	 * @return this load
	 * @throws IllegalStateException if they have not ended in time
	 */
	public RunningLoad awaitRequests(long requests) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Wait for at most 60 s until so many requests are under way at once.
	 * @param requests the number of requests
	 * @return this load
	 * @throws IllegalStateException if it did not come to that
	 */
	public RunningLoad awaitInFlight(int requests) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Wait for at most 60 s until so many requests of one group are under way at once.
	 * @param group the name of the group
	 * @param requests the number of requests
	 * @return this load
	 * @throws IllegalStateException if it did not come to that
	 */
	public RunningLoad awaitInFlight(String group, int requests) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Send no further requests until {@link #resume()}. Requests under way go on, and
	 * connections stay open.
	 */
	public void pause() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Send again after {@link #pause()}.
	 */
	public void resume() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return what has ended so far.
	 * @return the report so far
	 */
	public LoadReport report() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Send no further requests, wait for those under way, which the request timeout
	 * bounds, and close the connections. A second call only returns the report.
	 * @return the report
	 */
	public LoadReport stop() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Close all connections at once, without regard to requests under way. Called by the
	 * kit.
	 */
	@Override
	public void close() {
	}

}
