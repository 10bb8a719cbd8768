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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Describes an application that is to be started as a process of its own. Not
 * thread-safe.
 * <p>
 * Unless told otherwise the JVM is that of the caller with flags for a quick start and a
 * small heap, and the application gets {@code --server.address=127.0.0.1} and
 * {@code --server.port=0}; a management port of its own, if one is set here, is bound to
 * 127.0.0.1 as well.
 *
 * @since 0.1.0
 * @see ProofKit#application(Class)
 */
public final class ApplicationBuilder {

	private static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
			"-Xshare:auto", "-Xmx256m");

	private static final String LOOPBACK = "127.0.0.1";

	private final ProofKit kit;

	private final @Nullable Path jar;

	private final String mainClass;

	private final List<String> exclusions = new ArrayList<>();

	private final List<String> jvmArguments = new ArrayList<>();

	private final List<String> arguments = new ArrayList<>();

	private final Map<String, String> properties = new LinkedHashMap<>();

	private final Map<String, String> environment = new HashMap<>();

	private String name;

	private Path javaHome = Path.of(System.getProperty("java.home"));

	private List<String> classpath = List.of(System.getProperty("java.class.path").split(File.pathSeparator));

	private Pattern started = Pattern.compile("Started \\S+ in \\S+ seconds");

	private Duration startTimeout = Duration.ofSeconds(60);

	private @Nullable Path classData;

	ApplicationBuilder(ProofKit kit, String mainClass) {
		this(kit, mainClass.substring(mainClass.lastIndexOf('.') + 1), mainClass, null);
	}

	ApplicationBuilder(ProofKit kit, Path jar) {
		this(kit, String.valueOf(jar.getFileName()), "", jar);
	}

	private ApplicationBuilder(ProofKit kit, String name, String mainClass, @Nullable Path jar) {
		this.kit = kit;
		this.name = name;
		this.mainClass = mainClass;
		this.jar = jar;
		this.properties.put("server.address", LOOPBACK);
		this.properties.put("server.port", "0");
	}

	/**
	 * Set the name for messages and the log file, by default that of the main class or
	 * jar.
	 * @param name the name
	 * @return this builder
	 */
	public ApplicationBuilder name(String name) {
		this.name = name;
		return this;
	}

	/**
	 * Set the JDK or JRE that runs the application, by default the caller's.
	 * @param javaHome the directory that has {@code bin/java}
	 * @return this builder
	 */
	public ApplicationBuilder java(Path javaHome) {
		this.javaHome = javaHome;
		return this;
	}

	/**
	 * Set the class path, by default that of the running test.
	 * @param entries the entries
	 * @return this builder
	 */
	public ApplicationBuilder classpath(Path... entries) {
		this.classpath = Stream.of(entries).map(Path::toString).toList();
		return this;
	}

	/**
	 * Drop class path entries: this is how the negative control runs without what it is
	 * the control for.
	 * @param pattern a part of the entry's path, or a regular expression that is found in
	 * it; it has to drop something
	 * @return this builder
	 */
	public ApplicationBuilder without(String pattern) {
		this.exclusions.add(pattern);
		return this;
	}

	/**
	 * Add an argument for the JVM.
	 * @param argument the argument
	 * @return this builder
	 */
	public ApplicationBuilder jvmArgument(String argument) {
		this.jvmArguments.add(argument);
		return this;
	}

	/**
	 * Add an argument for the application.
	 * @param argument the argument
	 * @return this builder
	 */
	public ApplicationBuilder argument(String argument) {
		this.arguments.add(argument);
		return this;
	}

	/**
	 * Set a property, which is passed as {@code --name=value}.
	 * @param name the name
	 * @param value the value
	 * @return this builder
	 */
	public ApplicationBuilder property(String name, String value) {
		this.properties.put(name, value);
		return this;
	}

	/**
	 * Set an environment variable.
	 * @param name the name
	 * @param value the value
	 * @return this builder
	 */
	public ApplicationBuilder environment(String name, String value) {
		this.environment.put(name, value);
		return this;
	}

	/**
	 * Set the log line by which one sees that the application has started, by default
	 * Spring Boot's {@code Started … in … seconds}.
	 * @param pattern a regular expression that is found in the line
	 * @return this builder
	 */
	public ApplicationBuilder startedWhen(String pattern) {
		this.started = Pattern.compile(pattern);
		return this;
	}

	/**
	 * Set how long the start may take, 60 s by default.
	 * @param timeout the timeout
	 * @return this builder
	 */
	public ApplicationBuilder startTimeout(Duration timeout) {
		this.startTimeout = timeout;
		return this;
	}

	/**
	 * Share the class data of libraries among applications, which then start in about
	 * half the time. The first one to start with some list of libraries takes longer: it
	 * makes an archive for them. That pays where more than a few follow.
	 * <p>
	 * On the class path, jars come before directories and snapshots then, which are not
	 * shared. An archive that cannot be made, or that the JVM cannot use, is done
	 * without.
	 * @param directory where to keep archives, such as {@code target/class-data}; it may
	 * be used by several processes at once
	 * @return this builder
	 */
	public ApplicationBuilder classData(Path directory) {
		this.classData = directory;
		return this;
	}

	/**
	 * Start the application and wait until it has started.
	 * @return the application, which ends with the kit at the latest
	 * @throws IllegalStateException with the tail of its log, if it ended or has not
	 * started in time; or if there was nothing to {@linkplain #without drop}
	 */
	public RunningApplication start() {
		RunningApplication application;
		ClassDataArchive archive;
		try {
			archive = classDataArchive();
			ProcessBuilder builder = new ProcessBuilder(command(archive)).redirectErrorStream(true);
			builder.environment().putAll(this.environment);
			ProcessLog log = new ProcessLog(this.kit.newLogFile(this.name));
			application = new RunningApplication(this.name, builder.start(), log, host());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("'" + this.name + "' could not be started", ex);
		}
		this.kit.own(application);
		try {
			application.awaitLog(this.started, this.startTimeout);
		}
		catch (IllegalStateException ex) {
			application.close();
			this.kit.keepLogs();
			throw ex;
		}
		if (archive != null) {
			archive.make();
		}
		return application;
	}

	private @Nullable ClassDataArchive classDataArchive() throws IOException {
		return (this.classData != null && this.jar == null)
				? new ClassDataArchive(this.classData, this.javaHome, QUICK_START, remainingClasspath()) : null;
	}

	private List<String> command(@Nullable ClassDataArchive archive) {
		List<String> command = new ArrayList<>();
		command.add(this.javaHome.resolve("bin").resolve("java").toString());
		command.addAll(QUICK_START);
		command.addAll(this.jvmArguments);
		if (this.jar != null) {
			if (!this.exclusions.isEmpty()) {
				throw new IllegalStateException("The jar '%s' cannot run without %s: start its main class"
					.formatted(this.jar, this.exclusions));
			}
			command.addAll(List.of("-jar", this.jar.toString()));
		}
		else {
			if (archive != null) {
				command.add(archive.jvmArgument());
			}
			List<String> entries = (archive != null) ? archive.classpath() : remainingClasspath();
			command.addAll(List.of("-cp", String.join(File.pathSeparator, entries), this.mainClass));
		}
		command.addAll(this.arguments);
		if (this.properties.containsKey("management.server.port")) {
			this.properties.putIfAbsent("management.server.address", LOOPBACK);
		}
		this.properties.forEach((name, value) -> command.add("--" + name + "=" + value));
		return command;
	}

	private List<String> remainingClasspath() {
		List<String> remaining = new ArrayList<>(this.classpath);
		for (String exclusion : this.exclusions) {
			Pattern pattern = Pattern.compile(exclusion);
			if (!remaining.removeIf((entry) -> entry.contains(exclusion) || pattern.matcher(entry).find())) {
				throw new IllegalStateException(
						"'%s' is not on the class path of '%s', so running without it is no control: %s"
							.formatted(exclusion, this.name, this.classpath));
			}
		}
		return remaining;
	}

	private String host() {
		String address = this.properties.getOrDefault("server.address", LOOPBACK);
		if (address.equals("0.0.0.0") || address.equals("::")) {
			return LOOPBACK;
		}
		return address.contains(":") ? "[" + address + "]" : address;
	}

}
