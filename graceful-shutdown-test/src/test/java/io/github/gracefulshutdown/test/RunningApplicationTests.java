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

package io.github.gracefulshutdown.test;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for applications as processes.
 */
class RunningApplicationTests {

	@TempDir
	static Path logs;

	@RegisterExtension
	final ProofKit kit = new ProofKit(logs);

	@Test
	void whenStartedThenPortsComeFromTheLog() {
		RunningApplication application = this.kit.application(TestApplication.class).start();
		assertThat(application.isAlive()).isTrue();
		assertThat(application.managementPort()).isNotEqualTo(application.port());
		assertThat(application.log())
			.anyMatch((line) -> line.startsWith("Tomcat started on port " + application.port()))
			.anyMatch((line) -> line.startsWith("Tomcat started on port " + application.managementPort()));
		assertThat(application.uri()).isEqualTo(URI.create("http://127.0.0.1:" + application.port()));
		assertThat(application.managementUri())
			.isEqualTo(URI.create("http://127.0.0.1:" + application.managementPort()));
		assertThatIllegalStateException().isThrownBy(application::exitCode).withMessageContaining("still runs");
	}

	@Test
	void whenConfiguredThenTheProcessSeesIt() {
		RunningApplication application = this.kit.application(TestApplication.class)
			.name("configured")
			.java(Path.of(System.getProperty("java.home")))
			.jvmArgument("-Dproof=jvm")
			.environment("PROOF", "env")
			.argument("first")
			.property("server.port", "1234")
			.property("management.server.port", "0")
			.start();
		assertThat(application.name()).isEqualTo("configured");
		assertThat(application.log()).contains("property jvm", "environment env", "class true",
				"arguments [first, --server.address=127.0.0.1, --server.port=1234, --management.server.port=0, "
						+ "--management.server.address=127.0.0.1]");
	}

	@Test
	void whenWithoutAClassPathEntryThenItsClassesAreAbsent() {
		RunningApplication application = this.kit.application(TestApplication.class)
			.without("assertj-core-[\\d.]+\\.jar")
			.start();
		assertThat(application.log()).contains("class false");
	}

	@Test
	void whenThereIsNothingToDropThenItIsRefused() {
		assertThatIllegalStateException()
			.isThrownBy(() -> this.kit.application(TestApplication.class).without("no-such-starter").start())
			.withMessageContaining("no-such-starter");
	}

	@Test
	void whenAJarIsToRunWithoutAnEntryThenItIsRefused() {
		assertThatIllegalStateException()
			.isThrownBy(() -> this.kit.jar(Path.of("application.jar")).without("starter").start())
			.withMessageContaining("starter");
	}

	@Test
	void whenClassDataIsSharedThenTheFirstOneMakesItAndTheNextOnesUseIt(@TempDir Path directory) {
		assertThat(sourceOfALibrary(classData(directory))).startsWith("file:");
		assertThat(sourceOfALibrary(classData(directory))).isEqualTo("shared objects file");
		assertThat(sourceOfALibrary(classData(directory).without("target/classes"))).isEqualTo("shared objects file");
		assertThat(sourceOfALibrary(classData(directory).without("junit-jupiter-params"))).startsWith("file:");
	}

	@Test
	void whenClassDataCannotBeUsedThenTheApplicationStartsWithoutIt(@TempDir Path directory) throws IOException {
		sourceOfALibrary(classData(directory));
		try (DirectoryStream<Path> archives = Files.newDirectoryStream(directory, "*.jsa")) {
			for (Path archive : archives) {
				Files.delete(archive);
				Files.writeString(archive, "no archive");
			}
		}
		assertThat(sourceOfALibrary(classData(directory))).startsWith("file:");
	}

