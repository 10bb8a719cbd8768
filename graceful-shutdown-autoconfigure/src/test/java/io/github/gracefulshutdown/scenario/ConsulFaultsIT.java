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

import io.github.gracefulshutdown.registry.consul.ConsulServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is stopped under load while Consul misbehaves.
 */
@Tag("environment")
class ConsulFaultsIT extends AbstractRegistryFaultsTests<ConsulRegistry> {

	private static ConsulServer server;

	@BeforeAll
	static void startServer() {
		server = ConsulServer.start();
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@Override
	ConsulRegistry registry() {
		return new ConsulRegistry(server);
	}

	/**
	 * The control: Consul's client waits for its server and the process is killed over
	 * it.
	 */
	@Test
	void whenTheRegistryHangsWithoutTheLibraryThenTheProcessIsKilled() {
		assertThat(exitCodeWithoutTheLibrary()).isEqualTo(137);
	}

	@Test
	void whenSomethingKeepsPuttingTheInstanceBackThenItIsEvicted() {
		stopWhilePutBack().assertReport("absent", true, null);
	}

}
