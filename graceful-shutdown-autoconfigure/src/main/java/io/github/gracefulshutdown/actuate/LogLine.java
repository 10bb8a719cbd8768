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

package io.github.gracefulshutdown.actuate;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * One line of names and values, whatever the values are.
 */
final class LogLine {

	private static final Pattern PLAIN = Pattern.compile("[^\\s\"=]+");

	private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\x{85}\\x{2028}\\x{2029}]");

	private final StringBuilder line = new StringBuilder("graceful-shutdown");

	LogLine with(String name, @Nullable Object value) {
		String text = oneLine(String.valueOf(value));
		this.line.append(' ').append(name).append('=');
		if (PLAIN.matcher(text).matches()) {
			this.line.append(text);
		}
		else {
			this.line.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
		}
		return this;
	}

	static String oneLine(String text) {
		return BREAKS.matcher(text).replaceAll(" ");
	}

	@Override
	public String toString() {
		return this.line.toString();
	}

}
