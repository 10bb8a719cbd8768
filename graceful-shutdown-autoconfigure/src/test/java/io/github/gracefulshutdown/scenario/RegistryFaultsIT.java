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

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.registry.eureka.EurekaServer;
import io.github.gracefulshutdown.registry.zookeeper.ZookeeperServer;
import io.github.gracefulshutdown.test.Terminations;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is stopped under load while Eureka misbehaves.
 */
@Tag("environment")
class RegistryFaultsIT extends AbstractRegistryFaultsTests<EurekaRegistry> {

	private static final EurekaServer server = new EurekaServer();

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@Override
	EurekaRegistry registry() {
		return new EurekaRegistry(server);
	}

	/**
	 * The control: Eureka's client waits for its server and the process is killed over
	 * it.
	 */
	@Test
	void whenTheRegistryHangsWithoutTheLibraryThenTheProcessIsKilled() {
		assertThat(exitCodeWithoutTheLibrary()).isEqualTo(137);
	}

	@Test
	void whenTheRegistryDiesWhileTheInstanceIsHeldThenTheReportSaysUnknown() {
		try (RegisteredScenario<EurekaRegistry> scenario = start()) {
			// it is read when leaving was answered, which cannot fail any more
			scenario.stop(() -> once(scenario.registry()::isRead, scenario.registry()::refuse))
				.assertReport("unknown", false, "reading failed");
		}
	}

	@Test
	void whenTheRegistryAnswers500ThenTheReportSaysUnknown() {
		try (RegisteredScenario<EurekaRegistry> scenario = start()) {
			scenario.stop(() -> scenario.registry().proxy().answer(500)).assertReport("unknown", false, "500");
		}
	}

	@Test
	void whenTheRegistryIsSlowByTenSecondsThenTheReportSaysUnknown() {
		try (RegisteredScenario<EurekaRegistry> scenario = start()) {
			scenario.stop(() -> scenario.registry().proxy().delay(Duration.ofSeconds(10)))
				.assertReport("unknown", false, "no answer");
		}
	}

	@Test
	void whenSomethingKeepsPuttingTheInstanceBackThenItIsEvicted() {
		stopWhilePutBack().assertReport("absent", true, null);
	}

	@Test
	void whenTheContextIsRefreshedMeanwhileThenItStaysOut() {
		try (RegisteredScenario<EurekaRegistry> scenario = start()) {
			int before = server.requests().size();
			CompletableFuture<Integer> refreshed = new CompletableFuture<>();
			scenario
				.stop(() -> once(scenario.registry()::isDown,
						() -> refreshed.complete(scenario.send("POST", "/actuator/refresh").join().statusCode())))
				.assertReport("absent", false, null);
			assertThat(refreshed).isCompletedWithValue(200);
			assertThat(server.requestsSince(before)).noneMatch((request) -> request.contains("status=UP"));
			assertThat(scenario.registry().status()).isNull();
		}
	}

	@Test
	void whenOneOfTwoRegistriesHangsWithoutTheLibraryThenTheProcessIsKilled() {
		try (ZookeeperServer zookeeperServer = new ZookeeperServer();
				ZookeeperRegistry zookeeper = new ZookeeperRegistry(zookeeperServer);
				RegisteredScenario<EurekaRegistry> scenario = RegisteredScenario.startWithoutLibrary(registry(),
						this.kit, TwoRegistriesApplication.class, zookeeper.properties())) {
			zookeeper.hang();
			assertThat(
					Terminations.dockerStop(RegisteredScenario.WITHOUT_LIBRARY).stop(scenario.application()).exitCode())
				.isEqualTo(137);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenThereAreTwoRegistriesThenTheOneIsLeftAlsoIfTheOtherHangs(boolean hangs) {
		try (ZookeeperServer zookeeperServer = new ZookeeperServer();
				ZookeeperRegistry zookeeper = new ZookeeperRegistry(zookeeperServer);
				RegisteredScenario<EurekaRegistry> scenario = RegisteredScenario.start(registry(), this.kit,
						TwoRegistriesApplication.class, zookeeper.properties())) {
			RegistryStop stop = scenario.stop(hangs ? zookeeper::hang : () -> {
			});
			stop.assertReport("absent", false, null);
			stop.assertReport("zookeeper", hangs ? "unknown" : "absent", false,
					hangs ? "leaving failed: no answer" : null);
			assertThat(scenario.registry().status()).isNull();
		}
	}

	private static void once(Callable<Boolean> condition, Runnable action) {
		Thread thread = new Thread(() -> {
			Awaitility.await().pollInterval(Duration.ofMillis(20)).until(condition);
			action.run();
		});
		thread.setDaemon(true);
		thread.start();
	}

}
