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

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;

import org.jspecify.annotations.Nullable;

/**
 * Knows the threads that it made and that have not ended. There is no other way to find
 * the threads of an executor, virtual ones least of all.
 */
final class TrackingThreadFactory implements ThreadFactory {

	private final ThreadFactory delegate;

	private final Map<Thread, Long> threads = new ConcurrentHashMap<>();

	TrackingThreadFactory(ThreadFactory delegate) {
		this.delegate = delegate;
	}

	@Override
	public @Nullable Thread newThread(Runnable task) {
		Thread thread = this.delegate.newThread(() -> run(task));
		if (thread != null) {
			// before it runs, so that none is missed that waits for a processor
			this.threads.put(thread, System.nanoTime());
		}
		return thread;
	}

	private void run(Runnable task) {
		try {
			task.run();
		}
		finally {
			this.threads.remove(Thread.currentThread());
		}
	}

	/**
	 * Return the threads and when they were made.
	 * @return the readings of {@link System#nanoTime()}, by thread
	 */
	Map<Thread, Long> threads() {
		return this.threads;
	}

}
