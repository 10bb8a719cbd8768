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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.gracefulshutdown.Timeline;
import io.github.gracefulshutdown.platform.TerminationMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where the termination message goes.
 */
class TerminationMessageConfigurationTests {

	private static final String PROPERTY = "graceful-shutdown.termination-message=";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(ApplicationAvailabilityAutoConfiguration.class, GracefulShutdownAutoConfiguration.class));

	@TempDir
	Path directory;

	@Test
	void whenPathIsGivenThenMessageIsThereWhenTheContextHasClosed() {
		Path file = this.directory.resolve("message");
		this.runner.withPropertyValues(PROPERTY + file).run((context) -> {
			assertThat(file).doesNotExist();
			context.close();
			assertThat(file).content().startsWith("{\"state\":\"STOPPED\"");
		});
	}

	@Test
	void whenNothingIsSetOnALaptopThenThereIsNone() {
		this.runner.withPropertyValues("spring.main.cloud-platform=none")
			.run((context) -> assertThat(listeners(context)).isNotEmpty()
				.doesNotHaveAnyElementsOfTypes(TerminationMessage.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "off", "OFF", "none", "false" })
	void whenOffThenThereIsNoneOnKubernetesEither(String value) throws IOException {
		this.runner.withPropertyValues(PROPERTY + value, "spring.main.cloud-platform=kubernetes")
			.run((context) -> assertThat(listeners(context)).isNotEmpty()
				.doesNotHaveAnyElementsOfTypes(TerminationMessage.class));
		assertThat(TerminationMessageFile.find(value, kubernetes(), file())).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "auto", "AUTO", "" })
	void whenAutoThenOnWhereThePlatformHasTheFile(String value) throws IOException {
		assertThat(TerminationMessageFile.find(value, kubernetes(), file())).isEqualTo(file());
		MockEnvironment laptop = new MockEnvironment().withProperty("spring.main.cloud-platform", "none");
		assertThat(TerminationMessageFile.find(value, laptop, file())).isNull();
		assertThat(TerminationMessageFile.find(value, kubernetes(), this.directory.resolve("absent"))).isNull();
	}

	/**
	 * On Kubernetes it is where a pod has it that says nothing else.
	 */
	@Test
	void whenThePodSaysNothingElseThenItIsTheDefaultOfKubernetes() {
		Path file = Path.of("/dev/termination-log");
		assertThat(TerminationMessageFile.find("auto", kubernetes())).isEqualTo(Files.isWritable(file) ? file : null);
	}

	private static List<Timeline.Listener> listeners(ApplicationContext context) {
		return context.getBeanProvider(Timeline.Listener.class).orderedStream().toList();
	}

	private static MockEnvironment kubernetes() {
		return new MockEnvironment().withProperty("spring.main.cloud-platform", "kubernetes");
	}

	private Path file() throws IOException {
		return Files.writeString(this.directory.resolve("termination-log"), "");
	}

}
