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
 * What is done with one registry, on a thread of its own. What is known of it can be
 * reported at any time, also while a call to the registry hangs.
 */
abstract class RegistryTask implements Runnable {

	private final RegistryMembership membership;

	private Presence presence = Presence.UNKNOWN;

	private @Nullable String call;

	private @Nullable String actError;

	private @Nullable String readError;

	private int attempts;

	private boolean evicted;

	private boolean idle;

	private boolean abandoned;

	RegistryTask(RegistryMembership membership) {
		this.membership = membership;
	}

	final RegistryMembership membership() {
		return this.membership;
	}

	@Override
	public final void run() {
		try {
			doRun();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Do what is to be done.
	 * @throws InterruptedException if nobody waits for it any more
	 */
	abstract void doRun() throws InterruptedException;

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
		return act("leaving", this.membership::leave);
	}

	final void evict() throws InterruptedException {
		act("evicting", () -> {
			if (this.membership.evict()) {
				synchronized (this) {
					this.evicted = true;
				}
			}
		});
	}

	final boolean rejoin() throws InterruptedException {
		return act("rejoining", this.membership::rejoin);
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

	private boolean act(String name, Call call) throws InterruptedException {
		synchronized (this) {
			if (this.abandoned) {
				// somebody else may have changed his mind since
				throw new InterruptedException();
			}
		}
		String error = call(name, call);
		synchronized (this) {
			this.actError = error;
		}
		return error == null;
	}

	private @Nullable String call(String name, Call call) throws InterruptedException {
		begin(name);
		String error = null;
		try {
			call.run();
		}
		catch (InterruptedException ex) {
			throw ex;
		}
		catch (Exception | LinkageError ex) {
			error = "%s failed: %s: %s".formatted(name, ex.getClass().getSimpleName(), ex.getMessage());
		}
		begin(null);
		return error;
	}

	/**
	 * Ask nothing more of the registry from now on.
	 */
	final synchronized void abandon() {
		this.abandoned = true;
	}

	private synchronized void begin(@Nullable String name) {
		this.call = name;
	}

	/**
	 * Report what is known by now. What comes later is not reported, and nothing more is
	 * asked of the registry.
	 * @param context where to report to
	 * @return whether the registry has done what it was asked to
	 */
	final boolean report(PhaseContext context) {
		ShutdownReport.Registry registry;
		synchronized (this) {
			this.abandoned = true;
			if (this.idle) {
				return true;
			}
			boolean hangs = this.call != null;
			String error = hangs ? this.call + " failed: no answer" : this.actError;
			Presence known = hangs ? Presence.UNKNOWN : this.presence;
			if (known == Presence.ABSENT || error == null) {
				// out is out, however it came about
				error = this.readError;
			}
			registry = new ShutdownReport.Registry(this.membership.name(), known.name().toLowerCase(Locale.ROOT),
					this.attempts, this.evicted, error);
		}
		context.registry(registry);
		context.detail(registry.name() + ": " + describe(registry)
				+ ((registry.error() != null) ? " (" + registry.error() + ")" : ""));
		return !hasFailed(registry);
	}

	/**
	 * A call to a registry.
	 */
	@FunctionalInterface
	interface Call {

		void run() throws Exception;

	}

}
