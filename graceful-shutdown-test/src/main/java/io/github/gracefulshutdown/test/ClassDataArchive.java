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

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The classes of libraries as a JVM wants to have them, in a file that is made once for
 * each JVM and each list of libraries. Whoever cannot have it goes without.
 * <p>
 * A JVM wants the libraries at the beginning of the class path and no directory among
 * them. What changes with each build, or is dropped for a control, comes after them.
 */
final class ClassDataArchive {

	private final List<String> java;

	private final List<String> libraries;

	private final List<String> others;

	private final Path archive;

	/** What the application loads, written by its JVM if there is no archive. */
	private final Path loaded;

	private final boolean complete;

	/**
	 * Describe an archive.
	 * @param directory where it is, or is to be made
	 * @param javaHome the JVM
	 * @param jvmArguments arguments of the JVM, as far as they matter for the archive
	 * @param classpath the class path
	 * @throws IOException if the class path cannot be read or the directory not be made
	 */
	ClassDataArchive(Path directory, Path javaHome, List<String> jvmArguments, List<String> classpath)
			throws IOException {
		this.java = Stream.concat(Stream.of(javaHome.resolve("bin").resolve("java").toString()), jvmArguments.stream())
			.toList();
		this.libraries = classpath.stream().filter(ClassDataArchive::isLibrary).toList();
		this.others = classpath.stream().filter((entry) -> !isLibrary(entry)).toList();
		// a JVM refuses what was made by another one, or of jars that have changed since
		StringBuilder key = new StringBuilder(this.java.toString()).append(version(javaHome.resolve("release")));
		for (String library : this.libraries) {
			key.append(version(Path.of(library)));
		}
		UUID name = UUID.nameUUIDFromBytes(key.toString().getBytes(StandardCharsets.UTF_8));
		Files.createDirectories(directory);
		this.archive = directory.resolve(name + ".jsa").toAbsolutePath();
		this.loaded = directory.resolve(UUID.randomUUID() + ".classes").toAbsolutePath();
		this.complete = Files.exists(this.archive);
	}

	private static boolean isLibrary(String entry) {
		return Files.isRegularFile(Path.of(entry)) && !entry.endsWith("-SNAPSHOT.jar");
	}

	private static String version(Path file) throws IOException {
		return "%s %d %s%n".formatted(file, Files.size(file), Files.getLastModifiedTime(file));
	}

	/**
	 * Return the class path, in an order in which the archive can be used.
	 * @return the entries
	 */
	List<String> classpath() {
		return Stream.concat(this.libraries.stream(), this.others.stream()).toList();
	}

	/**
	 * Return what the application is to be started with.
	 * @return the argument for its JVM
	 */
	String jvmArgument() {
		return this.complete ? "-XX:SharedArchiveFile=" + this.archive : "-XX:DumpLoadedClassList=" + this.loaded;
	}

	/**
	 * Make the archive unless it was there, of the classes that the application has
	 * loaded by now.
	 */
	void make() {
		if (this.complete) {
			return;
		}
		try {
			Path log = Files.createFile(sibling(".log"));
			Path classes = sibling(".classes");
			// the JVM may be writing the last line
			String loaded = Files.readString(this.loaded);
			Files.writeString(classes, loaded.substring(0, loaded.lastIndexOf('\n') + 1));
			Path unfinished = sibling(".unfinished");
			List<String> command = new ArrayList<>(this.java);
			command.addAll(List.of("-Xshare:dump", "-XX:SharedClassListFile=" + classes,
					"-XX:SharedArchiveFile=" + unfinished, "-cp", String.join(File.pathSeparator, this.libraries)));
			new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().onExit().join();
			if (Files.exists(unfinished)) {
				Files.move(unfinished, this.archive, StandardCopyOption.ATOMIC_MOVE);
			}
		}
		catch (FileAlreadyExistsException ex) {
			// somebody else makes it, or it could not be made and the log says why
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			this.loaded.toFile().delete();
		}
	}

	private Path sibling(String extension) {
		return Path.of(this.archive.toString().replaceFirst("\\.jsa$", extension));
	}

}
