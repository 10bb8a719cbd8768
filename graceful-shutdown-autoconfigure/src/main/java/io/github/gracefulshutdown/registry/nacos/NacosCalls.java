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

package io.github.gracefulshutdown.registry.nacos;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Calls a server on threads that may be left behind: over HTTP the client of Nacos heeds
 * no interruption, and may wait for minutes. Thread-safe.
 */
final class NacosCalls {

	private final ExecutorService executor = Executors.newSingleThreadExecutor(NacosCalls::thread);

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "graceful-shutdown-nacos");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Call after all that was to be called before, so that none of that succeeds late. An
	 * interrupted caller gives up: what has not begun never will.
	 * @param call the call
	 * @throws Exception what the call throws
	 * @throws InterruptedException if the caller was interrupted
	 */
	void inTurn(Call call) throws Exception {
		Future<?> future = this.executor.submit(() -> {
			call.run();
			return null;
		});
		try {
			future.get();
		}
		catch (InterruptedException ex) {
			future.cancel(true);
			throw ex;
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
	}

	/**
	 * Call at once, for as long as it may take.
	 * @param <T> the type of the answer
	 * @param call the call
	 * @return the answer, once it is there
	 */
	static <T> CompletableFuture<T> aside(Callable<T> call) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		thread(() -> {
			try {
				answer.complete(call.call());
			}
			catch (Exception | LinkageError ex) {
				answer.completeExceptionally(ex);
			}
		}).start();
		return answer;
	}

	/**
	 * Give up what has not ended.
	 */
	void close() {
		this.executor.shutdownNow();
	}

	/**
	 * A call, or some.
	 */
	@FunctionalInterface
	interface Call {

		void run() throws Exception;

	}

}
