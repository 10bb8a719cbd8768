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

package io.github.gracefulshutdown.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page that shows what is said of a real stop: what stands there between the markers
 * of a block is written by {@link ObservabilityIT}, see {@code docs/observability.sh}.
 */
final class ObservabilityPage {

	private static final Path FILE = Path.of("..", "docs", "observability.md");

	private ObservabilityPage() {
	}

	static boolean isWritten() {
		return Boolean.getBoolean("docs.write");
	}

	static String read(String block) throws IOException {
		Matcher matcher = block(block).matcher(Files.readString(FILE));
		if (!matcher.find()) {
			throw new IllegalStateException("There is no block '" + block + "' in " + FILE);
		}
		return matcher.group(2);
	}

	static void write(String block, String text) throws IOException {
		Files.writeString(FILE, block(block).matcher(Files.readString(FILE))
			.replaceFirst((found) -> Matcher.quoteReplacement(found.group(1) + text + found.group(3))));
	}

	/**
	 * Return a text without what is another in each run: numbers, and all that is quoted.
	 */
	static String shape(String text) {
		return text.replaceAll("detail=\"[^\"]*\"", "detail=…").replaceAll("[0-9][0-9.E-]*", "0");
	}

	private static Pattern block(String name) {
		return Pattern.compile("(<!-- %s -->\\n```\\w*\\n)(.*?)(\\n```)".formatted(Pattern.quote(name)),
				Pattern.DOTALL);
	}

}
