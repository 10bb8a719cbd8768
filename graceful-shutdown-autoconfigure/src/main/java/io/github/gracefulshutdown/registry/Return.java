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

import io.github.gracefulshutdown.ShutdownReport;

/**
 * Goes back into one registry.
 */
final class Return extends RegistryTask {

	private final Runnable onReturn;

	Return(RegistryMembership membership, Runnable onReturn) {
		super(membership);
		this.onReturn = onReturn;
	}

	@Override
	void doRun() throws InterruptedException {
		if (rejoin()) {
			this.onReturn.run();
		}
		if (membership().isConfirmable()) {
			read();
		}
	}

	@Override
	boolean forgives(Presence presence) {
		// what has not gone back may have been put back, and be taken out again
		return false;
	}

	@Override
	boolean hasFailed(ShutdownReport.Registry registry) {
		return registry.error() != null;
	}

	@Override
	String describe(ShutdownReport.Registry registry) {
		return "rejoined, " + registry.presence();
	}

}
