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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.web.ActiveRequests;
import io.github.gracefulshutdown.web.TrafficClass;
import io.github.gracefulshutdown.web.TrafficClassifier;

/**
 * Knows which requests are in flight, on every connector, and while the instance is
 * leaving also which arrive. A request costs one map entry from the first byte of its
 * headers to the end of its processing, asynchronous or not; everything else about it is
 * read from Tomcat's request when somebody asks.
 */
final class ActiveRequestsValve extends ValveBase implements ActiveRequests {

	/**
	 * Stands for the thread of a request that has none at the moment.
	 */
	private static final Thread NONE = new Thread("none");

	private final TrafficClassifier classifier;

	private final Map<Request, Thread> active = new ConcurrentHashMap<>();

	private final AsyncListener completion = new CompletionListener();

	private final LongAdder served = new LongAdder();

	private final LongAdder handedOver = new LongAdder();

	private volatile boolean leaving;

	private volatile boolean handover;

	private volatile long lastBusinessArrival;

	ActiveRequestsValve(TrafficClassifier classifier) {
		super(true);
		this.classifier = classifier;
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		Thread dispatchedBefore = this.active.put(request, Thread.currentThread());
		if (this.leaving && dispatchedBefore == null) {
			arrived(request);
		}
		try {
			getNext().invoke(request, response);
		}
		finally {
			if (request.isAsync()) {
				this.active.replace(request, NONE);
				request.getAsyncContextInternal().addListener(this.completion, request, response);
			}
			else {
				this.active.remove(request);
			}
		}
	}

	private void arrived(Request request) {
		if (this.handover && "HTTP/1.1".equals(request.getProtocol())
				&& !"close".equalsIgnoreCase(request.getHeader("Connection"))) {
			this.handedOver.increment();
		}
		if (classify(request) == TrafficClass.BUSINESS) {
			this.served.increment();
			this.lastBusinessArrival = System.nanoTime();
		}
	}

	private TrafficClass classify(Request request) {
		String path = request.getRequestURI();
		return this.classifier.classify((path != null) ? path : "", request.getHeader("User-Agent"));
	}

	/**
	 * Say whether the instance is leaving, and if so whether keep-alive connections are
	 * moved off.
	 */
	void leaving(boolean leaving, boolean handover) {
		this.handover = leaving && handover;
		this.leaving = leaving;
	}

	/**
	 * Visit all requests in flight, with the thread that works on each, if any.
	 */
	void forEach(BiConsumer<Request, @Nullable Thread> visitor) {
		this.active.forEach((request, thread) -> visitor.accept(request, (thread != NONE) ? thread : null));
	}

	/**
	 * Return the number of all requests in flight, the hook's call included.
	 */
	int size() {
		return this.active.size();
	}

	/**
	 * Return whether a request is the call that takes the instance out of service.
	 */
	boolean isHook(Request request) {
		String path = request.getRequestURI();
		return path != null && this.classifier.classify(path, null) == TrafficClass.HOOK;
	}

	@Override
	public int active() {
		int[] count = new int[1];
		forEach((request, thread) -> count[0] += isHook(request) ? 0 : 1);
		return count[0];
	}

	@Override
	public long served() {
		return this.served.sum();
	}

	@Override
	public long handedOver() {
		return this.handedOver.sum();
	}

	@Override
	public long lastBusinessArrival() {
		return this.lastBusinessArrival;
	}

	/**
	 * Takes a request out when its asynchronous processing is over.
	 */
	private final class CompletionListener implements AsyncListener {

		@Override
		public void onComplete(AsyncEvent event) {
			ActiveRequestsValve.this.active.remove(event.getSuppliedRequest());
		}

		@Override
		public void onTimeout(AsyncEvent event) {
			// completion follows
		}

		@Override
		public void onError(AsyncEvent event) {
			// completion follows
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
			// the dispatch that starts it again goes through the valve
		}

	}

}
