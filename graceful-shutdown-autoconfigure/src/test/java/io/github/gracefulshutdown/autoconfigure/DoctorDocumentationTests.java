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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every finding is documented, and every documented finding may be found.
 */
class DoctorDocumentationTests {

	private static final Pattern ROW = Pattern.compile("^\\| `([a-z-]+)` \\| .+ \\| .+ \\|$", Pattern.MULTILINE);

	private static final Pattern FINDING = Pattern.compile("new Finding\\(\\s*\"([a-z-]+)\"");

	@Test
	void whenDocumentedThenIsLookedForAndTheOtherWayRound() throws IOException {
		List<String> documented = ids(ROW, Files.readString(Path.of("..", "docs", "doctor.md")));
		assertThat(documented).doesNotHaveDuplicates();
		assertThat(new TreeSet<>(documented)).hasSize(18).isEqualTo(new TreeSet<>(ids(FINDING, sources("main"))));
	}

	@Test
	void whenLookedForThenItsSeverityCanBeSetAndTheOtherWayRound() throws IOException {
		assertThat(PropertyRules.FINDINGS)
			.containsExactlyInAnyOrderElementsOf(Set.copyOf(ids(FINDING, sources("main"))));
	}

	@Test
	void whenLookedForThenATestNamesIt() throws IOException {
		String tests = sources("test");
		assertThat(ids(FINDING, sources("main"))).isNotEmpty()
			.allSatisfy((id) -> assertThat(tests).containsPattern("[\"\\[ ]" + id + "[\",\\]]"));
	}

	private static List<String> ids(Pattern pattern, String text) {
		return pattern.matcher(text).results().map((result) -> result.group(1)).toList();
	}

	private static String sources(String set) throws IOException {
		StringBuilder text = new StringBuilder();
		try (Stream<Path> files = Files.walk(Path.of("src", set, "java"))) {
			files.filter((file) -> file.toString().endsWith(".java")).forEach((file) -> text.append(read(file)));
		}
		return text.toString();
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
