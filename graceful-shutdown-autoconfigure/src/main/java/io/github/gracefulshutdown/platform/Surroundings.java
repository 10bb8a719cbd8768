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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What can be seen of where the process runs.
 *
 * @param environment the environment variables
 * @param root the root of the file system
 * @param process the process
 * @since 0.1.0
 */
public record Surroundings(Map<String, String> environment, Path root, ProcessHandle process) {

	/**
	 * Return those of this process.
	 * @return the surroundings
	 */
	public static Surroundings system() {
		return new Surroundings(System.getenv(), Path.of("/"), ProcessHandle.current());
	}

	/**
	 * Return whether the process is alone in a container, whoever runs that.
	 * @return whether this looks like a container
	 */
	public boolean isContainer() {
		return runtime() != null;
	}

	@Nullable ContainerRuntime runtime() {
		if (this.environment.containsKey("MARATHON_APP_ID")) {
			return new ContainerRuntime("Marathon", Duration.ofSeconds(3), "taskKillGracePeriodSeconds");
		}
		if (Files.exists(this.root.resolve(".dockerenv"))) {
			return new ContainerRuntime("Docker", Duration.ofSeconds(10), "'--stop-timeout' or 'stop_grace_period'");
		}
		if (Files.exists(this.root.resolve("run/.containerenv"))) {
			return new ContainerRuntime("Podman", Duration.ofSeconds(10), "'--stop-timeout'");
		}
		return null;
	}

	/**
	 * Return what the kernel says of a process.
	 * @param pid the process
	 * @return lines of a name and a value each
	 * @throws IOException if there is no such process, or this is not Linux
	 */
	String status(long pid) throws IOException {
		return Files.readString(this.root.resolve("proc").resolve(Long.toString(pid)).resolve("status"));
	}

	/**
	 * What runs containers.
	 *
	 * @param name its name
	 * @param gracePeriod what it grants a process unless it is told otherwise
	 * @param setting how it is told
	 */
	record ContainerRuntime(String name, Duration gracePeriod, String setting) {

	}

}
