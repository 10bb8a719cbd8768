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

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;

/**
 * Looks whether a container is signalled where it should be. Only its process 1 is; a
 * shell in that place passes nothing on, unless it has a trap, and gets no default
 * either, because the kernel spares process 1.
 *
 * @since 0.1.0
 */
public final class ShellParentCheck implements DoctorCheck {

	private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "busybox", "ksh", "mksh", "zsh");

	private static final Pattern CAUGHT = Pattern.compile("^SigCgt:\\s*([0-9a-f]+)$", Pattern.MULTILINE);

	private static final int SIGTERM = 15;

	private final Surroundings surroundings;

	/**
	 * Make a check.
	 * @param surroundings where the process runs
	 */
	public ShellParentCheck(Surroundings surroundings) {
		this.surroundings = surroundings;
	}

	@Override
	public List<Finding> findings() {
		Optional<ProcessHandle> parent = this.surroundings.process().parent().filter((handle) -> handle.pid() == 1);
		String command = parent.flatMap((handle) -> handle.info().command())
			.map((path) -> String.valueOf(Path.of(path).getFileName()))
			.orElse("");
		if (!SHELLS.contains(command) || isTrapped()) {
			return List.of();
		}
		return List.of(new Finding("signal-not-forwarded",
				"Process 1 of the container is the shell '%s', which does not pass SIGTERM on: the process is killed at the end of its grace period."
					.formatted(command),
				"Start the JVM with 'exec java ...', or write ENTRYPOINT as an array, '[\"java\", \"-jar\", \"app.jar\"]'."));
	}

	private boolean isTrapped() {
		try {
			Matcher caught = CAUGHT.matcher(this.surroundings.status(1));
			return caught.find() && (Long.parseUnsignedLong(caught.group(1), 16) >> (SIGTERM - 1) & 1) == 1;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
