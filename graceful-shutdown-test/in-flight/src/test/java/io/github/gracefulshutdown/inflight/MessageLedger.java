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

package io.github.gracefulshutdown.inflight;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;

/**
 * What became of messages, in a file that several processes write to, a line at a time.
 */
final class MessageLedger {

	private final Path file;

	MessageLedger(Path file) {
		this.file = file;
	}

	/**
	 * Write a line.
	 * @param what what became of the message
	 * @param message the message
	 */
	void write(String what, String message) {
		try {
			Files.writeString(this.file, what + " " + message + "\n", StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Read what is written.
	 * @param what what became of the messages
	 * @return the messages, in the order of the lines
	 */
	List<String> read(String what) {
		try {
			return !Files.exists(this.file) ? List.of()
					: Files.readAllLines(this.file, StandardCharsets.UTF_8)
						.stream()
						.filter((line) -> line.startsWith(what + " "))
						.map((line) -> line.substring(what.length() + 1))
						.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Wait for a line.
	 * @param what what becomes of the message
	 * @param message the message
	 */
	void await(String what, String message) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.pollInterval(Duration.ofMillis(10))
			.until(() -> read(what).contains(message));
	}

	Path file() {
		return this.file;
	}

}
