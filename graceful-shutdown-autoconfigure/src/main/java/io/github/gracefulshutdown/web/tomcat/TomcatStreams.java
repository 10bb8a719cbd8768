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

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.catalina.connector.Request;

import io.github.gracefulshutdown.web.OpenStream;
import io.github.gracefulshutdown.web.OpenStreams;

/**
 * The streams of a Tomcat, found when somebody asks.
 */
final class TomcatStreams implements OpenStreams {

	private static final int ENDING_AT_ONCE = 32;

	private final ActiveRequestsValve requests;

	private final TomcatConnectors connectors;

	private final Executor executor = executor();

	private final Map<Request, EventStream> known = new ConcurrentHashMap<>();

	private final Map<Request, EventStream> closed = new ConcurrentHashMap<>();

	TomcatStreams(ActiveRequestsValve requests, TomcatConnectors connectors) {
		this.requests = requests;
		this.connectors = connectors;
	}

	/**
	 * Return what ends streams, of which each may be held up for a while by a peer that
	 * does not read. Its threads do not outlive the application.
	 */
	private static Executor executor() {
		ThreadPoolExecutor executor = new ThreadPoolExecutor(ENDING_AT_ONCE, ENDING_AT_ONCE, 100, TimeUnit.MILLISECONDS,
				new LinkedBlockingQueue<>(), TomcatStreams::newThread);
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

	private static Thread newThread(Runnable task) {
		Thread thread = new Thread(task, "graceful-shutdown-stream");
		thread.setDaemon(true);
		return thread;
	}

	@Override
	public Collection<OpenStream> all() {
		List<OpenStream> all = new ArrayList<>(webSockets());
		all.addAll(eventStreams());
		return all;
	}

	List<WebSocketProcessor> webSockets() {
		return this.connectors.webSockets();
	}

	List<EventStream> eventStreams() {
		List<EventStream> streams = new ArrayList<>();
		this.requests.forEach((request, thread) -> {
			if (EventStream.isEventStream(request)) {
				streams.add(this.known.compute(request, (key, stream) -> (stream != null && stream.isSame()) ? stream
						: new EventStream(request, this.requests, this.executor)));
			}
		});
		this.known.values().removeIf((stream) -> !stream.isSame() || stream.isOver());
		return streams;
	}

	void close(EventStream stream) {
		this.closed.put(stream.request(), stream);
		stream.close(this.connectors);
	}

	/**
	 * Return whether a request is a stream that was ended by force. Tomcat may then drop
	 * it without a word, and go on counting it.
	 */
	boolean isClosed(Request request) {
		EventStream stream = this.closed.get(request);
		return stream != null && (stream.isSame() || stream.isOver());
	}

}
