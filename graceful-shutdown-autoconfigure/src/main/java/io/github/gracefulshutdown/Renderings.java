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
import java.util.concurrent.Executor;

/**
 * Those who write down what happened. Each is told on threads of its own and in order, so
 * that none that fails or hangs costs another a line.
 */
final class Renderings {

	private static final Executor THREAD = (task) -> {
		Thread thread = new Thread(task, "graceful-shutdown-rendering");
		thread.setDaemon(true);
		thread.start();
	};

	private final List<Rendering> renderings;

	Renderings(List<Timeline.Listener> listeners) {
		this.renderings = listeners.stream().map(Rendering::new).toList();
	}

	/**
	 * Tell all of a phase that has ended.
	 * @return completes when all have written it down
	 */
	CompletableFuture<Void> phaseEnded(Timeline.Entry entry, ShutdownReport report) {
		List<CompletableFuture<Void>> written = new ArrayList<>();
		this.renderings.forEach((rendering) -> written.add(rendering.phaseEnded(entry, report)));
		return CompletableFuture.allOf(written.toArray(CompletableFuture[]::new));
	}

	/**
	 * One listener and what it has yet to write.
	 */
	private static final class Rendering {

		private final Timeline.Listener listener;

		private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

		private Rendering(Timeline.Listener listener) {
			this.listener = listener;
		}

		private synchronized CompletableFuture<Void> phaseEnded(Timeline.Entry entry, ShutdownReport report) {
			this.last = this.last.thenRunAsync(() -> tell(entry, report), THREAD);
			return this.last;
		}

		private void tell(Timeline.Entry entry, ShutdownReport report) {
			try {
				this.listener.phaseEnded(entry.snapshot(), report);
			}
			catch (RuntimeException | Error ex) {
				entry.detail("A listener failed: " + ex);
			}
		}

	}

}
