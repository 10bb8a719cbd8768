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

package io.github.gracefulshutdown.registry;

import java.time.Duration;
import java.util.List;

import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownReport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What every {@link RegistryMembership} has to do, with the client's own code and against
 * the registry's own server. The application under test is registered, and what the
 * registry says is read without the help of the membership.
 */
public abstract class AbstractRegistryMembershipTests {

	protected abstract RegistryMembership membership();

	/**
	 * Return what the registry tells callers.
	 * @return whether it offers the instance
	 */
	protected abstract boolean isOffered();

	/**
	 * Register the instance once more, as something other than the application may do.
	 */
	protected abstract void putBack();

	/**
	 * Let whatever the client sends regularly be sent at least twice.
	 */
	protected abstract void awaitHeartbeats();

	/**
	 * Return whether this host, on which all registries of the tests run, is one that
	 * only a laptop's registry runs on.
	 */
	protected boolean isLocal() {
		return false;
	}

	@Test
	void whenRegisteredThenPresent() throws Exception {
		assertThat(isOffered()).isTrue();
		assertThat(membership().isRegistered()).isTrue();
		assertThat(membership().isLocal()).isEqualTo(isLocal());
		assertThat(membership().presence()).isEqualTo(Presence.PRESENT);
	}

	@Test
	void whenDeregisteredThenOutBeforeThePhaseIsOver() {
		ShutdownReport.Registry report = deregister();
		assertThat(isOffered()).isFalse();
		assertThat(report).isEqualTo(new ShutdownReport.Registry(membership().name(), "absent", 1, false, null));
	}

	@Test
	void whenLeftTwiceThenStillAbsent() throws Exception {
		membership().leave();
		membership().leave();
		awaitAbsent();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenLeftThenHeartbeatsDoNotPutItBack() throws Exception {
		membership().leave();
		awaitAbsent();
		awaitHeartbeats();
		assertThat(isOffered()).isFalse();
		assertThat(membership().presence()).isEqualTo(Presence.ABSENT);
	}

	@Test
	void whenPutBackFromOutsideThenItIsSeenAndLeftAgain() throws Exception {
		membership().leave();
		awaitAbsent();
		putBack();
		assertThat(isOffered()).isTrue();
		assertThat(membership().presence()).isEqualTo(Presence.PRESENT);
		membership().leave();
		awaitAbsent();
		assertThat(isOffered()).isFalse();
	}

	@Test
	void whenRejoinedThenOfferedAgain() throws Exception {
		DeregisterPhase phase = phase();
		DeregistrationParticipant participant = participant();
		participant.onPhase(phase);
		assertThat(isOffered()).isFalse();
		participant.undo(phase);
		assertThat(isOffered()).isTrue();
		assertThat(phase.registry().presence()).isEqualTo("present");
		awaitHeartbeats();
		assertThat(isOffered()).isTrue();
	}

	@Test
	void whenRejoinedThenItCanLeaveAgain() throws Exception {
		membership().leave();
		membership().rejoin();
		Awaitility.await().until(this::isOffered);
		membership().leave();
		awaitAbsent();
		awaitHeartbeats();
		assertThat(isOffered()).isFalse();
	}

	protected final DeregistrationParticipant participant() {
		return new DeregistrationParticipant(List.of(membership()), List.of(), Duration.ofSeconds(20),
				Duration.ofMillis(300), true);
	}

	protected final DeregisterPhase phase() {
		return new DeregisterPhase(ShutdownClock.system(), Duration.ofSeconds(30));
	}

	/**
	 * Leave as the library does.
	 * @return what was reported
	 */
	protected final ShutdownReport.Registry deregister() {
		DeregisterPhase phase = phase();
		try {
			participant().onPhase(phase);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
		return phase.registry();
	}

	/**
	 * Leave as the library does, which does not work.
	 * @return what was reported
	 */
	protected final ShutdownReport.Registry failToDeregister() {
		DeregisterPhase phase = phase();
		DeregistrationParticipant participant = new DeregistrationParticipant(List.of(membership()), List.of(),
				Duration.ofSeconds(3), Duration.ofMillis(100), true);
		assertThatIllegalStateException().isThrownBy(() -> participant.onPhase(phase))
			.withMessage("Not confirmed by " + membership().name());
		return phase.registry();
	}

	private void awaitAbsent() throws Exception {
		Awaitility.await().until(() -> membership().presence() == Presence.ABSENT);
	}

}
