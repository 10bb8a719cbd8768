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

import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether there is a file for the termination message.
 */
final class OnTerminationMessage implements Condition {

	private static final String AUTO = "auto";

	private static final Path KUBERNETES_DEFAULT = Path.of("/dev/termination-log");

	/**
	 * The last is what YAML makes of {@code off}.
	 */
	private static final Set<String> OFF = Set.of("off", "none", "false");

	@Override
	public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Environment environment = context.getEnvironment();
		return isOn(environment.getProperty("graceful-shutdown.termination-message", AUTO), environment,
				KUBERNETES_DEFAULT);
	}

	static boolean isOn(String value, Environment environment, Path kubernetesDefault) {
		if (isAuto(value)) {
			return CloudPlatform.KUBERNETES.isActive(environment) && Files.isWritable(kubernetesDefault);
		}
		return isPath(value);
	}

	static Path file(String value) {
		return isPath(value) ? Path.of(value) : KUBERNETES_DEFAULT;
	}

	static boolean isPath(String value) {
		return !isAuto(value) && !OFF.contains(value.toLowerCase(Locale.ROOT));
	}

	private static boolean isAuto(String value) {
		return value.isEmpty() || AUTO.equalsIgnoreCase(value);
	}

}
