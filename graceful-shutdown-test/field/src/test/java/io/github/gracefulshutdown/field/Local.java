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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.Terminations;

/**
 * An instance of the payment service that is a process here.
 */
final class Local implements Instance {

	/** Stops what an init script has started, and is where init scripts find it. */
	static final String SERVICE_MANAGER = "/sbin/start-stop-daemon";

	private static final Path DIRECTORY = Path.of("target", "pay");

	private static final Path DIRECTORY_WITHOUT_STARTER = Path.of("target", "pay-without-starter");

	private final RunningApplication application;

	private Local(RunningApplication application) {
		this.application = application;
	}

	/**
	 * Takes the executable jar apart as the Dockerfile does, and again without the
	 * starter.
	 */
	static void extractPay() throws IOException, InterruptedException {
		extractPay(DIRECTORY);
		extractPay(DIRECTORY_WITHOUT_STARTER);
		try (Stream<Path> libraries = Files.list(DIRECTORY_WITHOUT_STARTER.resolve("lib"))) {
			for (Path library : libraries.filter(Local::isStarter).toList()) {
				Files.delete(library);
			}
		}
	}

	private static boolean isStarter(Path library) {
		return library.getFileName().toString().startsWith("graceful-shutdown-");
	}

	private static void extractPay(Path directory) throws IOException, InterruptedException {
		try (Stream<Path> files = Files.list(Docker.SAMPLE.resolve("target"))) {
			Path jar = files.filter((file) -> file.toString().endsWith("-exec.jar")).findFirst().orElseThrow();
			run(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djarmode=tools", "-jar",
					jar.toString(), "extract", "--force", "--application-filename", "pay.jar", "--destination",
					directory.toString());
		}
	}

	private static void run(String... command) throws IOException, InterruptedException {
		if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
			throw new IllegalStateException(List.of(command) + " failed");
		}
	}

	static Local start(ProofKit kit, boolean starter, int port, Map<String, String> environment) {
		Path directory = starter ? DIRECTORY : DIRECTORY_WITHOUT_STARTER;
		ApplicationBuilder builder = kit.jar(directory.resolve("pay.jar"))
			.startTimeout(Duration.ofMinutes(3))
			.property("server.port", Integer.toString(port));
		environment.forEach(builder::environment);
		return new Local(builder.start());
	}

	@Override
	public URI uri() {
		return this.application.uri();
	}

	@Override
	public List<String> log() {
		return this.application.log();
	}

	@Override
	public boolean isAlive() {
		return this.application.isAlive();
	}

	/**
	 * Sends a signal and waits for the end of the process.
	 * @return the exit code
	 */
	int kill(int signal) {
		return Terminations.kill(signal).stop(this.application).exitCode();
	}

	/**
	 * Stops the process as the init script of a service does, and waits for its end.
	 * @param period how many seconds until it is killed
	 * @return the exit code
	 */
	int stopService(long period) throws IOException, InterruptedException {
		run(SERVICE_MANAGER, "--stop", "--pid", Long.toString(this.application.pid()), "--retry",
				"TERM/" + period + "/KILL/5");
		return this.application.awaitExit(Duration.ofSeconds(10));
	}

	@Override
	public void close() {
		this.application.close();
	}

}
