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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An application that runs, or ran, as a process of its own. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RunningApplication implements AutoCloseable {

	private static final Pattern PORT = Pattern.compile("started on ports? (\\d+)");

	private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration LOG_TIMEOUT = Duration.ofSeconds(1);

	private static final int TAIL = 60;

	private final String name;

	private final Process process;

	private final ProcessLog log;

	private final String host;

	private final CompletableFuture<Moment> exited;

	RunningApplication(String name, Process process, ProcessLog log, String host) {
		this.name = name;
		this.process = process;
		this.log = log;
		this.host = host;
		this.exited = process.onExit().thenApply((ended) -> Moment.now());
		log.follow(process.getInputStream(), name);
	}

	/**
	 * Return the name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Return the process id.
	 * @return the process id
	 */
	public long pid() {
		return this.process.pid();
	}

	/**
	 * Return the main port, as the log tells it.
	 * @return the main port
	 * @throws IllegalStateException if the log tells none
	 */
	public int port() {
		return ports().get(0);
	}

	/**
	 * Return the management port, as the log tells it.
	 * @return the management port, which is the main port if it has none of its own
	 * @throws IllegalStateException if the log tells none
	 */
	public int managementPort() {
		List<Integer> ports = ports();
		return ports.get(Math.min(1, ports.size() - 1));
	}

	/**
	 * Return the base URI of the main port.
	 * @return the URI, without a trailing slash
	 */
	public URI uri() {
		return uri(port());
	}

	/**
	 * Return the base URI of the management port.
	 * @return the URI, without a trailing slash
	 */
	public URI managementUri() {
		return uri(managementPort());
	}

	/**
	 * Return what the application has logged so far.
	 * @return the lines, of which very old ones may have been dropped
	 */
	public List<String> log() {
		return this.log.lines();
	}

	/**
	 * Return the file that has the whole log.
	 * @return the log file
	 */
	public Path logFile() {
		return this.log.file();
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
		return awaitLog(Pattern.compile(pattern), timeout);
	}

	/**
	 * Return whether the process runs.
	 * @return whether the process runs
	 */
	public boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * Return the exit code.
	 * @return the exit code, 128 plus the number of the signal if that ended it
	 * @throws IllegalStateException if the process still runs
	 */
	public int exitCode() {
		if (isAlive()) {
			throw new IllegalStateException("'" + this.name + "' still runs");
		}
		return this.process.exitValue();
	}

	/**
	 * Wait for the end of the process.
	 * @param timeout how long to wait
	 * @return the exit code
	 * @throws IllegalStateException with the tail of the log, if the process still runs
	 */
	public int awaitExit(Duration timeout) {
		if (!hasExitedWithin(timeout)) {
			throw failure("still runs after " + timeout.toMillis() + " ms");
		}
		return exitCode();
	}

	/**
	 * Send a signal, as {@code kill} does, and do not wait for what comes of it.
	 * @param signal the name, such as {@code TERM} or {@code USR2}, or the number
	 * @return the moment before the signal was sent
	 * @throws IllegalStateException if the process has ended or ignores the signal
	 */
	public Moment signal(String signal) {
		if (!isAlive()) {
			throw failure("ended with exit code " + exitCode() + " before it was sent the signal " + signal);
		}
		Signals.requireNotIgnored(pid(), signal);
		Moment moment = Moment.now();
		Signals.send(pid(), signal);
		return moment;
	}

	/**
	 * End the process with SIGKILL, if it still runs, and wait for its end.
	 */
	@Override
	public void close() {
		this.process.destroyForcibly();
		hasExitedWithin(EXIT_TIMEOUT);
	}

	/**
	 * Wait for the end of the process and of its log.
	 * @param timeout how long to wait
	 * @return whether the process has ended in time
	 */
	boolean hasExitedWithin(Duration timeout) {
		try {
			this.exited.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
			this.log.awaitEnd(LOG_TIMEOUT);
			return true;
		}
		catch (TimeoutException ex) {
			return false;
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	/**
	 * Return when the process was gone.
	 * @return the moment
	 */
	Moment exited() {
		return this.exited.join();
	}

	String awaitLog(Pattern pattern, Duration timeout) {
		try {
			String line = this.log.await(pattern, timeout);
			if (line != null) {
				return line;
			}
			boolean ended = this.log.hasEnded() && hasExitedWithin(LOG_TIMEOUT);
			String what = ended ? "ended with exit code " + exitCode() : "ran for " + timeout.toMillis() + " ms";
			throw failure(what + " without a line like '" + pattern + "' in its log");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	/**
	 * Return the ports as environment variables of a hook.
	 * @return the ports by name, empty if the log tells none
	 */
	Map<String, Integer> portsIfAny() {
		return loggedPorts().isEmpty() ? Map.of() : Map.of("SERVER_PORT", port(), "MANAGEMENT_PORT", managementPort());
	}

	private List<Integer> ports() {
		List<Integer> ports = loggedPorts();
		if (ports.isEmpty()) {
			throw failure("tells no port in its log");
		}
		return ports;
	}

	private List<Integer> loggedPorts() {
		return log().stream()
			.map(PORT::matcher)
			.filter(Matcher::find)
			.map((matcher) -> Integer.valueOf(matcher.group(1)))
			.toList();
	}

	private URI uri(int port) {
		return URI.create("http://" + this.host + ":" + port);
	}

	private IllegalStateException failure(String what) {
		return new IllegalStateException("'%s' %s%n%s".formatted(this.name, what, tail()));
	}

	/**
	 * Return the end of the log, for messages.
	 * @return the last lines
	 */
	String tail() {
		List<String> lines = log();
		List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL), lines.size());
		return "The log of '%s', pid %d (%s) ends with:%n%s%n".formatted(this.name, pid(), logFile(),
				String.join(System.lineSeparator(), tail));
	}

	@Override
	public String toString() {
		return "'" + this.name + "' with pid " + pid();
	}

}
