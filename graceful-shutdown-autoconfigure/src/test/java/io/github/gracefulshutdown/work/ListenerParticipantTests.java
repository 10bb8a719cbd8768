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

package io.github.gracefulshutdown.work;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ManualShutdownClock;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownReport.Outcome;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.SmartLifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link ListenerParticipant}.
 */
class ListenerParticipantTests {

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	private final TestParticipant participant = new TestParticipant(this.beanFactory);

	private final ManualShutdownClock clock = new ManualShutdownClock(200);

	private final GracefulShutdown shutdown = GracefulShutdown.create(
			new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)), List.of(this.participant), List.of(),
			List.of(), this.clock);

	@Test
	void whenNoListenerIsRunningThenThereIsNothingToDo() {
		container("stopped").running = false;
		ShutdownReport report = this.shutdown.drain("test");
		assertThat(report.phases()).allMatch((phase) -> phase.outcome() == Outcome.NOTHING_TO_DO);
		assertThat(this.participant.stopped).isEmpty();
	}

	@Test
	void whenContainerWasNeverNeededThenItIsNotMadeNow() {
		RootBeanDefinition definition = new RootBeanDefinition(TestContainer.class, TestContainer::new);
		definition.setLazyInit(true);
		this.beanFactory.registerBeanDefinition("lazy", definition);
		this.shutdown.drain("test");
		assertThat(this.beanFactory.containsSingleton("lazy")).isFalse();
	}

	@Test
	void whenContainersStopThenDrainIsOver() {
		container("one");
		container("two");
		ShutdownReport report = this.shutdown.drain("test");
		assertThat(this.participant.stopped).containsExactlyInAnyOrder("one", "two");
		assertThat(details(report, ShutdownPhase.CLOSE)).containsExactly("2 test listeners take no more messages");
		assertThat(details(report, ShutdownPhase.DRAIN)).containsExactly("test listeners have stopped");
		assertThat(report.requests().cut()).isEmpty();
	}

	@Test
	void whenOneContainerHangsThenTheOthersAreToldAndItIsCut() throws Exception {
		CountDownLatch hanging = new CountDownLatch(1);
		container("hanging").hangsUntil = hanging;
		container("other");
		ShutdownReport report = this.shutdown.drain("test");
		assertThat(this.participant.stopped).containsExactly("other");
		assertThat(outcome(report, ShutdownPhase.CLOSE)).isEqualTo(Outcome.DONE);
		assertThat(outcome(report, ShutdownPhase.DRAIN)).isEqualTo(Outcome.TIMED_OUT);
		assertThat(report.requests().cut()).extracting(ActiveWork::kind, ActiveWork::name)
			.containsExactly(tuple("test", "queue of hanging"));
		assertThat(this.participant.givenUp).containsExactly("hanging");
		hanging.countDown();
	}

	@Test
	void whenOneContainerFailsAtEveryQuestionThenTheOthersAreToldAndItIsNamed() throws Exception {
		TestContainer faulty = container("faulty");
		faulty.faulty = true;
		faulty.hangsUntil = new CountDownLatch(1);
		container("other").hangsUntil = new CountDownLatch(1);
		CountDownLatch advance = new CountDownLatch(1);
		this.participant.onBeginNoMore = advance::countDown;
		this.participant.onPhase(new Phase(ShutdownPhase.CLOSE, this.clock, Duration.ofSeconds(2)));
		assertThatExceptionOfType(TimeoutException.class).isThrownBy(
				() -> this.participant.onPhase(new Phase(ShutdownPhase.DRAIN, this.clock, Duration.ofSeconds(20))));
		assertThat(advance.getCount()).isZero();
		assertThat(this.participant.activeWork()).extracting(ActiveWork::name)
			.containsExactlyInAnyOrder("faulty", "queue of other");
		this.participant.onPhase(new Phase(ShutdownPhase.CUT, this.clock, Duration.ofSeconds(2)));
		Awaitility.await().untilAsserted(() -> assertThat(this.participant.givenUp).containsExactly("other"));
	}

	@Test
	void whenHalfOfTheTimeIsOverThenMessagesReceivedInAdvanceAreNotBegun() throws Exception {
		CountDownLatch advance = new CountDownLatch(1);
		container("busy").hangsUntil = advance;
		this.participant.onBeginNoMore = advance::countDown;
		this.participant.onPhase(new Phase(ShutdownPhase.CLOSE, this.clock, Duration.ofSeconds(2)));
		assertThat(this.clock.elapsed()).as("no wait at CLOSE").isZero();
		this.participant.onPhase(new Phase(ShutdownPhase.DRAIN, this.clock, Duration.ofSeconds(20)));
		assertThat(this.participant.stopped).containsExactly("busy");
		assertThat(this.clock.elapsed()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void whenContainerCannotBeStoppedThenThatIsSaidAndNobodyWaits() {
		container("broken").failure = new IllegalStateException("no broker");
		ShutdownReport report = this.shutdown.drain("test");
		assertThat(details(report, ShutdownPhase.DRAIN)).anyMatch((detail) -> detail.contains("no broker"));
		assertThat(report.requests().cut()).isEmpty();
	}

	@Test
	void whenMessageIsHandledThenItsThreadIsNamedAndInterruptedAtTheEnd() throws Exception {
		container("busy").hangsUntil = new CountDownLatch(1);
		Handler handler = Handler.start("busy-1");
		assertThat(this.participant.activeWork()).extracting(ActiveWork::thread).containsExactly("busy-1");
		ShutdownReport report = this.shutdown.drain("test");
		assertThat(report.requests().cut()).extracting(ActiveWork::thread).containsExactly("busy-1");
		assertThat(handler.interrupted.get(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whenMessageWouldBeAcknowledgedAllTheSameThenItsThreadIsNamedAndNotInterrupted() throws Exception {
		this.participant.fences = false;
		container("busy").hangsUntil = new CountDownLatch(1);
		Handler handler = Handler.start("busy-1");
		ShutdownReport report = this.shutdown.drain("test");
		assertThat(report.requests().cut()).extracting(ActiveWork::thread).containsExactly("busy-1");
		handler.finish.countDown();
		assertThat(handler.interrupted.get(10, TimeUnit.SECONDS)).isFalse();
	}

	@Test
	void whenThreadIsOfAnotherListenerThenItIsNotInterrupted() throws Exception {
		container("busy").hangsUntil = new CountDownLatch(1);
		Handler handler = Handler.start("busy-other-1");
		ShutdownReport report = this.shutdown.drain("test");
		assertThat(report.requests().cut()).extracting(ActiveWork::thread).containsExactly((String) null);
		handler.finish.countDown();
		assertThat(handler.interrupted.get(10, TimeUnit.SECONDS)).isFalse();
	}

	@Test
	void whenHandlerItselfEndsTheApplicationThenItIsNotWaitedFor() throws Exception {
		container("busy").hangsUntil = new CountDownLatch(1);
		CompletableFuture<ShutdownReport> report = new CompletableFuture<>();
		Thread handler = new Thread(() -> new Invoker(() -> report.complete(this.shutdown.drain("test"))).invoke(),
				"busy-1");
		handler.start();
		assertThat(report.get(30, TimeUnit.SECONDS).requests().cut()).isEmpty();
	}

	private TestContainer container(String name) {
		TestContainer container = new TestContainer();
		this.beanFactory.registerSingleton(name, container);
		return container;
	}

	private static Collection<String> details(ShutdownReport report, ShutdownPhase phase) {
		return report.phases().stream().filter((one) -> one.phase() == phase).findFirst().orElseThrow().detail();
	}

	private static Outcome outcome(ShutdownReport report, ShutdownPhase phase) {
		return report.phases().stream().filter((one) -> one.phase() == phase).findFirst().orElseThrow().outcome();
	}

	/**
	 * A phase of this participant alone.
	 */
	private record Phase(ShutdownPhase phase, ShutdownClock clock, Deadline deadline) implements PhaseContext {

		private Phase(ShutdownPhase phase, ShutdownClock clock, Duration time) {
			this(phase, clock, Deadline.after(time, clock));
		}

		@Override
		public @Nullable Thread waiter() {
			return null;
		}

		@Override
		public void detail(String detail) {
		}

		@Override
		public boolean checkpoint(String name, String position) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void registry(ShutdownReport.Registry registry) {
		}

	}

	/**
	 * A container that stops at once, or when a test lets it.
	 */
	private static final class TestContainer implements SmartLifecycle {

		private volatile boolean running = true;

		private @Nullable CountDownLatch hangsUntil;

		private @Nullable RuntimeException failure;

		private boolean faulty;

		private void ask() {
			if (this.faulty) {
				throw new UnsupportedOperationException();
			}
		}

		@Override
		public void start() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void stop() {
			if (this.failure != null) {
				throw this.failure;
			}
			if (this.hangsUntil != null) {
				try {
					this.hangsUntil.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

	/**
	 * The listeners of a library.
	 */
	private static final class TestParticipant extends ListenerParticipant<TestContainer> {

		private final List<String> stopped = new CopyOnWriteArrayList<>();

		private final List<String> givenUp = new CopyOnWriteArrayList<>();

		private Runnable onBeginNoMore = () -> {
		};

		private boolean fences = true;

		private TestParticipant(DefaultListableBeanFactory beanFactory) {
			super(beanFactory, "test", "invoke");
		}

		@Override
		protected Map<String, TestContainer> containers() {
			return beans(TestContainer.class);
		}

		@Override
		protected boolean receivesReplies(TestContainer container) {
			container.ask();
			return false;
		}

		@Override
		protected String describe(String id, TestContainer container) {
			container.ask();
			return "queue of " + id;
		}

		@Override
		protected void stop(TestContainer container, Runnable stopped) {
			container.stop();
			this.stopped.add(name(container));
			stopped.run();
		}

		@Override
		protected void beginNoMore(TestContainer container) {
			container.ask();
			this.onBeginNoMore.run();
		}

		@Override
		protected boolean giveUp(TestContainer container) {
			container.ask();
			this.givenUp.add(name(container));
			return this.fences;
		}

		private String name(TestContainer container) {
			return containers().entrySet()
				.stream()
				.filter((entry) -> entry.getValue() == container)
				.map(Map.Entry::getKey)
				.findFirst()
				.orElseThrow();
		}

	}

	/**
	 * What calls a handler.
	 */
	private record Invoker(Runnable handler) {

		private void invoke() {
			this.handler.run();
		}

	}

	/**
	 * A thread that handles a message until it is interrupted or told to finish.
	 */
	private static final class Handler {

		private final CountDownLatch started = new CountDownLatch(1);

		private final CountDownLatch finish = new CountDownLatch(1);

		private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();

		private static Handler start(String threadName) throws InterruptedException {
			Handler handler = new Handler();
			Thread thread = new Thread(() -> new Invoker(handler::run).invoke(), threadName);
			thread.setDaemon(true);
			thread.start();
			handler.started.await();
			return handler;
		}

		private void run() {
			this.started.countDown();
			try {
				this.finish.await();
				this.interrupted.complete(false);
			}
			catch (InterruptedException ex) {
				this.interrupted.complete(true);
			}
		}

	}

}
