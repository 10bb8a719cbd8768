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

import org.jspecify.annotations.Nullable;

/**
 * One request as its client saw it.
 *
 * @param number the running number of the request in its load, from 1: what {@code {n}}
 * stood for
 * @param group the group of clients that sent it
 * @param request the name of the request, by default method and path template
 * @param target where it was sent, {@code null} if no target was named
 * @param outcome what the client saw
 * @param status the status of the answer, 0 if none came
 * @param reused whether the connection had carried a request before
 * @param started when the client began, before it connected
 * @param connected when the connection that was used had been established, {@code null}
 * if none was
 * @param sent when the first byte was about to be written, {@code null} if nothing was
 * @param ended when the last byte was read or the failure was seen
 * @param detail what went wrong, empty if nothing did
 * @since 0.1.0
 */
public record RequestResult(long number, String group, String request, @Nullable URI target, Outcome outcome,
		int status, boolean reused, Moment started, @Nullable Moment connected, @Nullable Moment sent, Moment ended,
		String detail) {

	/**
	 * Return whether the request is lost.
	 * @return whether the request is lost
	 * @see Outcome#isLost()
	 */
	public boolean isLost() {
		return this.outcome.isLost();
	}

	/**
	 * Return whether the request had been sent, and had not ended, at the given moment.
	 * @param moment the moment
	 * @return whether the request was in flight
	 */
	public boolean isInFlightAt(Moment moment) {
		return this.sent != null && !this.sent.isAfter(moment) && this.ended.isAfter(moment);
	}

	/**
	 * Return whether the request was sent after the given moment.
	 * @param moment the moment
	 * @return whether the request was sent later
	 */
	public boolean isSentAfter(Moment moment) {
		return this.sent != null && this.sent.isAfter(moment);
	}

	/**
	 * Return the time from the client's first act to the end.
	 * @return the time the client spent
	 */
	public Duration duration() {
		return this.ended.since(this.started);
	}

}
