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

package io.github.gracefulshutdown.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.ShutdownBudget;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * What is found of where the process runs and of what it was told, and what is not.
 */
class DoctorChecksTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path root;

	@ParameterizedTest
	@ValueSource(strings = { "GRACEFULSHUTDOWN_GRACEPERIOD=60s", "GRACEFUL_SHUTDOWN_GRACEPERIOD=30",
			"graceful-shutdown.graceperiod=1m" })
	void whenTheEnvironmentSaysAnotherGracePeriodThenIsFound(String variable) {
		assertThat(gracePeriod(variable, true)).singleElement().satisfies((finding) -> {
			assertThat(finding.id()).isEqualTo("grace-period-differs");
			assertThat(finding.problem()).contains("'" + variable + "'").contains("30.0 s");
			assertThat(finding.fix()).contains("'GRACEFULSHUTDOWN_GRACEPERIOD'");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "GRACEFULSHUTDOWN_GRACEPERIOD=30s", "GRACEFUL_SHUTDOWN_GRACE_PERIOD=30000",
			"GRACEFULSHUTDOWN_GRACEPERIOD=", "GRACE_PERIOD=60s", "PATH=/" })
	void whenTheEnvironmentSaysTheSameGracePeriodOrNoneThenIsNotFound(String variable) {
		assertThat(gracePeriod(variable, true)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ ".dockerenv, Docker, 10.0 s", "run/.containerenv, Podman, 10.0 s", ", Marathon, 3.0 s" })
	void whenNobodyHasSaidTheGracePeriodAndTheContainerHasLessThenIsFound(@Nullable String file, String name,
			String granted) throws IOException {
		String variable = (file != null) ? "A=B" : "MARATHON_APP_ID=/pay";
		if (file != null) {
			create(file, "");
		}
		assertThat(gracePeriod(variable, false)).singleElement().satisfies((finding) -> {
			assertThat(finding.id()).isEqualTo("grace-period-assumed");
			assertThat(finding.problem()).contains("30.0 s is assumed").contains(name + " grants " + granted);
		});
		assertThat(surroundings(variable).isContainer()).isTrue();
		assertThat(gracePeriod(variable, true)).as("told").isEmpty();
		assertThat(new GracePeriodCheck(surroundings(variable), Duration.ofSeconds(30), false, true).findings())
			.as("on a cloud platform")
			.isEmpty();
		assertThat(new GracePeriodCheck(surroundings(variable), Duration.ofSeconds(3), false, false).findings())
			.as("fits")
			.isEmpty();
	}

	@Test
	void whenThereIsNoContainerThenNobodyHasToSayTheGracePeriod() {
		assertThat(gracePeriod("A=B", false)).isEmpty();
		assertThat(surroundings("A=B").isContainer()).isFalse();
	}

	private List<Finding> gracePeriod(String variable, boolean told) {
		return new GracePeriodCheck(surroundings(variable), Duration.ofSeconds(30), told, false).findings();
	}

	@ParameterizedTest
	@CsvSource({ "/bin/sh, , 0000000000010000", "/usr/bin/bash, , 0000000000010000", "/usr/bin/dash, , ",
			"/bin/ash, , 0", "/bin/busybox, , 0", "/bin/sh, /sbin/docker-init, 0", "/bin/sh, /usr/bin/tini, 0",
			"/bin/bash, /run/podman-init, 0" })
	void whenAShellWithoutATrapIsSignalledThenIsFound(String command, @Nullable String init, @Nullable String caught)
			throws IOException {
		assertThat(parent((init != null) ? 7 : 1, command, init, caught)).singleElement().satisfies((finding) -> {
			assertThat(finding.id()).isEqualTo("signal-not-forwarded");
			assertThat(finding.problem()).contains("'" + Path.of(command).getFileName() + "'");
			assertThat(finding.fix()).contains("exec java");
		});
	}

	@ParameterizedTest
	@CsvSource({ "1, /bin/bash, , 0000000000014000", "1, /sbin/tini, , 0", "1, /usr/bin/dumb-init, , 0",
			"1, /usr/bin/catatonit, , 0", "1, /sbin/docker-init, , 0", "1, /usr/lib/systemd/systemd, , 0",
			"7, /bin/bash, , 0000000000010000", "7, /bin/sh, /usr/bin/dumb-init, 0",
			"7, /bin/sh, /sbin/tini, 0000000000014000", "7, /usr/bin/s6-supervise, /sbin/tini, 0",
			"7, /bin/bash, /usr/lib/systemd/systemd, 0", "0, , , 0", "1, , , 0" })
	void whenTheSignalArrivesOrNobodyKnowsThenIsNotFound(int pid, @Nullable String command, @Nullable String init,
			String caught) throws IOException {
		assertThat(parent(pid, command, init, caught)).isEmpty();
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void controlTheKernelSaysWhichSignalsAShellCatches() throws Exception {
		for (boolean trap : new boolean[] { true, false }) {
			Process shell = new ProcessBuilder("/bin/sh", "-c",
					(trap ? "trap 'true' TERM; " : "") + "echo begun; read line; true")
				.start();
			try {
				assertThat(shell.inputReader().readLine()).isEqualTo("begun");
				create("proc/1/status", Files.readString(Path.of("/proc/" + shell.pid() + "/status")));
				assertThat(shell(1, shell.toHandle().info().command().orElseThrow(), null)).hasSize(trap ? 0 : 1);
			}
			finally {
				shell.destroyForcibly();
			}
		}
	}

	private List<Finding> parent(long pid, @Nullable String command, @Nullable String init, @Nullable String caught)
			throws IOException {
		if (caught != null) {
			create("proc/" + pid + "/status", "SigIgn:\tffffffffffffffff\nSigCgt:\t" + caught + "\nCapInh:\tffff\n");
		}
		return shell(pid, command, init);
	}

	private List<Finding> shell(long pid, @Nullable String command, @Nullable String init) {
		ProcessHandle one = (init != null) ? process(1, init, null) : null;
		ProcessHandle parent = (pid != 0) ? process(pid, command, one) : null;
		return new ShellParentCheck(new Surroundings(Map.of(), this.root, process(4711, "/usr/bin/java", parent)))
			.findings();
	}

	private static ProcessHandle process(long pid, @Nullable String command, @Nullable ProcessHandle parent) {
		ProcessHandle.Info info = mock();
		given(info.command()).willReturn(Optional.ofNullable(command));
		ProcessHandle process = mock();
		given(process.pid()).willReturn(pid);
		given(process.info()).willReturn(info);
		given(process.parent()).willReturn(Optional.ofNullable(parent));
		return process;
	}

	@Test
	void whenTheShutdownHookIsOffThenIsFound() {
		assertThat(new ShutdownHookCheck(environment("spring.main.register-shutdown-hook", "false")).findings())
			.extracting(Finding::id)
			.containsExactly("shutdown-hook");
		assertThat(new ShutdownHookCheck(environment("spring.main.register-shutdown-hook", "true")).findings())
			.isEmpty();
		assertThat(new ShutdownHookCheck(environment("a", "b")).findings()).isEmpty();
	}

	@Test
	void whenShutdownIsImmediateThenIsFoundOnAServerThatOnlySpringBootDrains() {
		MockEnvironment immediate = environment("server.shutdown", "immediate");
		WebServer netty = mock();
		TomcatWebServer tomcat = mock();
		assertThat(serverShutdown(netty, immediate)).extracting(Finding::id).containsExactly("server-shutdown");
		assertThat(serverShutdown(netty, environment("server.shutdown", "graceful"))).isEmpty();
		assertThat(serverShutdown(netty, environment("a", "b"))).isEmpty();
		assertThat(serverShutdown(null, immediate)).isEmpty();
		assertThat(serverShutdown(tomcat, immediate)).isEmpty();
		assertThat(new ServerShutdownCheck(mock(ApplicationContext.class), immediate).findings()).isEmpty();
	}

	private static List<Finding> serverShutdown(@Nullable WebServer server, MockEnvironment environment) {
		WebServerApplicationContext context = mock();
		given(context.getWebServer()).willReturn(server);
		return new ServerShutdownCheck(context, environment).findings();
	}

	@ParameterizedTest
	@CsvSource({ "PT60S, PT0S, , 125s", "PT13S, PT0S, , 31s", ", PT95S, PT20S, 38s", ", PT5S, PT21S, 31s",
			", PT0S, PT26S, 31s" })
	void whenAPhaseIsToTakeMoreThanItGetsThenIsFound(@Nullable Duration settle, Duration atLeast,
			@Nullable Duration drain, String gracePeriod) {
		assertThat(plan(settle, atLeast, drain)).singleElement().satisfies((finding) -> {
			assertThat(finding.id()).isEqualTo("plan-does-not-fit");
			assertThat(finding.problem()).startsWith((settle != null) ? "SETTLE" : "DRAIN");
			assertThat(finding.fix()).contains("to " + gracePeriod + " or more");
		});
	}

	@ParameterizedTest
	@CsvSource({ ", PT0S, ", "PT12.5S, PT2S, PT23S", ", PT95S, ", ", PT95S, PT12.5S", ", PT2S, PT23S" })
	void whenAllPhasesGetWhatTheyWereToldThenIsNotFound(@Nullable Duration settle, Duration atLeast,
			@Nullable Duration drain) {
		assertThat(plan(settle, atLeast, drain)).isEmpty();
	}

	private static List<Finding> plan(@Nullable Duration settle, Duration atLeast, @Nullable Duration drain) {
		return new PlanCheck(new ShutdownBudget(Duration.ofSeconds(30), Duration.ofSeconds(5)), settle, () -> atLeast,
				drain)
			.findings();
	}

	private Surroundings surroundings(String variable) {
		String[] nameAndValue = variable.split("=", 2);
		return new Surroundings(Map.of(nameAndValue[0], nameAndValue[1]), this.root, ProcessHandle.current());
	}

	private void create(String file, String content) throws IOException {
		Path path = this.root.resolve(file);
		Files.createDirectories(path.getParent());
		Files.writeString(path, content);
	}

	private static MockEnvironment environment(String name, String value) {
		MockEnvironment environment = new MockEnvironment().withProperty(name, value);
		environment.setConversionService(new ApplicationConversionService());
		return environment;
	}

}
