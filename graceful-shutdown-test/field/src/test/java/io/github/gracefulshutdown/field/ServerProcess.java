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

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.gracefulshutdown.test.FreePort;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A server as a process of its own, on a free port of the loopback interface, which has a
 * directory for its files as long as it runs. Where it is not installed the test is
 * aborted, or fails where {@code REQUIRE_REGISTRIES=true}.
 */
final class ServerProcess implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofMinutes(2);

	/** Where the client of Nacos finds gRPC, seen from HTTP. */
	private static final int NACOS_GRPC = 1000;

	private final Path directory;

	private final int port;

	private final Process process;

	private ServerProcess(Path directory, int port, List<String> command) throws IOException {
		this.directory = directory;
		this.port = port;
		this.process = process(directory, command);
		Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroyForcibly));
	}

	/**
	 * PostgreSQL, with a database {@code postgres} that belongs to the user {@code pay}.
	 */
	static ServerProcess postgresql() throws Exception {
		Path programs = find("PostgreSQL", "initdb").toRealPath().getParent();
		Path directory = Files.createTempDirectory("postgresql");
		List<String> user = List.of();
		if (System.getProperty("user.name").equals("root")) {
			// which PostgreSQL refuses
			user = List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups");
			Files.setOwner(directory,
					FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
		}
		String data = directory.resolve("data").toString();
		int initialized = process(directory, concat(user, programs.resolve("initdb").toString(), "--pgdata", data,
				"--username=pay", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"))
			.waitFor();
		Assertions.assertEquals(0, initialized, () -> read(directory));
		int port = FreePort.find();
		return new ServerProcess(directory, port,
				concat(user, programs.resolve("postgres").toString(), "-D", data, "-p", Integer.toString(port), "-c",
						"listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"));
	}

	static ServerProcess redis() throws IOException {
		Path program = find("Redis", "redis-server");
		int port = FreePort.find();
		return new ServerProcess(Files.createTempDirectory("redis"), port, List.of(program.toString(), "--port",
				Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
	}

	/**
	 * The naming server of Nacos, as the module beside this one has it.
	 */
	static ServerProcess nacos() throws IOException {
		Path module = Path.of("..", "nacos-server", "target").toAbsolutePath();
		Path classPath = module.resolve("class-path.txt");
		if (!Files.exists(classPath)) {
			throw missing("Nacos is not there: build graceful-shutdown-test/nacos-server first");
		}
		Path directory = Files.createTempDirectory("nacos");
		int port = FreePort.find(0, NACOS_GRPC, NACOS_GRPC + 1);
		return new ServerProcess(directory, port,
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:TieredStopAtLevel=1", "-Duser.home=" + directory,
						"--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.util=ALL-UNNAMED",
						"--add-opens=java.base/java.math=ALL-UNNAMED",
						"--add-opens=java.base/java.util.concurrent=ALL-UNNAMED", "-cp",
						module.resolve("classes") + File.pathSeparator + Files.readString(classPath),
						"io.github.gracefulshutdown.test.nacos.NacosServerApplication", Integer.toString(port),
						directory.toString()));
	}

	int port() {
		return this.port;
	}

	/**
	 * Waits until the server answers.
	 * @param answers asks it, and fails as long as it does not
	 * @return this server
	 */
	ServerProcess await(Callable<Boolean> answers) {
		Awaitility.await().atMost(PATIENCE).ignoreExceptionsMatching((ex) -> this.process.isAlive()).until(() -> {
			Assertions.assertTrue(this.process.isAlive(), () -> read(this.directory));
			return answers.call();
		});
		return this;
	}

	@Override
	public void close() {
		// killed at once, PostgreSQL would leave shared memory behind
		this.process.destroy();
		this.process.onExit().completeOnTimeout(this.process, 10, TimeUnit.SECONDS).join();
		this.process.destroyForcibly().onExit().join();
		try (Stream<Path> files = Files.walk(this.directory)) {
			files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
		}
		catch (IOException | UncheckedIOException ex) {
			// what is left of it is in the directory for temporary files
		}
	}

	/**
	 * Returns where a program is that a test needs.
	 * @param name what it belongs to, for the reason why the test is aborted without it
	 * @param program its file name
	 */
	static Path find(String name, String program) throws IOException {
		List<Path> directories = new ArrayList<>();
		for (String directory : (System.getenv("PATH") + ":/usr/sbin").split(":", -1)) {
			directories.add(Path.of(directory));
		}
		// Debian keeps the programs of a server out of the path
		Path versions = Path.of("/usr/lib/postgresql");
		if (Files.isDirectory(versions)) {
			try (Stream<Path> found = Files.list(versions)) {
				found.map((version) -> version.resolve("bin")).forEach(directories::add);
			}
		}
		for (Path directory : directories) {
			Path file = directory.resolve(program);
			if (Files.isExecutable(file)) {
				return file;
			}
		}
		throw missing(name + " is not installed");
	}

	private static RuntimeException missing(String reason) {
		if ("true".equals(System.getenv("REQUIRE_REGISTRIES"))) {
			Assertions.fail(reason);
		}
		return Assumptions.abort(reason);
	}

	private static Process process(Path directory, List<String> command) throws IOException {
		return new ProcessBuilder(command).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log(directory).toFile()))
			.start();
	}

	private static Path log(Path directory) {
		return directory.resolve("output.log");
	}

	private static String read(Path directory) {
		try {
			return Files.readString(log(directory));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> concat(List<String> one, String... other) {
		return Stream.concat(one.stream(), Stream.of(other)).toList();
	}

}
