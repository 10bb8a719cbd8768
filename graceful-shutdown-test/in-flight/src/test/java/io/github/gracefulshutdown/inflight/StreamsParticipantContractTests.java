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

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.web.tomcat.StreamsParticipant;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * An event stream does what every participant has to do, together with its server.
 */
class StreamsParticipantContractTests extends AbstractTomcatContractTests {

	// the stream may end by itself for longer than the test takes
	private final StreamsParticipant participant = new StreamsParticipant(this.tomcat, Duration.ofMinutes(5));

	private final CompletableFuture<AsyncContext> stream = new CompletableFuture<>();

	@Override
	protected ShutdownParticipant participant() {
		return this.participant;
	}

	@Override
	protected List<ShutdownParticipant> others() {
		return List.of(this.tomcat);
	}

	@Override
	HttpServlet servlet() {
		return new StreamServlet();
	}

	@Override
	protected void finishWork() {
		// it may have been ended
		this.stream.thenAccept(AsyncContext::complete).exceptionally((ex) -> null);
	}

	/**
	 * Begins a stream and leaves it open.
	 */
	@SuppressWarnings("serial")
	private final class StreamServlet extends HttpServlet {

		@Override
		protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
			AsyncContext stream = request.startAsync();
			stream.setTimeout(0);
			response.setContentType("text/event-stream");
			response.flushBuffer();
			StreamsParticipantContractTests.this.stream.complete(stream);
			StreamsParticipantContractTests.this.running.countDown();
		}

	}

}
