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

import io.github.gracefulshutdown.registry.nacos.NacosServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * An application that is stopped under load while Nacos misbehaves.
 */
@Tag("environment")
class NacosFaultsIT extends AbstractRegistryFaultsTests<NacosRegistry> {

	private static NacosServer server;

	@BeforeAll
	static void startServer() {
		server = NacosServer.start();
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@Override
	NacosRegistry registry() {
		return new NacosRegistry(server);
	}

	/**
	 * Its client gives up leaving before the time is over, and reading is what has no
	 * answer then.
	 */
	@Override
	String failure() {
		return "failed";
	}

}
