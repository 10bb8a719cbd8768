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

package io.github.gracefulshutdown.inflight.kinds;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A piece of work, and a line for each thing that happens to it. It takes a time, or goes
 * on for ever: until it is interrupted, or not even then.
 */
final class Work {

	static final Duration FOR_EVER = Duration.ofDays(1);

	private final boolean stubborn;

	Work(boolean stubborn) {
		this.stubborn = stubborn;
	}

	void run(WorkKind kind, Duration takes) {
		say("started", kind);
		try {
			if (this.stubborn && takes.equals(FOR_EVER)) {
				parkForEver();
			}
			Thread.sleep(takes.toMillis());
			say("finished", kind);
		}
		catch (InterruptedException ex) {
			say("interrupted", kind);
			throw new IllegalStateException("interrupted", ex);
		}
	}

	private static void parkForEver() {
		while (true) {
			LockSupport.park();
			// so that the next call parks again
			Thread.interrupted();
		}
	}

	static void say(String what, WorkKind kind) {
		System.out.println(line(what, kind));
	}

	static String line(String what, WorkKind kind) {
		return "[work] " + kind + " " + what;
	}

}
