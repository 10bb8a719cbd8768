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

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a process writes: all of it in a file, the last lines in memory. Thread-safe.
 */
final class ProcessLog {

	private static final int KEPT = 10_000;

	private final Path file;

	private final Deque<String> lines = new ArrayDeque<>();

	private long dropped;

	private boolean ended;

	ProcessLog(Path file) {
		this.file = file;
	}

	Path file() {
		return this.file;
	}

	/**
	 * Read what the process writes until it ends, in a thread of its own.
	 * @param output the output of the process
	 * @param name the name of the process
	 */
	void follow(InputStream output, String name) {
		Thread thread = new Thread(() -> read(output), "log of " + name);
		thread.setDaemon(true);
		thread.start();
	}

	private void read(InputStream output) {
		try (BufferedReader reader = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8));
				BufferedWriter writer = Files.newBufferedWriter(this.file)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				add(line);
				writer.write(line);
				writer.newLine();
				writer.flush();
			}
		}
		catch (IOException ex) {
			add("The log ends here: " + ex);
		}
		finally {
			end();
		}
	}

	private synchronized void add(String line) {
		this.lines.add(line);
		if (this.lines.size() > KEPT) {
			this.lines.remove();
			this.dropped++;
		}
		notifyAll();
	}

	private synchronized void end() {
		this.ended = true;
		notifyAll();
	}

	synchronized boolean hasEnded() {
		return this.ended;
	}

	synchronized List<String> lines() {
		return List.copyOf(this.lines);
	}

	/**
	 * Wait for a line, also among those that are there already.
	 * @param pattern found in the line
	 * @param timeout how long to wait
	 * @return the line, {@code null} if the time passed or the log ended without it
	 * @throws InterruptedException if the calling thread is interrupted
	 */
	synchronized @Nullable String await(Pattern pattern, Duration timeout) throws InterruptedException {
		long deadline = System.nanoTime() + timeout.toNanos();
		long seen = 0;
		while (true) {
			long skip = Math.max(0, seen - this.dropped);
			for (Iterator<String> iterator = this.lines.iterator(); iterator.hasNext();) {
				String line = iterator.next();
				if (skip-- <= 0 && pattern.matcher(line).find()) {
					return line;
				}
			}
			seen = this.dropped + this.lines.size();
			long remaining = deadline - System.nanoTime();
			if (this.ended || remaining <= 0) {
				return null;
			}
			TimeUnit.NANOSECONDS.timedWait(this, remaining);
		}
	}

	/**
	 * Wait until the process writes nothing more.
	 * @param timeout how long to wait
	 * @throws InterruptedException if the calling thread is interrupted
	 */
	synchronized void awaitEnd(Duration timeout) throws InterruptedException {
		long deadline = System.nanoTime() + timeout.toNanos();
		for (long remaining = timeout.toNanos(); !this.ended
				&& remaining > 0; remaining = deadline - System.nanoTime()) {
			TimeUnit.NANOSECONDS.timedWait(this, remaining);
		}
	}

}
