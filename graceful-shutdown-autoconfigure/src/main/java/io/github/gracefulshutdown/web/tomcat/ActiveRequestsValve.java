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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.CloseNowException;
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

	private final ThreadLocal<String> upgradeRoute = new ThreadLocal<>();

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
				ended(request, response);
			}
		}
	}

	private void ended(Request request, Response response) {
		this.active.remove(request);
		if (response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
			this.upgradeRoute.set(ActiveRequestDescriber.upgradeName(request));
		}
		else if (this.handover && !response.isCommitted()
				&& request.getConnector().getProtocolHandler() instanceof GracefulHttp11NioProtocol protocol) {
			// those without a body, such as 204, and those by sendfile are not asked
			// about
			protocol.endKeepAlive(request.getCoyoteRequest(), response.getCoyoteResponse());
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
	 * Do something that must not happen to a request that is over, and whose object is
	 * used for the next.
	 * @param action what to do with the thread that works on it, if any; it must not wait
	 */
	void ifActive(Request request, Consumer<@Nullable Thread> action) {
		this.active.computeIfPresent(request, (key, thread) -> {
			action.accept((thread != NONE) ? thread : null);
			return thread;
		});
	}

	/**
	 * Have a request whose response has begun end in such a way that no peer takes what
	 * it has got for all of it, whatever the application does.
	 */
	void cut(Request request) {
		boolean[] begun = new boolean[1];
		ifActive(request, (thread) -> {
			begun[0] = request.getResponse().isCommitted();
			if (begun[0]) {
				resetStreamInsteadOfItsEnd(request.getResponse().getCoyoteResponse());
			}
		});
		if (begun[0]) {
			request.getResponse().getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
		}
	}

	/**
	 * With HTTP/1.1 {@link ActionCode#CLOSE_NOW} swallows the end of the response; with
	 * HTTP/2 Tomcat writes it all the same. Trailers come before it, and those that fail
	 * have the stream reset.
	 */
	private static void resetStreamInsteadOfItsEnd(org.apache.coyote.Response response) {
		try {
			response.setTrailerFields(() -> fail(new CloseNowException("Cut")));
		}
		catch (IllegalStateException ex) {
			// there are no trailers in HTTP/1.1 with a known length
		}
	}

	/**
	 * Throw what a supplier is not declared to throw, but what is caught around it.
	 */
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	private static <T, E extends Throwable> T fail(Throwable ex) throws E {
		throw (E) ex;
	}

	/**
	 * Return the route of the request that has just been upgraded by this thread.
	 */
	String upgradeRoute() {
		String route = this.upgradeRoute.get();
		this.upgradeRoute.remove();
		return (route != null) ? route : ActiveRequestDescriber.NO_ROUTE;
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

	@Override
	public Duration endsWithin() {
		return TomcatParticipant.UNLOAD_DELAY;
	}

	/**
	 * Takes a request out when its asynchronous processing is over.
	 */
	private final class CompletionListener implements AsyncListener {

		@Override
		public void onComplete(AsyncEvent event) {
			ended((Request) event.getSuppliedRequest(), (Response) event.getSuppliedResponse());
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
