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

package io.github.gracefulshutdown.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The scripts of the docs and of the build, read by ShellCheck. Where it is not
 * installed, the tests are aborted, or fail where {@code REQUIRE_REGISTRIES=true}.
 */
class ShellScriptsTests {

	private static final Path ROOT = Path.of("..", "..");

	@ParameterizedTest
	@MethodSource("scripts")
	void whenCheckedThenNothingIsFound(Path script) throws Exception {
		assertThat(shellcheck(script)).isEmpty();
	}

	@Test
	void whenAScriptHasAFaultThenItIsFound(@TempDir Path directory) throws Exception {
		Path script = directory.resolve("prestop.sh");
		Files.writeString(script, Files.readString(ROOT.resolve("docs/kubernetes/prestop.sh")) + "echo $1\n");
		assertThat(shellcheck(script)).contains("SC2086");
	}

	static List<Path> scripts() throws IOException {
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
			List<Path> scripts = Stream.concat(docs.filter((file) -> file.toString().endsWith(".sh")),
					Stream.of(".ci/run", "graceful-shutdown-test/field/src/test/docker/base-image").map(ROOT::resolve))
				.toList();
			assertThat(scripts).contains(ROOT.resolve("docs/kubernetes/prestop.sh"));
			return scripts;
		}
	}

	private static String shellcheck(Path script) throws InterruptedException {
		try {
			Process process = new ProcessBuilder("shellcheck", script.toString()).redirectErrorStream(true).start();
			String output = process.inputReader().lines().collect(Collectors.joining("\n"));
			assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
			return output;
		}
		catch (IOException ex) {
			String reason = "There is no shellcheck: " + ex.getMessage();
			if (Boolean.parseBoolean(System.getenv("REQUIRE_REGISTRIES"))) {
				throw new AssertionError(reason);
			}
			return Assumptions.abort(reason);
		}
	}

}
