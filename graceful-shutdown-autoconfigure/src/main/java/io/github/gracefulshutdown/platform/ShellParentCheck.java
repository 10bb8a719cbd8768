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
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;

/**
 * Looks whether a container is signalled where it should be. Only its process 1 is, or
 * the one child that an init process in that place knows. A shell there passes nothing
 * on, unless it has a trap.
 *
 * @since 0.1.0
 */
public final class ShellParentCheck implements DoctorCheck {

	private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "busybox", "ksh", "mksh", "zsh");

	/**
	 * Those that signal their child alone, and not all of its group.
	 */
	private static final Set<String> INITS = Set.of("tini", "tini-static", "docker-init", "catatonit", "podman-init");

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
		return this.surroundings.process()
			.parent()
			.filter((parent) -> SHELLS.contains(command(parent)) && isSignalled(parent) && !isTrapped(parent))
			.map((parent) -> List.of(new Finding("signal-not-forwarded",
					"The container is signalled at the shell '%s', which does not pass SIGTERM on: the JVM is killed without having heard of it."
						.formatted(command(parent)),
					"Start the JVM with 'exec java ...', or write ENTRYPOINT as an array, '[\"java\", \"-jar\", \"app.jar\"]'.")))
			.orElse(List.of());
	}

	private static boolean isSignalled(ProcessHandle shell) {
		return shell.pid() == 1 || shell.parent().filter((init) -> INITS.contains(command(init))).isPresent();
	}

	private static String command(ProcessHandle process) {
		return process.info().command().map((path) -> String.valueOf(Path.of(path).getFileName())).orElse("");
	}

	private boolean isTrapped(ProcessHandle shell) {
		try {
			Matcher caught = CAUGHT.matcher(this.surroundings.status(shell.pid()));
			return caught.find() && (Long.parseUnsignedLong(caught.group(1), 16) >> (SIGTERM - 1) & 1) == 1;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
