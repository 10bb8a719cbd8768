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

package io.github.gracefulshutdown;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Those who write down what happened. Each is told on a thread of its own and in order,
 * so that none that fails or hangs costs another a line.
 */
final class Renderings {

	private final List<Rendering> renderings;

	Renderings(List<Timeline.Listener> listeners) {
		this.renderings = listeners.stream().map(Rendering::new).toList();
	}

	/**
	 * Tell all of a phase that has begun.
	 */
	void phaseStarted(Timeline.Entry entry) {
		this.renderings.forEach((rendering) -> rendering.thread
			.execute(() -> rendering.tell(() -> rendering.listener.phaseStarted(entry.phase()), entry)));
	}

	/**
	 * Tell all of a phase that has ended.
	 * @return completes when all have written it down
	 */
	CompletableFuture<Void> phaseEnded(Timeline.Entry entry, ShutdownReport report) {
		List<CompletableFuture<Void>> written = new ArrayList<>();
		this.renderings.forEach((rendering) -> written.add(CompletableFuture.runAsync(
				() -> rendering.tell(() -> rendering.listener.phaseEnded(entry.snapshot(), report), entry),
				rendering.thread)));
		return CompletableFuture.allOf(written.toArray(CompletableFuture[]::new));
	}

	/**
	 * One listener and what it has yet to write.
	 */
	private static final class Rendering {

		private final Timeline.Listener listener;

		private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, 100, TimeUnit.MILLISECONDS,
				new LinkedBlockingQueue<>(), Rendering::newThread);

		private Rendering(Timeline.Listener listener) {
			this.listener = listener;
			this.thread.allowCoreThreadTimeOut(true);
		}

		private static Thread newThread(Runnable task) {
			Thread thread = new Thread(task, "graceful-shutdown-rendering");
			thread.setDaemon(true);
			return thread;
		}

		private void tell(Runnable call, Timeline.Entry entry) {
			try {
				call.run();
			}
			catch (RuntimeException | Error ex) {
				entry.detail("A listener failed: " + ex);
			}
		}

	}

}
