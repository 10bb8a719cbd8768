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

import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The signals that an application may take to leave the service without ending.
 */
final class SignalNames {

	private static final Set<String> ALLOWED = Set.of("HUP", "USR1", "USR2", "WINCH", "CONT", "PIPE", "ALRM", "TTIN",
			"TTOU", "URG", "IO", "PWR");

	private SignalNames() {
	}

	/**
	 * Return the name of a signal as the JDK wants it.
	 * @param name the name, in any case, with or without {@code SIG}
	 * @return the name in upper case without {@code SIG}
	 */
	static String normalize(String name) {
		String upper = name.strip().toUpperCase(Locale.ROOT);
		return upper.startsWith("SIG") ? upper.substring(3) : upper;
	}

	/**
	 * Judge a signal.
	 * @param name the name, in any case, with or without {@code SIG}
	 * @return why an application cannot take it, or {@code null} if it can
	 */
	static @Nullable String refusal(String name) {
		String signal = normalize(name);
		if (ALLOWED.contains(signal)) {
			return null;
		}
		return switch (signal) {
			case "TERM", "INT" -> "this signal ends the process, which leaves the service first anyway";
			case "KILL", "STOP" -> "no process can take this signal";
			case "QUIT" -> "the JVM answers this signal with a thread dump";
			default -> "this is not a signal that an application can take for a purpose of its own";
		};
	}

}
