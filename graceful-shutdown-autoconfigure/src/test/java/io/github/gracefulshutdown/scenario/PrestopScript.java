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

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The preStop script of the docs, run by a real shell that has one HTTP client and no
 * more. Where the client is not installed the test is aborted, or fails where
 * {@code REQUIRE_REGISTRIES=true}.
 */
enum PrestopScript {

	/**
	 * With {@code curl}.
	 */
	CURL("", "curl"),

	/**
	 * With GNU {@code wget}.
	 */
	WGET("", "wget"),

	/**
	 * With nothing but BusyBox, whose {@code wget} can neither DELETE nor PUT.
	 */
	BUSYBOX("busybox", "wget nc");

	private static final Path SCRIPT = Path.of("..", "docs", "kubernetes", "prestop.sh").toAbsolutePath();

	private static final Path SIDECAR = SCRIPT.resolveSibling("deployment-sidecar.yaml");

	private static final String TOOLS = "base64 date sed sh sleep timeout tr ";

	private final String binary;

	private final String clients;

	PrestopScript(String binary, String clients) {
		this.binary = binary;
		this.clients = clients;
	}

	/**
	 * Run the script, which has to end in time.
	 * @param directory where to keep the tools and the log
	 * @param limit its time
	 * @param variables what it is told
	 * @return what it says
	 */
	Result run(Path directory, Duration limit, Map<String, String> variables) {
		return run(directory, limit, variables, List.of("sh", SCRIPT.toString()), (process) -> List.of());
	}

	/**
	 * Run what the sidecar of the docs runs, and send it SIGTERM when it waits for that.
	 * @param directory where to keep the tools and the log
	 * @param limit the time of the script
	 * @param variables what it is told
	 * @return what it says
	 */
	Result runSidecar(Path directory, Duration limit, Map<String, String> variables) {
		return run(directory, limit, variables, sidecar(), (process) -> {
			Awaitility.await().until(() -> process.descendants().findAny().isPresent());
			List<ProcessHandle> sleeping = process.descendants().toList();
			// that of the process itself closes its output
			process.toHandle().destroy();
			return sleeping;
		});
	}

	private static List<String> sidecar() {
		try (Reader manifest = Files.newBufferedReader(SIDECAR)) {
			JsonNode deployment = JsonMapper.shared().valueToTree(new Yaml().load(manifest));
			return deployment.at("/spec/template/spec/initContainers/0/command")
				.valueStream()
				.map((argument) -> argument.asString().replace("/prestop/prestop.sh", SCRIPT.toString()))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Result run(Path directory, Duration limit, Map<String, String> variables, List<String> command,
			Function<Process, List<ProcessHandle>> leavesBehind) {
		try {
			Path tools = tools(directory);
			Path log = Files.createTempFile(directory, "container", ".log");
			List<String> arguments = new ArrayList<>(command);
			arguments.set(0, tools.resolve(command.get(0)).toString());
			ProcessBuilder builder = new ProcessBuilder(arguments).redirectError(ProcessBuilder.Redirect.INHERIT);
			builder.environment().clear();
			builder.environment().put("PATH", tools.toString());
			builder.environment().put("PRESTOP_LOG", log.toString());
			builder.environment().putAll(variables);
			Process process = builder.start();
			List<ProcessHandle> leftBehind = leavesBehind.apply(process);
			if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
				process.descendants().forEach(ProcessHandle::destroyForcibly);
				process.destroyForcibly();
				throw new AssertionError("It still runs after " + limit);
			}
			leftBehind.forEach(ProcessHandle::destroy);
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			System.out.println(this + " " + output);
			assertThat(Files.readString(log)).as("the container's log").isEqualTo(output);
			return new Result(process.exitValue(), output);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private Path tools(Path directory) throws IOException {
		Path tools = directory.resolve(name());
		if (Files.notExists(tools)) {
			Files.createDirectory(tools);
			for (String name : (TOOLS + this.clients).split(" ", -1)) {
				Files.createSymbolicLink(tools.resolve(name), find(this.binary.isEmpty() ? name : this.binary));
			}
		}
		return tools;
	}

	private static Path find(String name) {
		return Pattern.compile(File.pathSeparator)
			.splitAsStream(Objects.requireNonNullElse(System.getenv("PATH"), ""))
			.map((directory) -> Path.of(directory, name))
			.filter(Files::isExecutable)
			.findFirst()
			.orElseGet(() -> missing("There is no " + name + " on the path"));
	}

	private static Path missing(String reason) {
		if (Boolean.parseBoolean(System.getenv("REQUIRE_REGISTRIES"))) {
			throw new AssertionError(reason);
		}
		return Assumptions.abort(reason);
	}

	/**
	 * What the script says.
	 *
	 * @param status its exit status
	 * @param line its line
	 */
	record Result(int status, String line) {

		/**
		 * Return how long it took, in seconds.
		 */
		int seconds() {
			Matcher seconds = Pattern.compile(" s=(\\d+) ").matcher(this.line);
			assertThat(seconds.find()).as(this.line).isTrue();
			return Integer.parseInt(seconds.group(1));
		}

		void assertIs(int status, String... parts) {
			assertThat(this.line).startsWith("graceful-shutdown prestop=")
				.endsWith("\n")
				.containsOnlyOnce("\n")
				.contains(" status=" + status)
				.contains(parts);
			assertThat(this.status).as(this.line).isEqualTo(status);
		}

	}

}