	@Test
	void whenClassDataCannotBeMadeThenTheApplicationStartsWithoutItAndItIsTriedOnce(@TempDir Path directory)
			throws IOException {
		sourceOfALibrary(classData(directory));
		try (DirectoryStream<Path> archives = Files.newDirectoryStream(directory, "*.jsa")) {
			for (Path archive : archives) {
				Files.delete(archive);
			}
		}
		assertThat(sourceOfALibrary(classData(directory))).startsWith("file:");
		assertThat(directory).isDirectoryNotContaining("glob:**.jsa");
	}

	private ApplicationBuilder classData(Path directory) {
		// the log says where each class comes from
		return this.kit.application(TestApplication.class).classData(directory).jvmArgument("-Xlog:class+load");
	}

	private static String sourceOfALibrary(ApplicationBuilder builder) {
		RunningApplication application = builder.start();
		assertThat(application.log()).contains("class true");
		String line = application.awaitLog("org.assertj.core.api.Assertions source:", Duration.ZERO);
		return line.substring(line.lastIndexOf("source: ") + "source: ".length());
	}

	@Test
	void whenTheApplicationEndsAtOnceThenItsLogIsTold() {
		assertThatIllegalStateException()
			.isThrownBy(() -> this.kit.application(TestApplication.class).argument("--exit=1").start())
			.withMessageContaining("'TestApplication' ended with exit code 1")
			.withMessageContaining("arguments [--exit=1");
	}

	@Test
	void whenTheApplicationDoesNotStartInTimeThenItIsEnded() {
		assertThatIllegalStateException()
			.isThrownBy(() -> this.kit.application(TestApplication.class)
				.argument("--silent")
				.startTimeout(Duration.ofMillis(1))
				.start())
			.withMessageContaining("ran for 1 ms without a line like 'Started");
	}

	@Test
	void whenAnotherLineTellsTheStartThenItIsAwaited() {
		RunningApplication application = this.kit.application(TestApplication.class)
			.argument("--silent")
			.startedWhen("^class ")
			.start();
		assertThat(application.log()).noneMatch((line) -> line.startsWith("Started"));
		assertThatIllegalStateException().isThrownBy(application::port).withMessageContaining("tells no port");
	}

	@Test
	void whenALineIsThereThenItIsFound() {
		RunningApplication application = this.kit.application(TestApplication.class).start();
		assertThat(application.awaitLog("^environment", Duration.ZERO)).isEqualTo("environment null");
		assertThatIllegalStateException().isThrownBy(() -> application.awaitLog("never", Duration.ofMillis(1)))
			.withMessageContaining("'never'")
			.withMessageContaining("environment null");
	}

	@Test
	void whenALineComesLaterThenItIsAwaited() {
		RunningApplication application = this.kit.application(TestApplication.class).start();
		application.signal("TERM");
		assertThat(application.awaitLog("terminated", Duration.ofSeconds(30))).isEqualTo("terminated");
		assertThat(application.awaitExit(Duration.ofSeconds(30))).isEqualTo(143);
	}

	@Test
	void whenTheProcessHasEndedThenItIsNotSignalled() {
		RunningApplication application = this.kit.application(TestApplication.class).start();
		application.close();
		assertThat(application.exitCode()).isEqualTo(137);
		assertThatIllegalStateException().isThrownBy(() -> application.signal("TERM"))
			.withMessageContaining("ended with exit code 137 before");
	}

	@Test
	void whenTheKitEndsThenItsProcessesEnd() {
		RunningApplication application;
		try (ProofKit kit = new ProofKit(logs)) {
			application = kit.application(TestApplication.class).start();
		}
		assertThat(application.isAlive()).isFalse();
		assertThat(application.logFile()).hasParent(logs).content().contains("Started TestApplication");
	}

	@Test
	void whenNobodyAsksForLogsThenNoneIsLeft() {
		RunningApplication application;
		try (ProofKit kit = new ProofKit()) {
			application = kit.application(TestApplication.class).start();
			assertThat(application.logFile()).exists();
		}
		assertThat(Files.exists(application.logFile().getParent())).isFalse();
	}

}
