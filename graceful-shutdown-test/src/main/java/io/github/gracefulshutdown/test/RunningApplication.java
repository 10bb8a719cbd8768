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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An application that runs, or ran, as a process of its own. Thread-safe.
 *
 * @since 0.1.0
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RunningApplication implements AutoCloseable {

	/**
	 * Return the name.
	 * @return the name
	 */
	public String name() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the process id.
	 * @return the process id
	 */
	public long pid() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the main port, as the log tells it.
	 * @return the main port
	 * @throws IllegalStateException if the log tells none
	 */
	public int port() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the management port, as the log tells it.
	 * @return the management port, which is the main port if it has none of its own
	 * @throws IllegalStateException if the log tells none
	 */
	public int managementPort() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the base URI of the main port.
	 * @return the URI, without a trailing slash
	 */
	public URI uri() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the base URI of the management port.
	 * @return the URI, without a trailing slash
	 */
	public URI managementUri() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return what the application has logged so far.
	 * @return the lines, of which very old ones may have been dropped
	 */
	public List<String> log() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the file that has the whole log.
	 * @return the log file
	 */
	public Path logFile() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Wait for a line in the log. Lines that are there already count.
	 * @param pattern a regular expression that is found in the line
	 * @param timeout how long to wait
	 * @return the line
	 * @throws IllegalStateException with the tail of the log, if the process ended or the
	 * time passed without such a line
	 */
	public String awaitLog(String pattern, Duration timeout) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return whether the process runs.
	 * @return whether the process runs
	 */
	public boolean isAlive() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Return the exit code.
	 * @return the exit code, 128 plus the number of the signal if that ended it
	 * @throws IllegalStateException if the process still runs
	 */
	public int exitCode() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Wait for the end of the process.
	 * @param timeout how long to wait
	 * @return the exit code
	 * @throws IllegalStateException with the tail of the log, if the process still runs
	 */
	public int awaitExit(Duration timeout) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Send a signal, as {@code kill} does, and do not wait for what comes of it.
	 * @param signal the name, such as {@code TERM} or {@code USR2}, or the number
	 * @return the moment before the signal was sent
	 * @throws IllegalStateException if the process has ended or ignores the signal
	 */
	public Moment signal(String signal) {
		throw new UnsupportedOperationException();
	}

	/**
	 * End the process with SIGKILL, if it still runs, and wait for its end.
	 */
	@Override
	public void close() {
		throw new UnsupportedOperationException();
	}

}
