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

import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownPhase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StaleAddressCheck}.
 */
class StaleAddressCheckTests {

	@ParameterizedTest
	@CsvSource({
			// as Eureka is out of the box, with half of a budget of 25 seconds
			"PT95S, PT35S, PT30S, , stale-address load-balancer-cache",
			// a registry that adds little or nothing
			"PT37S, PT35S, PT30S, , load-balancer-cache", "PT35S, PT35S, PT30S, , load-balancer-cache",
			// short load balancer caches
			"PT65S, PT5S, PT30S, , stale-address", "PT13S, PT12S, PT30S, , stale-address",
			// time enough, and not
			"PT95S, PT35S, PT194S, , stale-address", "PT95S, PT35S, PT195S, PT94S, stale-address",
			"PT95S, PT35S, PT195S, PT10S, stale-address load-balancer-cache" })
	void whenAnAddressIsKeptForLongerThanThereIsToWaitThenIsFound(Duration staleness, Duration ttl,
			Duration gracePeriod, @Nullable Duration settleMax, String ids) {
		assertThat(findings(true, staleness, ttl, gracePeriod, settleMax)).extracting(Finding::id)
			.containsExactly(ids.split(" ", -1));
	}

	@ParameterizedTest
	@CsvSource({ "PT95S, PT35S, PT195S, , true", "PT35S, PT35S, PT75S, , true", "PT95S, PT35S, PT195S, PT95S, true",
			"PT12.5S, PT5S, PT30S, , true", "PT0S, PT0S, PT1S, , true", "PT95S, PT35S, PT30S, , false" })
	void whenThereIsTimeToWaitOrNoRegistryThenIsNotFound(Duration staleness, Duration ttl, Duration gracePeriod,
			@Nullable Duration settleMax, boolean registered) {
		assertThat(findings(registered, staleness, ttl, gracePeriod, settleMax)).isEmpty();
	}

	@Test
	void whenFoundThenSaysWhatToShortenAndWhichGracePeriodWouldDo() {
		Finding finding = findings(true, Duration.ofSeconds(95), Duration.ofSeconds(5), Duration.ofSeconds(30), null)
			.get(0);
		assertThat(finding.problem()).contains("scripted").contains("95.0 s").contains("12.5 s");
		assertThat(finding.fix()).contains("Shorten the caches of somebody")
			.contains("'graceful-shutdown.settle.min'")
			.endsWith("195s.");
		assertThat(findings(true, Duration.ofSeconds(95), Duration.ofSeconds(5), Duration.ofSeconds(30),
				Duration.ofSeconds(9)))
			.singleElement()
			.satisfies((limited) -> {
				assertThat(limited.problem()).contains("SETTLE has 9.0 s");
				assertThat(limited.fix()).endsWith("195s, and no 'graceful-shutdown.settle.max'.");
			});
	}

	private static List<Finding> findings(boolean registered, Duration staleness, Duration ttl, Duration gracePeriod,
			@Nullable Duration settleMax) {
		Duration reserve = (gracePeriod.toSeconds() > 5) ? Duration.ofSeconds(5) : Duration.ZERO;
		DeregistrationParticipant registries = new DeregistrationParticipant(
				List.of(new Membership(registered, staleness)), List.of(), Duration.ofSeconds(5), Duration.ofSeconds(1),
				true);
		ShutdownBudget budget = new ShutdownBudget(gracePeriod, reserve);
		if (settleMax != null) {
			budget.cap(ShutdownPhase.SETTLE, settleMax);
		}
		return new StaleAddressCheck(registries, budget, settleMax != null, ttl).findings();
	}

	private record Membership(boolean isRegistered, Duration staleness) implements RegistryMembership {

		@Override
		public String name() {
			return "scripted";
		}

		@Override
		public void leave() {
		}

		@Override
		public Presence presence() {
			return Presence.PRESENT;
		}

		@Override
		public void rejoin() {
		}

		@Override
		public String stalenessSettings() {
			return "the caches of somebody";
		}

	}

}
