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

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.web.OpenStream;
import io.github.gracefulshutdown.web.TrafficClassifier;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TomcatStreams}, with streams that are held up where it matters.
 */
@Timeout(60)
class TomcatStreamsTests {

	private static final int AT_ONCE = 32;

	private static final int HELD_UP = AT_ONCE + 8;

	private final ActiveRequestsValve requests = new ActiveRequestsValve(
			new TrafficClassifier(null, List.of(), List.of()));

	private final TomcatStreams streams = new TomcatStreams(this.requests, new TomcatConnectors(() -> ""));

	@Test
	void whenManyPeersDoNotReadThenThreadsAreFewAndOtherStreamsAreEndedAllTheSame() throws Exception {
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		CountDownLatch begun = new CountDownLatch(AT_ONCE);
		Semaphore broken = new Semaphore(0);
		List<EventRequest> heldUp = requests(HELD_UP, () -> {
			threads.add(Thread.currentThread());
			begun.countDown();
			broken.acquireUninterruptibly();
		});
		CountDownLatch ended = new CountDownLatch(3);
		List<EventRequest> reading = requests(3, ended::countDown);
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		whileInFlight(heldUp, () -> {
			this.streams.all().forEach(OpenStream::end);
			return whileInFlight(reading, () -> {
				this.streams.all().forEach(OpenStream::end);
				begun.await();
				assertThat(endingThreads(before)).hasSize(AT_ONCE).isEqualTo(threads);
				// leaves as many as there are threads, but for one
				broken.release(HELD_UP - AT_ONCE + 1);
				ended.await();
				assertThat(endingThreads(before)).isSubsetOf(threads);
				broken.release(AT_ONCE);
				return null;
			});
		});
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(endingThreads(before)).isEmpty();
	}

	@Test
	void whenStreamIsKeptWhileTheShutdownLooksThenItIsTheSameStream() throws Exception {
		EventRequest request = requests(1, () -> {
		}).get(0);
		whileInFlight(List.of(request), () -> {
			OneThread shutdown = new OneThread();
			request.held = shutdown;
			CompletableFuture<EventStream> seen = CompletableFuture.supplyAsync(this::onlyStream, shutdown);
			shutdown.reached.await();
			OneThread application = new OneThread();
			CompletableFuture<EventStream> kept = CompletableFuture.supplyAsync(this::keep, application);
			application.awaitDoneOrBlocked(kept);
			shutdown.released.countDown();
			assertThat(kept.get()).isSameAs(seen.get()).isSameAs(onlyStream());
			assertThat(onlyStream().isKept()).isTrue();
			return null;
		});
	}

	@Test
	void whenRequestIsUsedAgainWhileItsStreamIsForgottenThenTheNextStaysKept() throws Exception {
		EventRequest request = requests(1, () -> {
		}).get(0);
		EventStream over = whileInFlight(List.of(request), this::onlyStream);
		OneThread shutdown = new OneThread();
		request.held = shutdown;
		CompletableFuture<List<EventStream>> seen = CompletableFuture.supplyAsync(this.streams::eventStreams, shutdown);
		shutdown.reached.await();
		request.getCoyoteRequest().markStartTime();
		whileInFlight(List.of(request), () -> {
			EventStream kept = keep();
			assertThat(kept).isNotSameAs(over);
			shutdown.released.countDown();
			assertThat(seen.get()).isEmpty();
			assertThat(onlyStream()).isSameAs(kept);
			return null;
		});
	}

	private EventStream onlyStream() {
		List<EventStream> streams = this.streams.eventStreams();
		assertThat(streams).hasSize(1);
		return streams.get(0);
	}

	private EventStream keep() {
		EventStream stream = onlyStream();
		stream.keep();
		return stream;
	}

	private static Set<Thread> endingThreads(Set<Thread> before) {
		Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
		threads.removeAll(before);
		threads.removeIf((thread) -> !thread.getName().equals("graceful-shutdown-stream"));
		return threads;
	}

	private static List<EventRequest> requests(int count, Runnable end) {
		Connector connector = new Connector();
		return IntStream.range(0, count).mapToObj((request) -> new EventRequest(connector, end)).toList();
	}

	/**
	 * Do something while requests go through the valve.
	 */
	private <T> T whileInFlight(List<EventRequest> requests, Callable<T> action) throws Exception {
		Queue<EventRequest> left = new ArrayDeque<>(requests);
		CompletableFuture<T> result = new CompletableFuture<>();
		ValveBase next = new ValveBase(true) {

			@Override
			public void invoke(@Nullable Request request, @Nullable Response response) throws ServletException {
				try {
					EventRequest begun = left.poll();
					if (begun != null) {
						TomcatStreamsTests.this.requests.invoke(begun, begun.getResponse());
					}
					else {
						result.complete(action.call());
					}
				}
				catch (Exception ex) {
					throw new ServletException(ex);
				}
			}

		};
		this.requests.setNext(next);
		next.invoke(null, null);
		return result.join();
	}

	/**
	 * A request that is answered with events.
	 */
	private static final class EventRequest extends Request {

		private volatile @Nullable OneThread held;

		private EventRequest(Connector connector, Runnable end) {
			super(connector, new org.apache.coyote.Request());
			Response response = new Response(new org.apache.coyote.Response());
			response.getCoyoteResponse().setContentType("text/event-stream");
			setResponse(response);
			setAttribute(EventStream.END_ATTRIBUTE, end);
			super.getCoyoteRequest().markStartTime();
		}

		@Override
		public org.apache.coyote.Request getCoyoteRequest() {
			OneThread held = this.held;
			if (held != null) {
				held.holdUp();
			}
			return super.getCoyoteRequest();
		}

	}

	/**
	 * A thread of its own for one task, which may be held up.
	 */
	private static final class OneThread implements Executor {

		private final CountDownLatch reached = new CountDownLatch(1);

		private final CountDownLatch released = new CountDownLatch(1);

		private volatile @Nullable Thread thread;

		@Override
		public void execute(Runnable task) {
			Thread thread = new Thread(task);
			thread.setDaemon(true);
			this.thread = thread;
			thread.start();
		}

		private void holdUp() {
			if (Thread.currentThread() == this.thread) {
				this.reached.countDown();
				try {
					this.released.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
		}

		private void awaitDoneOrBlocked(CompletableFuture<?> task) {
			Thread thread = this.thread;
			while (!task.isDone() && thread != null && thread.getState() != Thread.State.BLOCKED) {
				Thread.onSpinWait();
			}
		}

	}

}
