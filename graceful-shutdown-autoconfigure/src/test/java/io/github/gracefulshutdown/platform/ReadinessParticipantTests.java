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

import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReadinessParticipant}.
 */
class ReadinessParticipantTests {

	private final GenericApplicationContext context = new GenericApplicationContext();

	private final ApplicationAvailabilityBean availability = new ApplicationAvailabilityBean();

	private final GracefulShutdown shutdown = GracefulShutdown.create(
			new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)),
			List.of(new ReadinessParticipant(this.context, this.availability)), List.of(), List.of(),
			ShutdownClock.system());

	ReadinessParticipantTests() {
		this.context.registerBean(ApplicationAvailabilityBean.class, () -> this.availability);
		this.context.refresh();
	}

	@Test
	void whenLeavingThenTrafficIsRefusedAndWhenRejoinedAccepted() {
		AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
		this.shutdown.leave("test").join();
		assertThat(this.availability.getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
		this.shutdown.rejoin();
		assertThat(this.availability.getReadinessState()).isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
	}

	@Test
	void whenTrafficWasRefusedBeforeThenRejoiningDoesNotAcceptIt() {
		AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
		this.shutdown.leave("test").join();
		this.shutdown.rejoin();
		assertThat(this.availability.getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
	}

}
