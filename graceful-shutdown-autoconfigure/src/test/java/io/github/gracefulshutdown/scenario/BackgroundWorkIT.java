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

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of orders that are charged and have not been stored yet when the process
 * is told to stop.
 */
class BackgroundWorkIT {

	private static final int ORDERS = 100;

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	/**
	 * A pool of one thread is between two tasks again and again, which is when Spring
	 * takes it for done.
	 */
	@ParameterizedTest
	@CsvSource({ "STARTER, true", "SPRING_BOOT, false" })
	void whenOrdersAreQueuedThenAllAreStoredAndBySpringBootAloneSomeAreLost(Scenario scenario, boolean kept,
			@TempDir Path directory) {
		Ledger ledger = new Ledger(directory.resolve("ledger"));
		RunningApplication application = scenario.application(this.kit, OrdersApplication.class)
			.property("scenario.ledger", ledger.file().toString())
			.property("spring.task.execution.pool.core-size", "1")
			.start();
		// one has handed over all it has, the other will while the process is stopping
		Scenario.send(application.uri(), "POST", "/orders?takes=0&count=" + ORDERS).join();
		CompletableFuture<HttpResponse<String>> inFlight = Scenario.inFlight(application, "POST",
				"/orders?takes=900&count=" + ORDERS);
		int exitCode = Terminations.dockerStop(Duration.ofSeconds(35)).stop(application).exitCode();
		assertThat(exitCode).isEqualTo(143);
		assertThat(inFlight.join().body()).isEqualTo("charged " + ORDERS);
		assertThat(ledger.charged()).hasSize(2 * ORDERS);
		assertThat(ledger.chargedWithoutOrder().isEmpty()).isEqualTo(kept);
	}

	@Test
	void whenTaskExitsTheProcessThenItIsNotWaitedFor(@TempDir Path directory) {
		RunningApplication application = Scenario.STARTER.application(this.kit, OrdersApplication.class)
			.property("scenario.ledger", directory.resolve("ledger").toString())
			.property("graceful-shutdown.grace-period", "2m")
			// for so long Spring waits for the task itself
			.property("spring.lifecycle.timeout-per-shutdown-phase", "1s")
			.start();
		Scenario.send(application.uri(), "POST", "/exit");
		assertThat(application.awaitExit(Scenario.LIMIT)).isZero();
		assertThat(application.log()).noneMatch((line) -> line.contains("Cut after"));
	}

}
