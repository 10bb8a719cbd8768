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

package io.github.gracefulshutdown.test;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Ends an application as a kubelet does: the preStop hook, then SIGTERM, then SIGKILL,
 * all inside one grace period. Where the hook has used it up, SIGTERM still gets 2 s.
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 * @see Terminations#kubelet(Duration)
 */
public final class KubeletTermination implements Termination {

	private static final Duration MINIMUM = Duration.ofSeconds(2);

	private final Duration gracePeriod;

	private final @Nullable Hook preStop;

	KubeletTermination(Duration gracePeriod, @Nullable Hook preStop) {
		this.gracePeriod = gracePeriod;
		this.preStop = preStop;
	}

	/**
	 * Set the preStop hook.
	 * @param hook the hook
	 * @return the changed termination
	 */
	public KubeletTermination preStop(Hook hook) {
		return new KubeletTermination(this.gracePeriod, hook);
	}

	@Override
	public StopReport stop(RunningApplication application) {
		Moment started = Moment.now();
		HookResult hook = (this.preStop != null) ? this.preStop.run(application, this.gracePeriod) : null;
		return Terminations.terminate(application, started, hook, patience(Moment.now().since(started)));
	}

	/**
	 * Return the time between SIGTERM and SIGKILL.
	 * @param used how much of the grace period the hook has used
	 * @return the rest of it, but at least 2 s
	 */
	Duration patience(Duration used) {
		Duration remaining = this.gracePeriod.minus(used);
		return (remaining.compareTo(MINIMUM) < 0) ? MINIMUM : remaining;
	}

}
