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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A hook that runs a command.
 *
 * @param command the command and its arguments
 */
record ExecHook(List<String> command) implements Hook {

	@Override
	public HookResult run(RunningApplication application, Duration limit) {
		try {
			// a file, since a pipe would be held open by what the command leaves behind
			Path output = Files.createTempFile("hook", ".log");
			try {
				return run(application, limit, output);
			}
			finally {
				Files.delete(output);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private HookResult run(RunningApplication application, Duration limit, Path output) throws IOException {
		Moment started = Moment.now();
		ProcessBuilder builder = new ProcessBuilder(this.command).redirectErrorStream(true)
			.redirectOutput(output.toFile());
		application.portsIfAny().forEach((name, port) -> builder.environment().put(name, String.valueOf(port)));
		try {
			Process process = builder.start();
			boolean completed = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
			process.destroyForcibly();
			return new HookResult(started, Moment.now(), completed, completed ? process.exitValue() : -1,
					Files.readString(output));
		}
		catch (IOException ex) {
			return new HookResult(started, Moment.now(), false, -1, ex.toString());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return new HookResult(started, Moment.now(), false, -1, ex.toString());
		}
	}

}
