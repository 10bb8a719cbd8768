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

package io.github.gracefulshutdown;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the documentation links to is there: the file, and the heading in it.
 */
class DocumentationLinksTests {

	private static final Path ROOT = Path.of("..");

	private static final Pattern CODE = Pattern.compile("^\\s*```.*?^\\s*```", Pattern.MULTILINE | Pattern.DOTALL);

	private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#\\s]*)#?([^)\\s]*)\\)");

	private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

	@Test
	void whenLinkedThenItIsThere() throws IOException {
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
			List<Path> pages = Stream.concat(Stream.of(ROOT.resolve("README.md")), docs)
				.filter((page) -> page.toString().endsWith(".md"))
				.toList();
			assertThat(pages).hasSizeGreaterThan(5)
				.allSatisfy((page) -> assertThat(broken(page, Files.readString(page))).isEmpty());
		}
	}

	@Test
	void whenLinkIsBrokenThenItIsFound() throws IOException {
		assertThat(broken(ROOT.resolve("README.md"), """
				# A *title*, with `code`
				[there](#a-title-with-code) [there](docs/quick-start.md#who-may-call) [not](docs/quick-finish.md)
				[not](#title) [not](docs/quick-start.md#who-may-not)
				""")).containsExactly("docs/quick-finish.md#", "#title", "docs/quick-start.md#who-may-not");
	}

	private static List<String> broken(Path page, String text) throws IOException {
		List<String> broken = new ArrayList<>();
		for (var link : LINK.matcher(prose(text)).results().toList()) {
			Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
			String anchor = link.group(2);
			boolean there = Files.exists(target) && (anchor.isEmpty()
					|| anchors((target == page) ? text : Files.readString(target)).contains(anchor));
			if (!there) {
				broken.add(link.group(1) + "#" + anchor);
			}
		}
		return broken;
	}

	private static List<String> anchors(String text) {
		return HEADING.matcher(prose(text))
			.results()
			.map((heading) -> heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", ""))
			.map((heading) -> heading.replace(' ', '-'))
			.toList();
	}

	private static String prose(String text) {
		return CODE.matcher(text).replaceAll("");
	}

}
