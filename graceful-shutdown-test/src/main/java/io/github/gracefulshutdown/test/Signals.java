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
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Real signals, as the operating system's {@code kill} sends them.
 */
final class Signals {

	private static final long TIMEOUT_SECONDS = 10;

	private static final String IGNORED = "SigIgn:";

	/** Those that a process may ignore because its parent does. */
	private static final Map<String, Integer> INHERITED = Map.of("HUP", 1, "INT", 2, "QUIT", 3, "TERM", 15);

	private Signals() {
	}

	/**
	 * Send a signal.
	 * @param pid the process
	 * @param signal the name or number of the signal
	 */
	static void send(long pid, String signal) {
		try {
			// the shell's own kill, since a container may have no other
			Process kill = new ProcessBuilder("sh", "-c", "kill -s \"$0\" \"$1\"", signal, Long.toString(pid))
				.redirectErrorStream(true)
				.start();
			if (!kill.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
				kill.destroyForcibly();
				throw new IllegalStateException("The signal %s could not be sent to %d: %s".formatted(signal, pid,
						new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	/**
	 * Refuse to send a signal that changes nothing. A shell that runs this JVM in the
	 * background makes it, and all processes it starts, ignore SIGINT.
	 * @param pid the process
	 * @param signal the name or number of the signal
	 */
	static void requireNotIgnored(long pid, String signal) {
		Path status = Path.of("/proc", Long.toString(pid), "status");
		if (!Files.isReadable(status)) {
			return;
		}
		try {
			String mask = Files.readAllLines(status)
				.stream()
				.filter((line) -> line.startsWith(IGNORED))
				.map((line) -> line.substring(IGNORED.length()).strip())
				.findFirst()
				.orElse("0");
			if (((Long.parseUnsignedLong(mask, 16) >>> (number(signal) - 1)) & 1) == 1) {
				throw new IllegalStateException(
						"%d ignores the signal %s, as does what started it: is this JVM running in the background of a shell?"
							.formatted(pid, signal));
			}
		}
		catch (IOException ex) {
			// it has just ended
		}
	}

	private static int number(String signal) {
		return signal.chars().allMatch(Character::isDigit) ? Integer.parseInt(signal)
				: INHERITED.getOrDefault(signal.toUpperCase(Locale.ROOT), Long.SIZE);
	}

}
