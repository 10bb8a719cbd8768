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

package io.github.gracefulshutdown.field;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

/**
 * Docker's own command line, and the image of the payment service.
 */
final class Docker {

	/** The service as its Dockerfile makes it. */
	static final String PAY = "graceful-shutdown-pay";

	/** The same service without the starter. */
	static final String PAY_WITHOUT_STARTER = "graceful-shutdown-pay-without-starter";

	static final Path SAMPLE = Path.of("..", "..", "graceful-shutdown-sample-pay");

	/** Makes the image that the service is built on. */
	private static final Path BASE_IMAGE = Path.of("src", "test", "docker", "base-image");

	private Docker() {
	}

	/**
	 * Skips the test where there is no daemon, or the base image cannot be made, unless
	 * {@code REQUIRE_DOCKER=true}.
	 */
	static void assumeAvailable() {
		assumeRuns("docker", "version");
		assumeRuns("busybox", "--list");
		String system = System.getProperty("os.name");
		if (!"Linux".equals(system)) {
			unavailable(new IllegalStateException("The base image is made of a Linux, and this is " + system));
		}
	}

	/**
	 * Skips the test where a command is missing or fails, unless
	 * {@code REQUIRE_DOCKER=true}.
	 * @param command the command
	 */
	static void assumeRuns(String... command) {
		try {
			execute(Map.of(), "", command);
		}
		catch (IllegalStateException | UncheckedIOException ex) {
			unavailable(ex);
		}
	}

	private static void unavailable(RuntimeException reason) {
		if (Boolean.parseBoolean(System.getenv("REQUIRE_DOCKER"))) {
			throw reason;
		}
		// Surefire keeps it to itself where all tests of a class are skipped
		System.out.println("Skipped: " + reason.getMessage());
		Assumptions.abort(reason.getMessage());
	}

	/**
	 * Builds the image of the service, on a base image that is made of the JDK that runs
	 * this test.
	 */
	static void buildPay() {
		String base = "graceful-shutdown-java:" + System.getProperty("java.version") + "-" + versionOf(BASE_IMAGE);
		if (run("images", "--quiet", base).isEmpty()) {
			execute(Map.of("JAVA_HOME", System.getProperty("java.home")), "", BASE_IMAGE.toString(), base);
		}
		run("build", "--quiet", "--build-arg", "BASE_IMAGE=" + base, "--tag", PAY, SAMPLE.toString());
	}

	/**
	 * Builds the image of the same service without the starter.
	 */
	static void buildPayWithoutStarter() {
		build(PAY_WITHOUT_STARTER, """
				FROM %s
				USER 0
				RUN rm lib/graceful-shutdown-*.jar
				USER 1000
				""".formatted(PAY));
	}

	/**
	 * Builds an image of a Dockerfile alone.
	 * @param tag its name
	 * @param dockerfile the text
	 */
	static void build(String tag, String dockerfile) {
		execute(Map.of(), dockerfile, "docker", "build", "--quiet", "--tag", tag, "-");
	}

	/**
	 * Runs a command and waits for its end.
	 * @param command what follows {@code docker}
	 * @return what it wrote
	 * @throws IllegalStateException with what it wrote, if it failed
	 */
	static String run(String... command) {
		return execute(Map.of(), "", Stream.concat(Stream.of("docker"), Stream.of(command)).toArray(String[]::new));
	}

	private static String versionOf(Path script) {
		try {
			return Integer.toHexString(Files.readString(script).hashCode());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String execute(Map<String, String> environment, String input, String... command) {
		try {
			ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
			builder.environment().putAll(environment);
			Process process = builder.start();
			try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
				stdin.write(input);
			}
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
			if (process.waitFor() != 0) {
				throw new IllegalStateException(List.of(command) + " failed: " + output);
			}
			return output;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

}
