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

package io.github.gracefulshutdown.web.tomcat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.web.OpenStream;
import io.github.gracefulshutdown.web.OpenStreams;

/**
 * The streams' part: WebSockets are told to go when the ports close; event streams may
 * end by themselves for a while and are then ended. Peers of either come back elsewhere,
 * and no stream holds the budget but one that is {@linkplain OpenStream#keep() kept}.
 *
 * @since 0.1.0
 */
public final class StreamsParticipant implements ShutdownParticipant {

	/**
	 * How long an event stream may take to end once it is told to.
	 */
	private static final Duration ENDING = Duration.ofSeconds(1);

	/**
	 * Peers come back at once: not all of them at the same moment.
	 */
	private static final Duration LONGEST_INTERVAL = Duration.ofMillis(10);

	/**
	 * Over how many looks event streams are ended, one look every 5 ms.
	 */
	private static final int SPREAD = 100;

	private final TomcatParticipant server;

	private final TomcatStreams streams;

	private final Duration timeout;

	private volatile @Nullable Long closedAt;

	/**
	 * Make the participant.
	 * @param server the server the streams are of
	 * @param timeout how long streams have, once the ports are closed
	 */
	public StreamsParticipant(TomcatParticipant server, Duration timeout) {
		this.server = server;
		this.streams = server.streams();
		this.timeout = timeout;
	}

	/**
	 * Return the streams that are open.
	 * @return the streams
	 */
	public OpenStreams streams() {
		return this.streams;
	}

	@Override
	public String name() {
		return "streams";
	}

	@Override
	public Set<ShutdownPhase> phases() {
		return EnumSet.of(ShutdownPhase.CLOSE, ShutdownPhase.DRAIN, ShutdownPhase.CUT);
	}

	@Override
	public void onPhase(PhaseContext context) throws Exception {
		switch (context.phase()) {
			case CLOSE -> close(context);
			case DRAIN -> drain(context);
			case CUT -> cut(context);
			case ANNOUNCE, DEREGISTER, SETTLE -> {
			}
		}
	}

	private void close(PhaseContext context) throws InterruptedException {
		this.closedAt = context.clock().nanoTime();
		List<WebSocketProcessor> webSockets = this.streams.webSockets()
			.stream()
			.filter(WebSocketProcessor::isToBeTold)
			.toList();
		int told = spread(webSockets, context);
		if (told > 0) {
			context.detail("%d WebSockets told to go".formatted(told));
		}
	}

	private static int spread(List<WebSocketProcessor> webSockets, PhaseContext context) throws InterruptedException {
		Duration interval = context.deadline().remaining().dividedBy(2L * Math.max(1, webSockets.size()));
		int told = 0;
		for (WebSocketProcessor webSocket : webSockets) {
			// the application may keep it while others are told
			if (webSocket.isToBeTold()) {
				webSocket.end();
				told++;
				context.clock().sleep((interval.compareTo(LONGEST_INTERVAL) < 0) ? interval : LONGEST_INTERVAL);
			}
		}
		return told;
	}

	private void drain(PhaseContext context) throws InterruptedException, TimeoutException {
		Drain drain = new Drain(context.clock());
		boolean drained = context.deadline().await(drain::isOver);
		drain.details().forEach(context::detail);
		if (!drained) {
			throw new TimeoutException();
		}
	}

	/**
	 * The last moment for those that are kept to be ended as they should.
	 */
	private void cut(PhaseContext context) throws InterruptedException {
		Collection<OpenStream> open = this.streams.all();
		open.forEach(OpenStream::end);
		for (WebSocketProcessor webSocket : this.streams.webSockets()) {
			Thread thread = webSocket.thread();
			if (thread != null) {
				thread.interrupt();
			}
		}
		Deadline deadline = context.deadline().within(context.deadline().remaining().dividedBy(3));
		deadline.await(() -> this.streams.all().isEmpty());
		if (!open.isEmpty()) {
			context.detail("%d streams ended".formatted(open.size()));
		}
	}

	@Override
	public Collection<ActiveWork> activeWork() {
		List<ActiveWork> work = new ArrayList<>();
		for (WebSocketProcessor webSocket : this.streams.webSockets()) {
			work.add(webSocket.describe());
		}
		for (EventStream stream : this.streams.eventStreams()) {
			if (!stream.isClosed()) {
				work.add(stream.describe(this.server.describer()));
			}
		}
		return work;
	}

	/**
	 * What becomes of the streams while the server drains. Streams may still be opened on
	 * connections that are; where there is neither, nobody looks again.
	 */
	private final class Drain {

		private final ShutdownClock clock;

		private final long closedAt;

		private final Set<EventStream> ended = new HashSet<>();

		private final Map<EventStream, Long> endingSince = new HashMap<>();

		private int atOnce = 1;

		private int cutOff;

		private Drain(ShutdownClock clock) {
			this.clock = clock;
			Long closed = StreamsParticipant.this.closedAt;
			this.closedAt = (closed != null) ? closed : clock.nanoTime();
		}

		private boolean isOver() {
			List<WebSocketProcessor> webSockets = StreamsParticipant.this.streams.webSockets();
			for (WebSocketProcessor webSocket : webSockets) {
				endOrClose(webSocket);
			}
			List<EventStream> eventStreams = StreamsParticipant.this.streams.eventStreams();
			if (!eventStreams.isEmpty()) {
				endOrClose(eventStreams);
			}
			return StreamsParticipant.this.server.isDrained() || (webSockets.isEmpty() && eventStreams.isEmpty()
					&& !StreamsParticipant.this.server.connectors().hasOpenConnections());
		}

		private void endOrClose(List<EventStream> streams) {
			List<EventStream> due = streams.stream().filter((stream) -> !stream.isKept() && isDue(stream)).toList();
			due.forEach(this::closeIfStuck);
			List<EventStream> open = due.stream().filter((stream) -> !this.ended.contains(stream)).toList();
			this.atOnce = Math.max(this.atOnce, open.size() / SPREAD);
			open.stream().limit(this.atOnce).forEach((stream) -> {
				stream.end();
				this.ended.add(stream);
			});
		}

		private boolean isDue(OpenStream stream) {
			Duration sinceClose = Duration.ofNanos(this.clock.nanoTime() - this.closedAt);
			// a stream may still be opened on a connection that is
			return sinceClose.compareTo(StreamsParticipant.this.timeout) >= 0
					&& stream.age().compareTo(StreamsParticipant.this.timeout) >= 0;
		}

		private void endOrClose(WebSocketProcessor webSocket) {
			if (webSocket.isToBeTold()) {
				webSocket.end();
			}
			else if (webSocket.isLeaving() && !webSocket.isClosed() && isDue(webSocket)) {
				this.cutOff++;
				webSocket.closeConnection();
			}
		}

		private void closeIfStuck(EventStream stream) {
			if (stream.isEnding() && !stream.isClosed()) {
				long now = this.clock.nanoTime();
				if (now - this.endingSince.computeIfAbsent(stream, (key) -> now) >= ENDING.toNanos()) {
					this.cutOff++;
					StreamsParticipant.this.streams.close(stream);
				}
			}
		}

		private List<String> details() {
			List<String> details = new ArrayList<>();
			if (!this.ended.isEmpty()) {
				details.add("%d event streams ended after %s s".formatted(this.ended.size(),
						StreamsParticipant.this.timeout.toMillis() / 1000.0));
			}
			if (this.cutOff > 0) {
				details.add("%d streams did not end, their connections were closed".formatted(this.cutOff));
			}
			return details;
		}

	}

}
