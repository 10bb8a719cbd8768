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

package io.github.gracefulshutdown.inflight;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.Outcome;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RequestResult;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.Terminations;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the peers of endless streams see when their service is stopped.
 */
class StreamsIT {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@Test
	void whenServiceIsStoppedThenPeersAreToldToGoElsewhere() {
		RunningApplication application = application().start();
		Peers peers = stop(application);
		assertThat(peers.closeCodes).containsExactly(1001, 1001, 1001);
		assertThat(peers.events.outcome()).as(peers.events.toString()).isEqualTo(Outcome.ANSWERED);
		assertThat(application.log()).anyMatch((line) -> line.contains("3 WebSockets told to go"))
			.anyMatch((line) -> line.contains("1 event streams ended after 1.0 s"))
			.anyMatch((line) -> line.contains("phase=DRAIN outcome=DONE"))
			.noneMatch((line) -> line.contains("Cut after"));
	}

	@Test
	void whenSpringBootIsAloneThenPeersSeeAnErrorAfterTheWholeTime() {
		RunningApplication application = application().without("graceful-shutdown-autoconfigure")
			.property("spring.lifecycle.timeout-per-shutdown-phase", "3s")
			.start();
		Peers peers = stop(application);
		assertThat(peers.closeCodes).containsExactly(Peer.NO_CLOSE, Peer.NO_CLOSE, Peer.NO_CLOSE);
		assertThat(peers.events.outcome()).isEqualTo(Outcome.TRUNCATED);
		assertThat(application.log())
			.anyMatch((line) -> line.contains("Graceful shutdown aborted with one or more requests still active"));
	}

	private ApplicationBuilder application() {
		return this.kit.application(StreamsApplication.class).property("graceful-shutdown.drain.stream-timeout", "1s");
	}

	private Peers stop(RunningApplication application) {
		List<Peer> webSockets = Stream.of("/handler", "/stomp", "/endpoint")
			.map((path) -> Peer.connect(application.uri().resolve(path)))
			.toList();
		try (RunningLoad load = this.kit.load()
			.target(application.uri())
			.group(ClientGroup.of("events", 1, Connections.NEW, Request.get("/events")))
			.start()) {
			load.awaitInFlight("events", 1);
			Moment before = Moment.now();
			assertThat(Terminations.dockerStop(LIMIT).stop(application).exitCode()).isEqualTo(143);
			return new Peers(webSockets.stream().map((webSocket) -> webSocket.closed.join()).toList(),
					load.stop().inFlightAt(before).all().get(0));
		}
	}

	private record Peers(List<Integer> closeCodes, RequestResult events) {

	}

	/**
	 * A WebSocket client.
	 */
	private static final class Peer implements WebSocket.Listener {

		static final int NO_CLOSE = 1006;

		private final CompletableFuture<Integer> closed = new CompletableFuture<>();

		static Peer connect(URI uri) {
			Peer peer = new Peer();
			HttpClient.newHttpClient()
				.newWebSocketBuilder()
				.buildAsync(URI.create("ws" + uri.toString().substring("http".length())), peer)
				.join();
			return peer;
		}

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
			this.closed.complete(statusCode);
			return null;
		}

		@Override
		public void onError(WebSocket webSocket, Throwable error) {
			this.closed.complete(NO_CLOSE);
		}

	}

}
