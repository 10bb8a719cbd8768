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

package io.github.gracefulshutdown.test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * One client of a load: a closed loop in a thread of its own.
 */
final class Client implements Runnable {

	private static final Duration BACK_OFF = Duration.ofMillis(10);

	private final RunningLoad load;

	private final ClientGroup group;

	private final Supplier<? extends @Nullable URI> target;

	private final Duration requestTimeout;

	private final Map<String, HttpConnection> connections = new ConcurrentHashMap<>();

	Client(RunningLoad load, ClientGroup group, Duration requestTimeout) {
		this.load = load;
		this.group = group;
		this.target = group.requireTarget();
		this.requestTimeout = requestTimeout;
	}

	@Override
	public void run() {
		try {
			Duration pause = thinkTime();
			for (int i = 0; this.load.awaitTurn(pause, this::idle); i++) {
				Request request = this.group.requests().get(i % this.group.requests().size());
				boolean answered = send(request);
				pause = thinkTime();
				// a client that is refused must not spin
				pause = (!answered && pause.compareTo(BACK_OFF) < 0) ? BACK_OFF : pause;
			}
		}
		catch (Throwable ex) {
			this.load.failed(ex);
		}
		finally {
			closeConnections();
		}
	}

	private Duration thinkTime() {
		long min = this.group.minThinkTime().toNanos();
		long max = this.group.maxThinkTime().toNanos();
		return Duration.ofNanos(ThreadLocalRandom.current().nextLong(min, max + 1));
	}

	private void idle() {
		this.connections.values().forEach(HttpConnection::idle);
	}

	private boolean send(Request request) {
		Attempt attempt = new Attempt(this.load.nextNumber(), request, Moment.now());
		RequestResult result = attempt.run();
		this.load.record(result, attempt.inFlight);
		return result.outcome() == Outcome.ANSWERED;
	}

	void closeConnections() {
		this.connections.values().forEach(Client::close);
	}

	private static void close(HttpConnection connection) {
		try {
			connection.close();
		}
		catch (IOException ex) {
			// nothing is under way any more
		}
	}

	/**
	 * One request.
	 */
	private final class Attempt {

		private final long number;

		private final Request request;

		private final Moment started;

		private final long deadline;

		private @Nullable URI target;

		private boolean reused;

		private boolean inFlight;

		Attempt(long number, Request request, Moment started) {
			this.number = number;
			this.request = request;
			this.started = started;
			this.deadline = started.nanoTime() + Client.this.requestTimeout.toNanos();
		}

		RequestResult run() {
			HttpConnection connection;
			try {
				this.target = Client.this.target.get();
				if (this.target == null) {
					return nothingSent(Outcome.NO_TARGET, "no target");
				}
				connection = connect(this.target);
			}
			catch (IOException ex) {
				return nothingSent(outcomeOf(ex), String.valueOf(ex.getMessage()));
			}
			Request.Prepared prepared = this.request.prepare(this.number);
			Answer answer = connection.exchange(prepared, this.deadline, this::sent);
			if (answer.outcome() == Outcome.ANSWERED && answer.status() / 100 == 2
					&& !this.request.isExpected(answer.body())) {
				answer = answer.unexpected();
			}
			return result(answer.outcome(), answer.status(), connection.connected(), answer.sent(), answer.detail());
		}

		private HttpConnection connect(URI target) throws IOException {
			String authority = target.getRawAuthority();
			HttpConnection connection = Client.this.connections.get(authority);
			if (connection != null && connection.isUsable()) {
				this.reused = true;
				return connection;
			}
			if (connection != null) {
				close(connection);
				Client.this.connections.remove(authority);
			}
			connection = HttpConnection.open(Client.this.group.connections(), target, this.deadline);
			Client.this.connections.put(authority, connection);
			return connection;
		}

		private static Outcome outcomeOf(IOException ex) {
			if (ex instanceof SocketTimeoutException) {
				return Outcome.TIMEOUT;
			}
			boolean noConnection = ex instanceof ConnectException || ex instanceof NoRouteToHostException
					|| ex instanceof UnknownHostException;
			return noConnection ? Outcome.REFUSED : Outcome.RESET;
		}

		private void sent() {
			this.inFlight = true;
			Client.this.load.sent(Client.this.group);
		}

		private RequestResult nothingSent(Outcome outcome, String detail) {
			return result(outcome, 0, null, null, detail);
		}

		private RequestResult result(Outcome outcome, int status, @Nullable Moment connected, @Nullable Moment sent,
				String detail) {
			return new RequestResult(this.number, Client.this.group.name(), this.request.name(), this.target, outcome,
					status, this.reused, this.started, connected, sent, Moment.now(), detail);
		}

	}

}
