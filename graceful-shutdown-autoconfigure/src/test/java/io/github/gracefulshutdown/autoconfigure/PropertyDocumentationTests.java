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
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is documented is what there is.
 */
class PropertyDocumentationTests {

	private static final Pattern ROW = Pattern.compile("^\\| `(graceful-shutdown\\.[a-z.-]+)` \\| (.+?) \\| .+ \\|$",
			Pattern.MULTILINE);

	private static final Pattern MENTION = Pattern
		.compile("(?<![\\w.-])(?:graceful-shutdown(?:\\.(?!json|ya?ml)[a-z]+(?:-[a-z]+)*)+|GRACEFULSHUTDOWN_[A-Z_]+)");

	private static final Pattern VALUE = Pattern.compile("`([^`]+)`");

	@Test
	void whenDocumentedThenExistsWithThatDefaultAndTheOtherWayRound() throws IOException {
		assertThat(documented()).isNotEmpty().isEqualTo(generated());
	}

	@Test
	void whenMentionedThenExists() throws IOException {
		Set<String> properties = generated().keySet();
		Set<String> variables = properties.stream()
			.map((name) -> name.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT))
			.collect(Collectors.toSet());
		try (Stream<Path> files = Files.walk(Path.of("..", "docs"))) {
			for (Path file : files.filter((path) -> path.toString().matches(".+\\.(md|yaml)")).toList()) {
				assertThat(MENTION.matcher(Files.readString(file)).results().map(MatchResult::group))
					.as(file.toString())
					.allMatch((mention) -> variables.contains(mention) || isSeverity(mention)
							|| properties.stream().anyMatch((name) -> (name + '.').startsWith(mention + '.')));
			}
		}
	}

	private static boolean isSeverity(String mention) {
		return PropertyRules.FINDINGS.stream()
			.anyMatch((id) -> mention.equals("graceful-shutdown.doctor-severity." + id) || mention
				.equals("GRACEFULSHUTDOWN_DOCTORSEVERITY_" + id.replace("-", "").toUpperCase(Locale.ROOT)));
	}

	@Test
	void whenHintedThenTheFindingsAreThoseThereAre() throws IOException {
		assertThat(metadata().get("hints"))
			.filteredOn((hint) -> "graceful-shutdown.doctor-severity.keys".equals(hint.get("name").asString()))
			.flatExtracting(
					(hint) -> hint.get("values").valueStream().map((value) -> value.get("value").asString()).toList())
			.containsExactlyInAnyOrderElementsOf(PropertyRules.FINDINGS);
	}

	@Test
	void whenGeneratedThenEveryPropertyIsDescribed() throws IOException {
		assertThat(metadata().get("properties")).filteredOn(PropertyDocumentationTests::isOurs)
			.isNotEmpty()
			.allSatisfy((property) -> assertThat(property.path("description").asString("")).endsWith("."));
	}

	@Test
	void whenHintedThenTheSignalsAreThoseThatAreAllowed() throws IOException {
		assertThat(metadata().get("hints"))
			.filteredOn((hint) -> "graceful-shutdown.signals".equals(hint.get("name").asString()))
			.flatExtracting(
					(hint) -> hint.get("values").valueStream().map((value) -> value.get("value").asString()).toList())
			.hasSize(12)
			.allSatisfy((signal) -> assertThat(SignalNames.refusal(signal)).isNull());
	}

	private static Map<String, String> documented() throws IOException {
		Map<String, String> defaults = new TreeMap<>();
		Matcher row = ROW.matcher(Files.readString(Path.of("..", "docs", "properties.md")));
		while (row.find()) {
			// a default that is derived is said in words
			String cell = row.group(2);
			String value = cell.startsWith("derived: ") || cell.equals("none") ? ""
					: VALUE.matcher(cell)
						.results()
						.map((MatchResult result) -> result.group(1))
						.collect(Collectors.joining(","));
			defaults.put(row.group(1), value);
		}
		return defaults;
	}

	private static Map<String, String> generated() throws IOException {
		Map<String, String> defaults = new TreeMap<>();
		for (JsonNode property : metadata().get("properties")) {
			if (isOurs(property)) {
				JsonNode value = property.path("defaultValue");
				defaults.put(property.get("name").asString(),
						value.isArray() ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(","))
								: value.asString(""));
			}
		}
		return defaults;
	}

	private static boolean isOurs(JsonNode property) {
		return property.get("name").asString().startsWith("graceful-shutdown.");
	}

	private static JsonNode metadata() throws IOException {
		try (InputStream metadata = GracefulShutdownProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return JsonMapper.shared().readTree(metadata);
		}
	}

}
