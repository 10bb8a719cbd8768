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

package io.github.gracefulshutdown.platform;

import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.springframework.beans.factory.DisposableBean;

/**
 * Keeps what Tomcat and others say through {@code java.util.logging} while the JVM ends.
 * The JDK's own shutdown hook, {@code Logging-Cleaner}, takes all handlers away as soon
 * as the JVM is told to end, among them the one that passes records on to the logging
 * system of the application. It does so once, at any time: a handler on a logger that
 * nobody logs to is closed by it, and puts the others back when it is done.
 *
 * @since 0.1.0
 */
public final class LoggingCleanerGuard implements DisposableBean {

	private final Logger root = Logger.getLogger("");

	/**
	 * Held on to, as the log manager does not.
	 */
	private final Logger logger = Logger.getLogger(LoggingCleanerGuard.class.getName());

	private final List<Handler> kept = List.of(this.root.getHandlers());

	private final Handler canary = new Canary();

	/**
	 * Keep the handlers that there are now.
	 */
	public LoggingCleanerGuard() {
		try {
			this.logger.addHandler(this.canary);
		}
		catch (RuntimeException ex) {
			// a log manager of somebody else, which has no such hook
		}
	}

	@Override
	public void destroy() {
		this.logger.removeHandler(this.canary);
	}

	private void putBackAfter(Thread cleaner) {
		try {
			cleaner.join();
			List<Handler> left = List.of(this.root.getHandlers());
			this.kept.stream().filter((handler) -> !left.contains(handler)).forEach(this.root::addHandler);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Closed when the log manager is reset.
	 */
	private final class Canary extends Handler {

		@Override
		public void publish(LogRecord record) {
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
			if (Jvm.current().isShuttingDown()) {
				Thread cleaner = Thread.currentThread();
				Thread thread = new Thread(() -> putBackAfter(cleaner), "graceful-shutdown-logging");
				thread.setDaemon(true);
				thread.start();
			}
		}

	}

}
