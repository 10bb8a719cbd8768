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

import java.util.Locale;

import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownReport;
import org.jspecify.annotations.Nullable;

/**
 * What is done with one registry.
 */
abstract class RegistryTask extends ReportedTask {

	private final RegistryMembership membership;

	private Presence presence = Presence.UNKNOWN;

	private @Nullable String actError;

	private @Nullable String readError;

	private int attempts;

	private boolean evicted;

	private boolean idle;

	RegistryTask(RegistryMembership membership) {
		this.membership = membership;
	}

	final RegistryMembership membership() {
		return this.membership;
	}

	@Override
	final String name() {
		return this.membership.name();
	}

	/**
	 * Say what became of it.
	 * @param registry what is reported
	 * @return half a sentence
	 */
	abstract String describe(ShutdownReport.Registry registry);

	/**
	 * Return whether the registry has not done what it was asked to, as far as is known.
	 * @param registry what is reported
	 * @return whether this has failed
	 */
	abstract boolean hasFailed(ShutdownReport.Registry registry);

	/**
	 * Return whether what went wrong does not matter any more.
	 * @param presence what the registry says
	 * @return whether that is what was wanted
	 */
	abstract boolean forgives(Presence presence);

	final boolean isRegistered() throws InterruptedException {
		boolean[] answer = { true };
		call("asking", () -> answer[0] = this.membership.isRegistered());
		synchronized (this) {
			this.idle = !answer[0];
		}
		return answer[0];
	}

	final boolean leave() throws InterruptedException {
		synchronized (this) {
			this.attempts++;
		}
		return acted(act("leaving", this.membership::leave));
	}

	final void evict() throws InterruptedException {
		acted(act("evicting", () -> {
			if (this.membership.evict()) {
				synchronized (this) {
					this.evicted = true;
				}
			}
		}));
	}

	final boolean rejoin() throws InterruptedException {
		return acted(act("rejoining", this.membership::rejoin));
	}

	private synchronized boolean acted(@Nullable String error) {
		this.actError = error;
		return error == null;
	}

	final Presence read() throws InterruptedException {
		Presence[] answer = { Presence.UNKNOWN };
		String error = call("reading", () -> answer[0] = this.membership.presence());
		synchronized (this) {
			this.presence = answer[0];
			this.readError = error;
			return this.presence;
		}
	}

	final synchronized int attempts() {
		return this.attempts;
	}

	@Override
	final boolean doReport(PhaseContext context, @Nullable String hanging) {
		if (this.idle) {
			return true;
		}
		String error = (hanging != null) ? hanging : this.actError;
		Presence known = (hanging != null) ? Presence.UNKNOWN : this.presence;
		if (error == null || forgives(known)) {
			error = this.readError;
		}
		ShutdownReport.Registry registry = new ShutdownReport.Registry(name(), known.name().toLowerCase(Locale.ROOT),
				this.attempts, this.evicted, error);
		context.registry(registry);
		context.detail(registry.name() + ": " + describe(registry)
				+ ((registry.error() != null) ? " (" + registry.error() + ")" : ""));
		return !hasFailed(registry);
	}

}
