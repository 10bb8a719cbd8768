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
import java.time.Instant;

/**
 * A point in time of this JVM, on both clocks: the monotonic one, which orders and
 * measures, and the wall clock, which is only for reading.
 *
 * @param nanoTime the monotonic time, as {@link System#nanoTime()}
 * @param wall the wall clock's time
 * @since 0.1.0
 */
public record Moment(long nanoTime, Instant wall) implements Comparable<Moment> {

	/**
	 * Return the current moment.
	 * @return the current moment
	 */
	public static Moment now() {
		return new Moment(System.nanoTime(), Instant.now());
	}

	/**
	 * Return whether this moment is earlier than another one.
	 * @param other the other moment
	 * @return whether this moment is earlier
	 */
	public boolean isBefore(Moment other) {
		return compareTo(other) < 0;
	}

	/**
	 * Return whether this moment is later than another one.
	 * @param other the other moment
	 * @return whether this moment is later
	 */
	public boolean isAfter(Moment other) {
		return compareTo(other) > 0;
	}

	/**
	 * Return the time that passed since an earlier moment.
	 * @param earlier the earlier moment
	 * @return the time between the two, negative if the other moment is in fact later
	 */
	public Duration since(Moment earlier) {
		return Duration.ofNanos(this.nanoTime - earlier.nanoTime);
	}

	@Override
	public int compareTo(Moment other) {
		return Long.signum(this.nanoTime - other.nanoTime);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof Moment moment && this.nanoTime == moment.nanoTime;
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.nanoTime);
	}

	@Override
	public String toString() {
		return this.wall.toString();
	}

}
