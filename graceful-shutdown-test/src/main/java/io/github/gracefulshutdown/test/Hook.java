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

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A preStop hook. Immutable and thread-safe.
 *
 * @since 0.1.0
 * @see Terminations#kubelet(Duration)
 */
@FunctionalInterface
public interface Hook {

	/**
	 * Run the hook.
	 * @param application the application that is about to be stopped
	 * @param limit how long the hook may take, after which it is given up
	 * @return what came of it
	 */
	HookResult run(RunningApplication application, Duration limit);

	/**
	 * A {@code httpGet} hook on the management port. As with a kubelet the status is
	 * recorded but changes nothing.
	 * @param path the path and query, with a leading slash
	 * @return the hook
	 */
	static Hook get(String path) {
		return http("GET", path, RunningApplication::managementUri);
	}

	/**
	 * A {@code POST} on the management port, as an {@code exec} hook sends with
	 * {@code curl}.
	 * @param path the path and query, with a leading slash
	 * @return the hook
	 */
	static Hook post(String path) {
		return http("POST", path, RunningApplication::managementUri);
	}

	/**
	 * A request to any port.
	 * @param method the method
	 * @param path the path and query, with a leading slash
	 * @param base gives the base URI, such as {@link RunningApplication#uri()}
	 * @return the hook
	 */
	static Hook http(String method, String path, Function<RunningApplication, URI> base) {
		return new HttpHook(method, path, base);
	}

	/**
	 * An {@code exec} hook: a command on this machine. It finds the ports of the
	 * application in {@code SERVER_PORT} and {@code MANAGEMENT_PORT}.
	 * @param command the command and its arguments
	 * @return the hook
	 */
	static Hook exec(String... command) {
		return new ExecHook(List.of(command));
	}

	/**
	 * A {@code sleep} hook.
	 * @param duration how long to sleep
	 * @return the hook
	 */
	static Hook sleep(Duration duration) {
		return (application, limit) -> {
			Moment started = Moment.now();
			boolean completed = duration.compareTo(limit) <= 0;
			try {
				TimeUnit.NANOSECONDS.sleep((completed ? duration : limit).toNanos());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return new HookResult(started, Moment.now(), completed, -1, "");
		};
	}

}
