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

package io.github.gracefulshutdown.scenario;

import java.util.Map;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that has the 3 s that Marathon grants by default, and callers who do not
 * stop calling.
 */
@Tag("environment")
class MarathonIT {

	private static final Map<String, String> ROUTED = Map.of("MARATHON_APP_ID", "/pay", "GRACEFULSHUTDOWN_SETTLE_MODE",
			"always");

	/**
	 * As {@code docs/marathon.md} says it for who cannot have more.
	 */
	private static final Map<String, String> TOLD = Map.of("GRACEFULSHUTDOWN_GRACEPERIOD", "3s",
			"GRACEFULSHUTDOWN_RESERVE", "1s");

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@Test
	void whenToldWhatMarathonGrantsThenNothingIsLost() {
		Result result = stop(TOLD);
		assertThat(result.stop().killed()).isFalse();
		assertThat(result.stop().exitCode()).isEqualTo(143);
		assertThat(result.inFlight().all()).isNotEmpty();
		Scenario.assertNothingLost(result.load());
	}

	@Test
	void whenNotToldThenItIsKilledWhileItServesAndRequestsAreLost() {
		Result result = stop(Map.of());
		assertThat(result.stop().killed()).isTrue();
		assertThat(result.stop().exitCode()).isEqualTo(137);
		assertThat(result.load().lost().all()).isNotEmpty();
	}

	private Result stop(Map<String, String> environment) {
		ApplicationBuilder builder = Scenario.STARTER.application(this.kit);
		ROUTED.forEach(builder::environment);
		environment.forEach(builder::environment);
		RunningApplication application = builder.start();
		try (RunningLoad load = this.kit.load()
			.target(application.uri())
			.group("short work", 6, Connections.KEEP_ALIVE,
					Request.get("/slow?takes=300").named("GET /slow").expecting("slow"::equals))
			.group("fast", 6, Connections.KEEP_ALIVE, Request.get("/fast"))
			.start()) {
			load.awaitRequests(200);
			StopReport stop = Terminations.marathon().stop(application);
			return new Result(stop, load.stop());
		}
	}

	private record Result(StopReport stop, LoadReport load) {

		LoadReport inFlight() {
			return this.load.inFlightAt(this.stop.signalled());
		}

	}

}
