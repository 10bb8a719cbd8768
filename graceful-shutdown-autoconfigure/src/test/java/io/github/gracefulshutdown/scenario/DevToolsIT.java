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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that the developer tools restart again and again.
 */
class DevToolsIT {

	private static final Path TOOLS = Path.of("target", "devtools", "spring-boot-devtools.jar");

	private static final int RESTARTS = 4;

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@Test
	void whenRestartedThenNothingIsWaitedForAndNoMoreIsLeftBehindThanWithoutTheLibrary() throws IOException {
		RunningApplication application = restarted(Scenario.STARTER);
		assertThat(count(application, "phase=DRAIN outcome=DONE")).isEqualTo(RESTARTS);
		assertThat(application.log()).noneMatch((line) -> line.contains("phase=SETTLE") || line.contains("Cut after"));
		// the doctor looks when the application is ready, and goes
		Awaitility.await().atMost(Scenario.LIMIT).until(() -> get(application, "/threads").equals("[]"));
		int loaders = Integer.parseInt(get(application, "/loaders"));
		assertThat(loaders).isPositive()
			.isLessThanOrEqualTo(Integer.parseInt(get(restarted(Scenario.SPRING_BOOT), "/loaders")));
	}

	private RunningApplication restarted(Scenario scenario) throws IOException {
		Path[] classpath = Stream
			.concat(Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of),
					Stream.of(TOOLS))
			.toArray(Path[]::new);
		RunningApplication application = scenario.application(this.kit, DevToolsApplication.class)
			.classpath(classpath)
			.start();
		for (int restart = 1; restart <= RESTARTS; restart++) {
			send(application, "POST", "/restart");
			int starts = restart + 1;
			Awaitility.await().atMost(Scenario.LIMIT).until(() -> count(application, "Started DevTools") == starts);
		}
		return application;
	}

	private static String get(RunningApplication application, String path) throws IOException {
		return send(application, "GET", path);
	}

	private static String send(RunningApplication application, String method, String path) throws IOException {
		InetSocketAddress latest = new InetSocketAddress(InetAddress.getLoopbackAddress(), port(application));
		try (RawConnection connection = RawConnection.open(latest)) {
			RawConnection.Answer answer = connection.write(RawConnection.request(method, path, "Connection: close"))
				.answer();
			assertThat(answer.status()).isEqualTo(200);
			return answer.body();
		}
	}

	private static int port(RunningApplication application) {
		return application.log()
			.stream()
			.filter((line) -> line.contains("Tomcat started on port "))
			.reduce((earlier, later) -> later)
			.map((line) -> Integer.parseInt(line.replaceFirst(".*started on port (\\d+).*", "$1")))
			.orElseThrow();
	}

	private static long count(RunningApplication application, String text) {
		return application.log().stream().filter((line) -> line.contains(text)).count();
	}

}
