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

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.catalina.connector.Request;
import org.apache.catalina.core.AsyncContextImpl;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.web.OpenStream;

/**
 * A request that is answered with events. Tomcat uses its objects again, so each step
 * makes sure that the request is still the same.
 */
final class EventStream implements OpenStream {

	/**
	 * Where a {@link Runnable} is that ends the stream between two events.
	 */
	static final String END_ATTRIBUTE = EventStream.class.getName() + ".end";

	private final Request request;

	private final ActiveRequestsValve requests;

	private final Executor executor;

	private final long startedAt;

	private final String route;

	private final AtomicBoolean ending = new AtomicBoolean();

	private volatile boolean begun;

	private volatile boolean kept;

	private volatile boolean closed;

	EventStream(Request request, ActiveRequestsValve requests, Executor executor) {
		this.request = request;
		this.requests = requests;
		this.executor = executor;
		this.startedAt = request.getCoyoteRequest().getStartTimeNanos();
		this.route = ActiveRequestDescriber.name(request);
	}

	/**
	 * Return whether a request is answered with events.
	 */
	static boolean isEventStream(Request request) {
		String contentType = request.getResponse().getContentType();
		return contentType != null && contentType.startsWith("text/event-stream");
	}

	@Override
	public String kind() {
		return "sse";
	}

	@Override
	public String route() {
		return this.route;
	}

	@Override
	public Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.startedAt);
	}

	@Override
	public void end() {
		if (this.ending.compareAndSet(false, true)) {
			// whoever is writing to a peer that does not read can hold it up
			this.executor.execute(this::complete);
		}
	}

	@Override
	public void keep() {
		this.kept = true;
	}

	/**
	 * Return whether it is being ended: others may have to be ended before.
	 */
	boolean isEnding() {
		return this.begun;
	}

	boolean isKept() {
		return this.kept;
	}

	/**
	 * Return whether this stream was ended by force, so that nobody waits for it.
	 */
	boolean isClosed() {
		return this.closed;
	}

	ActiveWork describe(ActiveRequestDescriber describer) {
		Thread[] worker = new Thread[1];
		this.requests.ifActive(this.request, (thread) -> worker[0] = thread);
		return describer.describe(kind(), this.request, worker[0]);
	}

	Request request() {
		return this.request;
	}

	/**
	 * Return whether Tomcat has let go of the request, and has not used it again.
	 */
	boolean isOver() {
		return this.request.getCoyoteRequest().getStartTimeNanos() == -1;
	}

	boolean isSame() {
		return this.request.getCoyoteRequest().getStartTimeNanos() == this.startedAt;
	}

	/**
	 * End this stream so that the peer sees a response that is complete.
	 */
	private void complete() {
		this.begun = true;
		try {
			if (this.request.getAttribute(END_ATTRIBUTE) instanceof Runnable end && isSame()) {
				end.run();
				return;
			}
			AsyncContextImpl async = suspend();
			if (async != null) {
				// one thread at a time uses the response of Spring MVC: who writes is
				// done when this returns, and what comes later is not written
				async.getResponse().flushBuffer();
				async.complete();
			}
		}
		catch (IOException | RuntimeException ex) {
			// it is over, or will be closed
		}
	}

	/**
	 * Have the response take no more events. Tomcat lifts this when it is about to end
	 * the response, after the application was told that its part is over.
	 */
	private @Nullable AsyncContextImpl suspend() {
		AsyncContextImpl[] async = new AsyncContextImpl[1];
		this.requests.ifActive(this.request, (thread) -> {
			if (isSame() && this.request.isAsync() && !this.request.isAsyncDispatching()) {
				async[0] = this.request.getAsyncContextInternal();
				this.request.getResponse().setSuspended(true);
			}
		});
		return async[0];
	}

	/**
	 * End this stream by force. The peer sees a response that is not complete.
	 */
	void close(TomcatConnectors connectors) {
		this.closed = true;
		if (!isSame()) {
			return;
		}
		this.requests.cut(this.request);
		this.requests.ifActive(this.request, (thread) -> {
			if (isSame() && this.request.getProtocol().startsWith("HTTP/1.")) {
				connectors.breakConnection(this.request.getCoyoteRequest());
			}
			if (thread != null) {
				thread.interrupt();
			}
		});
	}

}
