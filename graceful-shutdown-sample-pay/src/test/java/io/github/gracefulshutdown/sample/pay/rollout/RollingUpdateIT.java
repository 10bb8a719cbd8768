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

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Integration tests for the roll-over of two instances that callers reach through Eureka,
 * Spring Cloud LoadBalancer and a cluster address.
 */
class RollingUpdateIT {

	private static RollingUpdate rollingUpdate;

	@BeforeAll
	static void prepare() {
		rollingUpdate = RollingUpdate.prepare(System.out::println);
	}

	@AfterAll
	static void close() {
		rollingUpdate.close();
	}

	@Test
	void whenRolledOverWithStarterThenNothingIsLost() throws IOException {
		Round round = rollingUpdate.run(Variant.STARTER);
		round.load().assertAllAnswered();
		assertThat(round.failures()).isEmpty();
		assertThat(round.chargedWithoutOrder()).isEmpty();
	}

	@Test
	void whenRolledOverWithoutStarterThenRequestsAreLost() throws IOException {
		assertThat(rollingUpdate.run(Variant.GRACEFUL).failures()).isNotEmpty();
	}

	@Test
	void whenRolledOverImmediatelyThenPaymentsAreChargedWithoutOrder() throws IOException {
		Round round = rollingUpdate.run(Variant.IMMEDIATE);
		assertThat(round.failures()).isNotEmpty();
		assertThat(round.chargedWithoutOrder()).isNotEmpty();
	}

}
