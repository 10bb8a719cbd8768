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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.pay.PayApplication;

/**
 * The classes that the service loads from libraries, as the JVM wants to have them: an
 * instance is up in half the time. A JVM that cannot make use of the archive does without
 * it. It is made once for each JVM and each list of libraries.
 */
final class ClassDataArchive {

	private static final List<String> JVM = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
			"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

	private ClassDataArchive() {
	}

	/**
	 * Returns the archive and makes it unless it is there.
	 * @param libraries the jars in it, with which every class path has to begin
	 * @param classpath all that the service needs
	 */
	static Path of(List<Path> libraries, List<Path> classpath) throws IOException {
		Path directory = Files.createDirectories(Path.of("target", "class-data"));
		int key = Objects.hash(System.getProperty("java.vm.version"), libraries);
		Path archive = directory.resolve(Integer.toHexString(key) + ".jsa").toAbsolutePath();
		if (!Files.exists(archive)) {
			Path classes = directory.resolve("classes.list");
			Path unfinished = directory.resolve("unfinished.jsa");
			// a registry that is not there is not waited for
			run("-XX:DumpLoadedClassList=" + classes, "-Dspring.context.exit=onRefresh", "-cp", join(classpath),
					PayApplication.class.getName(), "--server.address=127.0.0.1", "--server.port=0",
					"--spring.datasource.url=jdbc:h2:mem:training", "--graceful-shutdown.enabled=false",
					"--eureka.client.service-url.defaultZone=http://127.0.0.1:1/");
			run("-Xshare:dump", "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=" + unfinished, "-cp",
					join(libraries));
			Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
		}
		return archive;
	}

	private static void run(String... arguments) throws IOException {
		Process process = new ProcessBuilder(Stream.concat(JVM.stream(), Stream.of(arguments)).toList())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		process.onExit().join();
	}

	private static String join(List<Path> classpath) {
		return classpath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
	}

}
