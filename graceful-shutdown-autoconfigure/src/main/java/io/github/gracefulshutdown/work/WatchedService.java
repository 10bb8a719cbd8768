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

package io.github.gracefulshutdown.work;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * An executor that cannot be asked. Whether it has anything to do shows when it is
 * closed.
 */
final class WatchedService extends WatchedExecutor {

	private final ExecutorService service;

	private volatile boolean closing;

	WatchedService(String name, ExecutorService service) {
		super("executor", name);
		this.service = service;
	}

	@Override
	boolean needsClose() {
		return true;
	}

	@Override
	void close() {
		this.closing = true;
		try {
			this.service.shutdown();
			this.service.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.closing = false;
		}
	}

	@Override
	boolean isBusy(Set<Thread> ignored) {
		return this.closing;
	}

	@Override
	List<RunningTask> running() {
		return List.of();
	}

	@Override
	int cut(Set<Thread> ignored) {
		return this.service.shutdownNow().size();
	}

}
