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

package io.github.gracefulshutdown.platform;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ManualShutdownClock;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownState;
import io.github.gracefulshutdown.Timeline;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PhasePublisher}.
 */
class PhasePublisherTests {

	private final List<ShutdownPhaseEvent> events = Collections.synchronizedList(new ArrayList<>());

	@Test
	void whenPhasesEndThenEachIsPublishedInOrderWithTheReportOfThatMoment() {
		run(new ManualShutdownClock(), this.events::add, (shutdown) -> shutdown.drain("test"));
		assertThat(this.events).extracting((event) -> event.getPhase().phase()).containsExactly(ShutdownPhase.values());
		assertThat(this.events).extracting((event) -> event.getReport().phases().size())
			.containsExactly(1, 2, 3, 4, 5, 6);
		assertThat(this.events).last()
			.extracting((event) -> event.getReport().state())
			.isEqualTo(ShutdownState.STOPPED);
	}

	@Test
	void whenListenerHangsThenItDelaysEachPhaseByItsTimeAndNoMoreAndOtherRenderingsAreTold() throws Exception {
		ManualShutdownClock clock = new ManualShutdownClock(50);
		CountDownLatch never = new CountDownLatch(1);
		CountDownLatch told = new CountDownLatch(3);
		run(clock, (event) -> {
			this.events.add(event);
			awaitUninterruptibly(never);
		}, (shutdown) -> shutdown.leave("test").join(), (phase, report) -> told.countDown());
		assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(250).multipliedBy(3));
		assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(this.events).hasSize(1);
		never.countDown();
	}

	private void run(ManualShutdownClock clock, ApplicationListener<ShutdownPhaseEvent> listener,
			Consumer<GracefulShutdown> act, Timeline.Listener... others) {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			context.registerBean("listener", PhaseListener.class, () -> new PhaseListener(listener));
			context.refresh();
			List<Timeline.Listener> listeners = new ArrayList<>(List.of(others));
			listeners.add(new PhasePublisher(context));
			act.accept(GracefulShutdown.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)),
					List.of(), List.of(), listeners, clock));
		}
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		while (latch.getCount() > 0) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				// hangs on
			}
		}
	}

	/**
	 * Says by its type what it listens to, which a lambda does not.
	 */
	private record PhaseListener(
			ApplicationListener<ShutdownPhaseEvent> delegate) implements ApplicationListener<ShutdownPhaseEvent> {

		@Override
		public void onApplicationEvent(ShutdownPhaseEvent event) {
			this.delegate.onApplicationEvent(event);
		}

	}

}
