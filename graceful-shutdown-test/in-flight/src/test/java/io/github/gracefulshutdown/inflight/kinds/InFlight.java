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

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

import io.github.gracefulshutdown.inflight.kinds.WorkKind.Outcome;
import io.github.gracefulshutdown.test.RunningApplication;

/**
 * Work in flight in one process, and what becomes of it.
 */
final class InFlight {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int GOING_AWAY = 1001;

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final RunningApplication application;

	private final String queue;

	/**
	 * What the clients see: completes with whether it was a proper end.
	 */
	private final Map<WorkKind, CompletableFuture<Boolean>> ended = new EnumMap<>(WorkKind.class);

	InFlight(RunningApplication application, String queue) {
		this.application = application;
		this.queue = queue;
	}

	/**
	 * Start work of a kind, and wait until it has begun.
	 */
	void start(WorkKind kind, Duration takes) throws Exception {
		switch (kind) {
			case REQUEST, DEFERRED, STREAM, FEED -> this.ended.put(kind, get(kind, takes));
			case WEBSOCKET -> this.ended.put(kind, open());
			default -> post(kind, takes);
		}
		if (kind != WorkKind.WEBSOCKET && kind != WorkKind.QUEUED) {
			this.application.awaitLog(Pattern.quote(Work.line("started", kind)), PATIENCE);
		}
	}

	private CompletableFuture<Boolean> get(WorkKind kind, Duration takes) {
		String path = "/" + kind.name().toLowerCase(Locale.ROOT) + "?takes=" + takes;
		HttpRequest request = HttpRequest.newBuilder(this.application.uri().resolve(path)).build();
		return this.client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
			.thenApply((response) -> response.statusCode() == 200
					&& response.body().contains((kind == WorkKind.FEED) ? "news" : "end"));
	}

	private CompletableFuture<Boolean> open() {
		CompletableFuture<Boolean> closed = new CompletableFuture<>();
		URI uri = URI.create("ws://127.0.0.1:" + this.application.port() + "/websocket");
		this.client.newWebSocketBuilder().buildAsync(uri, new WebSocket.Listener() {

			@Override
			public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
				closed.complete(statusCode == GOING_AWAY);
				return null;
			}

			@Override
			public void onError(WebSocket webSocket, Throwable error) {
				closed.complete(false);
			}

		}).join();
		return closed;
	}

	private void post(WorkKind kind, Duration takes) throws Exception {
		HttpRequest request = HttpRequest
			.newBuilder(this.application.uri().resolve("/start/" + kind.name() + "?takes=" + takes))
			.POST(HttpRequest.BodyPublishers.noBody())
			.build();
		HttpResponse<String> response = this.client.send(request, HttpResponse.BodyHandlers.ofString());
		if (response.statusCode() != 200) {
			throw new AssertionError(kind + ": " + response.statusCode() + " " + response.body());
		}
	}

	/**
	 * Return what has become of the work, when the process is gone.
	 */
	Map<WorkKind, Outcome> outcomes(Collection<WorkKind> kinds, Brokers brokers) throws Exception {
		Map<WorkKind, Outcome> outcomes = new EnumMap<>(WorkKind.class);
		for (WorkKind kind : kinds) {
			outcomes.put(kind,
					isFinished(kind, brokers) ? Outcome.FINISHED : isNamed(kind) ? Outcome.CUT : Outcome.LOST);
		}
		return outcomes;
	}

	private boolean isFinished(WorkKind kind, Brokers brokers) throws Exception {
		if (!kind.isEndless() && !this.application.log().contains(Work.line("finished", kind))) {
			return false;
		}
		CompletableFuture<Boolean> seen = this.ended.getOrDefault(kind, CompletableFuture.completedFuture(true));
		return seen.exceptionally((ex) -> false).join() && !brokers.isDueAgain(kind, this.queue);
	}

	private boolean isNamed(WorkKind kind) {
		Pattern cut = Pattern.compile("Cut after \\d+ ms: " + kind.cutAs());
		return this.application.log().stream().anyMatch((line) -> cut.matcher(line).find());
	}

}
