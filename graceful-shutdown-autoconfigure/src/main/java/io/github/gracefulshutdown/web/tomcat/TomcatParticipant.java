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
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;

import org.apache.catalina.Context;
import org.apache.catalina.connector.Request;
import org.apache.catalina.core.StandardContext;
import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.web.ActiveRequests;
import io.github.gracefulshutdown.web.TrafficClassifier;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Tomcat's part: moves keep-alive connections off, closes the ports, serves what is open
 * until nothing is in flight, and only then lets go of connections and threads. Nothing
 * is paused before: a paused connector closes an open connection without answering the
 * request that comes on it.
 *
 * @since 0.1.0
 */
public final class TomcatParticipant
		implements ShutdownParticipant, WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

	private static final Duration GOAWAY_INTERVAL = Duration.ofMillis(100);

	/**
	 * Tomcat's two seconds for each servlet that still has a request come on top of every
	 * other wait, see {@code StandardWrapper.unload()}.
	 */
	static final Duration UNLOAD_DELAY = Duration.ofMillis(100);

	private final ActiveRequestsValve requests;

	private final ActiveRequestDescriber describer;

	private final TomcatConnectors connectors;

	private final TomcatStreams streams;

	private final boolean handover;

	private final Duration linger;

	private final Runnable leftBehind;

	private volatile @Nullable Thread waiter;

	private volatile boolean drained;

	/**
	 * Make the participant.
	 * @param classifier tells traffic classes apart
	 * @param traceIds finds the traces of requests
	 * @param handover whether keep-alive connections are moved off before the ports close
	 * @param linger how long connections are kept that are open when nothing is in flight
	 * @param leftBehind called when requests are left that Tomcat still counts, so that
	 * nobody waits for them a second time
	 */
	public TomcatParticipant(TrafficClassifier classifier, TraceIds traceIds, boolean handover, Duration linger,
			Runnable leftBehind) {
		this.requests = new ActiveRequestsValve(classifier);
		this.describer = new ActiveRequestDescriber(traceIds);
		this.connectors = new TomcatConnectors(this.requests::upgradeRoute);
		this.streams = new TomcatStreams(this.requests, this.connectors);
		this.handover = handover;
		this.linger = linger;
		this.leftBehind = leftBehind;
	}

	/**
	 * Return what this server knows of its requests.
	 * @return the requests
	 */
	public ActiveRequests requests() {
		return this.requests;
	}

	ActiveRequestDescriber describer() {
		return this.describer;
	}

	TomcatConnectors connectors() {
		return this.connectors;
	}

	TomcatStreams streams() {
		return this.streams;
	}

	/**
	 * Return whether nobody waits for what is in flight any more.
	 */
	boolean isDrained() {
		return this.drained;
	}

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		factory.addConnectorCustomizers(this.connectors);
		factory.addEngineValves(this.requests);
		factory.addContextCustomizers(TomcatParticipant::shortenUnload);
		if (factory instanceof TomcatWebServerFactory tomcat
				&& TomcatWebServerFactory.DEFAULT_PROTOCOL.equals(tomcat.getProtocol())) {
			tomcat.setProtocol(GracefulHttp11NioProtocol.class.getName());
		}
	}

	private static void shortenUnload(Context context) {
		if (context instanceof StandardContext standardContext) {
			standardContext.setUnloadDelay(UNLOAD_DELAY.toMillis());
		}
	}

	@Override
	public String name() {
		return "tomcat";
	}

	@Override
	public Set<ShutdownPhase> phases() {
		return EnumSet.of(ShutdownPhase.ANNOUNCE, ShutdownPhase.CLOSE, ShutdownPhase.DRAIN, ShutdownPhase.CUT);
	}

	@Override
	public void onPhase(PhaseContext context) throws Exception {
		switch (context.phase()) {
			case ANNOUNCE -> announce(context);
			case CLOSE -> close(context);
			case DRAIN -> drain(context);
			case CUT -> cut(context);
			case DEREGISTER, SETTLE -> {
			}
		}
	}

	@Override
	public void undo(PhaseContext context) {
		if (context.phase() == ShutdownPhase.ANNOUNCE) {
			this.requests.leaving(false, false);
			this.connectors.restoreKeepAlive();
		}
	}

	private void announce(PhaseContext context) {
		this.requests.leaving(true, this.handover);
		if (this.handover) {
			this.connectors.stopKeepAlive();
			context.detail("answers say Connection: close");
		}
	}

	private void close(PhaseContext context) {
		this.requests.leaving(true, true);
		this.connectors.closePorts();
		context.detail("ports are closed, %d requests in flight".formatted(this.requests.active()));
	}

	private void drain(PhaseContext context) throws InterruptedException, TimeoutException {
		this.waiter = context.waiter();
		try {
			Idleness idleness = new Idleness(context.clock());
			boolean over = context.deadline().await(idleness::isOver);
			if (!over && !isDone()) {
				throw new TimeoutException();
			}
			release();
			context.detail("nothing is in flight");
		}
		finally {
			this.drained = true;
		}
	}

	private void cut(PhaseContext context) throws InterruptedException {
		List<Thread> threads = new ArrayList<>();
		this.requests.forEach((request, thread) -> {
			if (!isExcluded(request, thread) && !EventStream.isEventStream(request)) {
				// before its thread comes to write the end
				this.requests.cut(request);
				if (thread != null) {
					threads.add(thread);
				}
			}
		});
		threads.forEach(Thread::interrupt);
		// half of the time for those who react, so that the rest is certain to be done
		Deadline deadline = context.deadline().within(context.deadline().remaining().dividedBy(2));
		boolean mayReact = !threads.isEmpty() || !this.streams.all().isEmpty();
		boolean reacted = mayReact ? deadline.await(this::isDone) : isIdle();
		release();
		context.detail("%d requests interrupted%s".formatted(threads.size(),
				reacted ? "" : ", connections of the others were closed"));
	}

	private void release() {
		if (this.connectors.requestsInFlight() > 0) {
			this.connectors.stopWithoutWaiting();
			this.leftBehind.run();
		}
		this.connectors.closeConnections();
		this.connectors.releasePools();
	}

	private boolean isDone() {
		return isIdle() && this.streams.webSockets().isEmpty();
	}

	/**
	 * Return whether nothing is in flight but what nobody may wait for.
	 */
	private boolean isIdle() {
		// the smaller of two counts: a call that comes or goes meanwhile hides nobody
		// else
		long excludedBefore = excluded();
		long inFlight = this.connectors.requestsInFlight();
		long busy = this.connectors.busySockets();
		long excluded = Math.min(excludedBefore, excluded());
		return Math.max(inFlight, busy) <= excluded && (excluded == 0 || excluded == this.requests.size());
	}

	private long excluded() {
		long[] count = new long[1];
		this.requests.forEach((request, thread) -> count[0] += isExcluded(request, thread) ? 1 : 0);
		return count[0];
	}

	private boolean isExcluded(Request request, @Nullable Thread thread) {
		return this.requests.isHook(request) || this.streams.isClosed(request)
				|| (thread != null && (thread == this.waiter || PhaseContext.isExiting(thread)));
	}

	@Override
	public Collection<ActiveWork> activeWork() {
		if (isIdle()) {
			// Tomcat's counters decide: it may have dropped a request without a word
			return List.of();
		}
		List<ActiveWork> work = new ArrayList<>();
		this.requests.forEach((request, thread) -> {
			if (!isExcluded(request, thread) && !EventStream.isEventStream(request)) {
				work.add(this.describer.describe("http", request, thread));
			}
		});
		return work;
	}

	/**
	 * Decides when draining is over: at once where no connection is open, else when
	 * nothing has been in flight for as long as connections linger.
	 */
	private final class Idleness {

		private final ShutdownClock clock;

		private @Nullable Long since;

		private @Nullable Long lastGoAway;

		private Idleness(ShutdownClock clock) {
			this.clock = clock;
		}

		private boolean isOver() {
			long now = this.clock.nanoTime();
			if (this.lastGoAway == null || now - this.lastGoAway >= GOAWAY_INTERVAL.toNanos()) {
				TomcatParticipant.this.connectors.sendMissingGoAways();
				this.lastGoAway = now;
			}
			if (!isDone()) {
				this.since = null;
				return false;
			}
			if (this.since == null) {
				this.since = now;
			}
			return !TomcatParticipant.this.connectors.hasOpenConnections()
					|| now - this.since >= TomcatParticipant.this.linger.toNanos();
		}

	}

}
