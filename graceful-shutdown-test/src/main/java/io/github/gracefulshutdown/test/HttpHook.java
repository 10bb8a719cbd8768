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

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/**
 * A hook that sends a request.
 *
 * @param method the method
 * @param path the path and query
 * @param base gives the base URI
 */
record HttpHook(String method, String path, Function<RunningApplication, URI> base) implements Hook {

	/** A kubelet can only GET, everything else is an exec hook's curl. */
	private static final Map<String, String> USER_AGENTS = Map.of("GET", "kube-lifecycle/1.34");

	@Override
	public HookResult run(RunningApplication application, Duration limit) {
		Moment started = Moment.now();
		long deadline = started.nanoTime() + limit.toNanos();
		Request request = Request.of(this.method, this.path)
			.header("User-Agent", USER_AGENTS.getOrDefault(this.method, "curl/8.14.1"))
			.header("Accept", "*/*");
		try (HttpConnection connection = HttpConnection.open(Connections.NEW, this.base.apply(application), deadline)) {
			Answer answer = connection.exchange(request.prepare(0), deadline, () -> {
			});
			boolean completed = answer.outcome() == Outcome.ANSWERED || answer.outcome() == Outcome.SERVER_ERROR;
			return new HookResult(started, Moment.now(), completed, completed ? answer.status() : -1,
					completed ? answer.body() : answer.outcome() + ": " + answer.detail());
		}
		catch (IOException ex) {
			return new HookResult(started, Moment.now(), false, -1, ex.toString());
		}
	}

}
