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

package io.github.gracefulshutdown.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.core.env.Environment;

/**
 * Where the termination message goes. That is not known before the application runs, and
 * so is nothing for a condition, which may be looked at when the application is built.
 */
final class TerminationMessageFile {

	private static final String AUTO = "auto";

	private static final Path KUBERNETES_DEFAULT = Path.of("/dev/termination-log");

	/**
	 * The last is what YAML makes of {@code off}.
	 */
	private static final Set<String> OFF = Set.of("off", "none", "false");

	private TerminationMessageFile() {
	}

	/**
	 * Return the file, or {@code null} if there is to be no message.
	 * @param value the value of the property
	 * @param environment says where this runs
	 */
	static @Nullable Path find(String value, Environment environment) {
		return find(value, environment, KUBERNETES_DEFAULT);
	}

	static @Nullable Path find(String value, Environment environment, Path kubernetesDefault) {
		if (isPath(value)) {
			return Path.of(value);
		}
		return (isAuto(value) && CloudPlatform.KUBERNETES.isActive(environment) && Files.isWritable(kubernetesDefault))
				? kubernetesDefault : null;
	}

	static boolean isPath(String value) {
		return !isAuto(value) && !OFF.contains(value.toLowerCase(Locale.ROOT));
	}

	private static boolean isAuto(String value) {
		return value.isEmpty() || AUTO.equalsIgnoreCase(value);
	}

}
