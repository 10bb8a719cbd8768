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
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.registry.zookeeper.ZookeeperServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is stopped under load while ZooKeeper misbehaves.
 */
@Tag("environment")
class ZookeeperFaultsIT extends AbstractRegistryFaultsTests<ZookeeperRegistry> {

	private static ZookeeperServer server;

	@BeforeAll
	static void startServer() {
		server = new ZookeeperServer();
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@Override
	ZookeeperRegistry registry() {
		return new ZookeeperRegistry(server);
	}

	/**
	 * The control: ZooKeeper's client waits for its server and the process is killed over
	 * it.
	 */
	@Test
	void whenTheRegistryHangsWithoutTheLibraryThenTheProcessIsKilled() {
		assertThat(exitCodeWithoutTheLibrary()).isEqualTo(137);
	}

	@Test
	void whenSomethingPutsTheInstanceBackThenItLeavesAgain() {
		try (RegisteredScenario<ZookeeperRegistry> scenario = start()) {
			CompletableFuture<Void> putBack = new CompletableFuture<>();
			Thread somebody = new Thread(() -> {
				Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> !scenario.isOffered());
				scenario.putBack();
				putBack.complete(null);
			});
			scenario.stop(somebody::start).assertReport("absent", false, null);
			assertThat(putBack).isCompleted();
			assertThat(scenario.isOffered()).isFalse();
		}
	}

}
