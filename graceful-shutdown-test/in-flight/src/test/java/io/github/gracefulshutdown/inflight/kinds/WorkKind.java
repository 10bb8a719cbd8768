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

package io.github.gracefulshutdown.inflight.kinds;

import java.util.EnumSet;
import java.util.Set;

/**
 * The kinds of work that may be in flight.
 */
enum WorkKind {

	/**
	 * A request that a thread works on.
	 */
	REQUEST("request", "http GET /request", Outcome.FINISHED),

	/**
	 * A request that waits for somebody else's thread.
	 */
	DEFERRED("asynchronous request (`DeferredResult`)", "http GET /deferred", Outcome.FINISHED),

	/**
	 * A stream of events that ends.
	 */
	STREAM("event stream that ends by itself", "sse GET /stream", Outcome.FINISHED),

	/**
	 * A stream of events that does not.
	 */
	FEED("event stream without an end", "sse GET /feed", null),

	/**
	 * A WebSocket.
	 */
	WEBSOCKET("WebSocket", "websocket", null),

	/**
	 * A method that somebody else's thread runs.
	 */
	ASYNC("`@Async` method that is running", "executor applicationTaskExecutor", Outcome.FINISHED),

	/**
	 * A method that waits for a thread.
	 */
	QUEUED("`@Async` method in the queue", "executor applicationTaskExecutor.*queue", Outcome.LOST),

	/**
	 * A task with a thread of its own.
	 */
	SIMPLE("task of a `SimpleAsyncTaskExecutor`", "executor simpleExecutor", Outcome.LOST),

	/**
	 * A task of a pool that Spring knows nothing of.
	 */
	EXECUTOR("task of an `ExecutorService` bean", "executor plainExecutor", Outcome.LOST),

	/**
	 * A scheduled task.
	 */
	SCHEDULED("`@Scheduled` method", "scheduler taskScheduler", Outcome.FINISHED),

	/**
	 * A message from RabbitMQ.
	 */
	RABBIT("message from RabbitMQ", "rabbit ", Outcome.LOST),

	/**
	 * A record from Kafka.
	 */
	KAFKA("record from Kafka", "kafka ", Outcome.FINISHED),

	/**
	 * A message over JMS.
	 */
	JMS("message over JMS", "jms ", Outcome.FINISHED),

	/**
	 * A job too long for any grace period.
	 */
	BATCH("Spring Batch job", "batch dayLong", Outcome.LOST),

	/**
	 * What only the application knows of.
	 */
	OWN("work of a `ShutdownParticipant`", "own work", Outcome.LOST);

	private final String label;

	private final String cutAs;

	private final Outcome bootAlone;

	WorkKind(String label, String cutAs, Outcome bootAlone) {
		this.label = label;
		this.cutAs = cutAs;
		this.bootAlone = bootAlone;
	}

	String label() {
		return this.label;
	}

	/**
	 * Return how the log names it when it is cut, as a regular expression.
	 */
	String cutAs() {
		return this.cutAs;
	}

	/**
	 * Return what Spring Boot alone makes of it if it takes its time.
	 */
	Outcome bootAlone() {
		return this.bootAlone;
	}

	/**
	 * Return whether this kind does not end by itself, as it should be.
	 */
	boolean isEndless() {
		return this == FEED || this == WEBSOCKET;
	}

	/**
	 * Return those that may not end. A stream of events that does not is a {@link #FEED}.
	 */
	static Set<WorkKind> forEver() {
		return EnumSet.complementOf(EnumSet.of(STREAM));
	}

	/**
	 * Return those that have to end.
	 */
	static Set<WorkKind> inTime() {
		return EnumSet.complementOf(EnumSet.of(FEED, WEBSOCKET));
	}

	/**
	 * What becomes of work.
	 */
	enum Outcome {

		/**
		 * Done, once; a stream is closed as its protocol wants it.
		 */
		FINISHED,

		/**
		 * Not done, interrupted, and named in the log.
		 */
		CUT,

		/**
		 * Not done, or done and done again, and nobody says so.
		 */
		LOST

	}

}
