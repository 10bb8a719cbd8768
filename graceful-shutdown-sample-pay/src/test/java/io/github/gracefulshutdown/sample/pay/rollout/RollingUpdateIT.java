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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.io.IOException;

import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Integration tests for the roll-over of two instances that callers reach through a
 * registry, Spring Cloud LoadBalancer and a cluster address.
 */
@Tag("environment")
class RollingUpdateIT {

	static Stream<Named<Supplier<Registry>>> registries() {
		return Stream.of(Named.of("Eureka", EurekaRegistry::start), Named.of("ZooKeeper", ZookeeperRegistry::start));
	}

	@ParameterizedTest
	@MethodSource("registries")
	void whenRolledOverWithStarterThenNothingIsLost(Supplier<Registry> registry) throws IOException {
		Round round = run(Variant.STARTER, registry);
		round.load().assertAllAnswered();
		assertThat(round.failures()).isEmpty();
		assertThat(round.chargedWithoutOrder()).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("registries")
	void whenRolledOverWithoutStarterThenCallersOfTheRegistryLoseRequests(Supplier<Registry> registry)
			throws IOException {
		assertThat(run(Variant.GRACEFUL, registry).failures())
			.anyMatch((failure) -> failure.group().startsWith("registry"));
	}

	@Test
	void whenRolledOverImmediatelyThenPaymentsAreChargedWithoutOrder() throws IOException {
		Round round = run(Variant.IMMEDIATE, EurekaRegistry::start);
		assertThat(round.failures()).isNotEmpty();
		assertThat(round.chargedWithoutOrder()).isNotEmpty();
	}

	private static Round run(Variant variant, Supplier<? extends Registry> registry) throws IOException {
		long started = System.nanoTime();
		return RollingUpdate.run(variant, registry, (line) -> System.out
			.println("%6.1f s  %s".formatted((System.nanoTime() - started) / 1_000_000_000.0, line)));
	}

}
