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
import java.util.Collection;
import java.util.List;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ManualShutdownClock;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownParticipant;
import org.junit.jupiter.api.Test;

import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WorkCutPublisher}.
 */
class WorkCutPublisherTests {

	private static final ActiveWork SETTLEMENT = new ActiveWork("batch", "settlement", Duration.ofSeconds(1), null,
			null, null);

	private final List<WorkCutEvent> events = new ArrayList<>();

	@Test
	void whenWorkIsCutThenItIsPublishedOnce() {
		drain(List.of(SETTLEMENT));
		assertThat(this.events).hasSize(1);
		assertThat(this.events.get(0).getCut()).containsExactly(SETTLEMENT);
	}

	@Test
	void whenNothingIsCutThenNothingIsPublished() {
		drain(List.of());
		assertThat(this.events).isEmpty();
	}

	private void drain(List<ActiveWork> work) {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			context.addApplicationListener((WorkCutEvent event) -> this.events.add(event));
			context.refresh();
			GracefulShutdown
				.create(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)), List.of(new Working(work)),
						List.of(), List.of(new WorkCutPublisher(context)), new ManualShutdownClock())
				.drain("test");
		}
	}

	/**
	 * Has work that never ends.
	 */
	private record Working(List<ActiveWork> work) implements ShutdownParticipant {

		@Override
		public void onPhase(PhaseContext context) {
		}

		@Override
		public Collection<ActiveWork> activeWork() {
			return this.work;
		}

	}

}
