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

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Those who write down what happened. Each is told in order, all of them on one thread as
 * long as none hangs; the others have threads of their own then, so that none that fails
 * or hangs costs another a line.
 */
final class Renderings {

	private final List<Rendering> renderings;

	private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, 100, TimeUnit.MILLISECONDS,
			new LinkedBlockingQueue<>(), Renderings::newThread);

	private volatile boolean spread;

	Renderings(List<Timeline.Listener> listeners) {
		this.renderings = listeners.stream().map(Rendering::new).toList();
		this.thread.allowCoreThreadTimeOut(true);
	}

	/**
	 * Tell all of a phase that has begun.
	 */
	void phaseStarted(Timeline.Entry entry) {
		for (Rendering rendering : this.renderings) {
			var unused = rendering.later(() -> rendering.listener.phaseStarted(entry.phase()), entry);
		}
		tellAll();
	}

	/**
	 * Tell all of a phase that has ended.
	 * @return completes when all have written it down
	 */
	CompletableFuture<Void> phaseEnded(Timeline.Entry entry, ShutdownReport report) {
		CompletableFuture<?>[] written = this.renderings.stream()
			.map((rendering) -> rendering.later(() -> rendering.listener.phaseEnded(entry.snapshot(), report), entry))
			.toArray(CompletableFuture[]::new);
		tellAll();
		return CompletableFuture.allOf(written);
	}

	private void tellAll() {
		if (this.spread) {
			this.renderings.forEach((rendering) -> newThread(rendering::tell).start());
		}
		else {
			this.thread.execute(() -> this.renderings.forEach(Rendering::tell));
		}
	}

	/**
	 * Have nobody wait for one that hangs, from now on.
	 */
	void spread() {
		this.spread = true;
		tellAll();
	}

	private static Thread newThread(Runnable task) {
		Thread thread = new Thread(task, "graceful-shutdown-rendering");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * One listener and what it has yet to write.
	 */
	private static final class Rendering {

		private final Timeline.Listener listener;

		private final Queue<Runnable> untold = new ConcurrentLinkedQueue<>();

		private final AtomicBoolean telling = new AtomicBoolean();

		private Rendering(Timeline.Listener listener) {
			this.listener = listener;
		}

		private CompletableFuture<Void> later(Runnable call, Timeline.Entry entry) {
			CompletableFuture<Void> told = new CompletableFuture<>();
			this.untold.add(() -> {
				try {
					call.run();
				}
				catch (RuntimeException | Error ex) {
					entry.detail("A listener failed: " + ex);
				}
				finally {
					told.complete(null);
				}
			});
			return told;
		}

		/**
		 * Tell what is untold, unless another thread does.
		 */
		private void tell() {
			while (!this.untold.isEmpty() && this.telling.compareAndSet(false, true)) {
				try {
					for (Runnable call = this.untold.poll(); call != null; call = this.untold.poll()) {
						call.run();
					}
				}
				finally {
					this.telling.set(false);
				}
			}
		}

	}

}
