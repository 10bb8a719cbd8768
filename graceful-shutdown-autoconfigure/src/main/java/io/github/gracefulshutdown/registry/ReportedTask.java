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

import io.github.gracefulshutdown.PhaseContext;
import org.jspecify.annotations.Nullable;

/**
 * Something that calls a server, on a thread of its own. What is known of it can be
 * reported at any time, also while a call hangs. Nothing more is called once it was
 * reported or abandoned.
 */
abstract class ReportedTask implements Runnable {

	private @Nullable String call;

	private boolean abandoned;

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
	 * Return what this is about.
	 * @return a name
	 */
	abstract String name();

	/**
	 * Do what is to be done.
	 * @throws InterruptedException if nobody waits for it any more
	 */
	abstract void doRun() throws InterruptedException;

	/**
	 * Report what is known by now. What comes later is not reported.
	 * @param context where to report to
	 * @return whether what was to be done is done
	 */
	final synchronized boolean report(PhaseContext context) {
		this.abandoned = true;
		return doReport(context, (this.call != null) ? this.call + " failed: no answer" : null);
	}

	/**
	 * Report what is known by now.
	 * @param context where to report to
	 * @param hanging what hangs, or {@code null}
	 * @return whether what was to be done is done
	 */
	abstract boolean doReport(PhaseContext context, @Nullable String hanging);

	/**
	 * Call nothing more from now on.
	 */
	final synchronized void abandon() {
		this.abandoned = true;
	}

	/**
	 * Call something that changes something.
	 * @param name what it is called in the report
	 * @param call what to call
	 * @return what went wrong, or {@code null}
	 * @throws InterruptedException if nobody waits for it any more
	 */
	final @Nullable String act(String name, Call call) throws InterruptedException {
		synchronized (this) {
			if (this.abandoned) {
				// somebody else may have changed his mind since
				throw new InterruptedException();
			}
		}
		return call(name, call);
	}

	/**
	 * Call something that changes nothing.
	 * @param name what it is called in the report
	 * @param call what to call
	 * @return what went wrong, or {@code null}
	 * @throws InterruptedException if nobody waits for it any more
	 */
	final @Nullable String call(String name, Call call) throws InterruptedException {
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

	private synchronized void begin(@Nullable String name) {
		this.call = name;
	}

	/**
	 * A call that may block.
	 */
	@FunctionalInterface
	interface Call {

		void run() throws Exception;

	}

}
