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
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownState;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ContextClosedTrigger}.
 */
class ContextClosedTriggerTests {

	private final GenericApplicationContext context = new GenericApplicationContext();

	@Test
	void whenContextClosesThenAllIsDrainedBeforeOtherListenersHearOfIt() {
		GracefulShutdown shutdown = shutdown((phase) -> {
		});
		start(shutdown);
		ShutdownState[] seen = new ShutdownState[1];
		this.context.addApplicationListener((ContextClosedEvent event) -> seen[0] = shutdown.report().state());
		this.context.close();
		assertThat(seen[0]).isEqualTo(ShutdownState.STOPPED);
	}

	@Test
	void whenChildContextClosesThenNothingHappens() {
		GracefulShutdown shutdown = shutdown((phase) -> {
		});
		start(shutdown);
		GenericApplicationContext child = new GenericApplicationContext(this.context);
		child.refresh();
		child.close();
		assertThat(shutdown.report().state()).isEqualTo(ShutdownState.UP);
		this.context.close();
		assertThat(shutdown.report().state()).isEqualTo(ShutdownState.STOPPED);
	}

	@Test
	void whenEventIsPublishedByHandThenNothingHappens() {
		GracefulShutdown shutdown = shutdown((phase) -> {
		});
		start(shutdown);
		this.context.publishEvent(new ContextClosedEvent(this.context));
		assertThat(shutdown.report().state()).isEqualTo(ShutdownState.UP);
	}

	private void start(GracefulShutdown shutdown) {
		this.context.registerBean(ContextClosedTrigger.class,
				() -> new ContextClosedTrigger(shutdown, this.context,
						new CloseWatchdog(this.context,
								new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)), new CloseEnd(),
								false, ShutdownClock.system())));
		this.context.refresh();
	}

	private static GracefulShutdown shutdown(ShutdownParticipant participant) {
		return GracefulShutdown.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)),
				List.of(participant), List.of(), List.of(), ShutdownClock.system());
	}

}
