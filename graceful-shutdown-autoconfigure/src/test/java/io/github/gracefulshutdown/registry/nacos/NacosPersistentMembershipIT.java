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

package io.github.gracefulshutdown.registry.nacos;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NacosMembership} against a Nacos server, as a persistent instance.
 */
@Tag("environment")
class NacosPersistentMembershipIT extends AbstractNacosMembershipTests {

	@Override
	protected boolean ephemeral() {
		return false;
	}

	/**
	 * The trap: the client always says that the instance is ephemeral.
	 */
	@Test
	void whenOnlyTheClientDeregistersThenItStays() {
		registry().deregister(registration());
		server.awaitListing();
		assertThat(isOffered()).isTrue();
	}

}
