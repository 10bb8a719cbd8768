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

import java.nio.file.Path;
import java.time.Duration;

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
@SuppressWarnings("DoNotCallSuggester")
public final class ApplicationBuilder {

	/**
	 * Set the name for messages and the log file, by default that of the main class or
	 * jar.
	 * @param name the name
	 * @return this builder
	 */
	public ApplicationBuilder name(String name) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Set the JDK or JRE that runs the application, by default the caller's.
	 * @param javaHome the directory that has {@code bin/java}
	 * @return this builder
	 */
	public ApplicationBuilder java(Path javaHome) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Set the class path, by default that of the running test.
	 * @param entries the entries
	 * @return this builder
	 */
	public ApplicationBuilder classpath(Path... entries) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Drop class path entries: this is how the negative control runs without what it is
	 * the control for.
	 * @param pattern a part of the entry's path, or a regular expression that is found in
	 * it
	 * @return this builder
	 */
	public ApplicationBuilder without(String pattern) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Add an argument for the JVM.
	 * @param argument the argument
	 * @return this builder
	 */
	public ApplicationBuilder jvmArgument(String argument) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Add an argument for the application.
	 * @param argument the argument
	 * @return this builder
	 */
	public ApplicationBuilder argument(String argument) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Set a property, which is passed as {@code --name=value}.
	 * @param name the name
	 * @param value the value
	 * @return this builder
	 */
	public ApplicationBuilder property(String name, String value) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Set an environment variable.
	 * @param name the name
	 * @param value the value
	 * @return this builder
	 */
	public ApplicationBuilder environment(String name, String value) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Set the log line by which one sees that the application has started, by default
	 * Spring Boot's {@code Started … in … seconds}.
	 * @param pattern a regular expression that is found in the line
	 * @return this builder
	 */
	public ApplicationBuilder startedWhen(String pattern) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Set how long the start may take, 60 s by default.
	 * @param timeout the timeout
	 * @return this builder
	 */
	public ApplicationBuilder startTimeout(Duration timeout) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Start the application and wait until it has started.
	 * @return the application, which ends with the kit at the latest
	 * @throws IllegalStateException with the tail of its log, if it ended or has not
	 * started in time
	 */
	public RunningApplication start() {
		throw new UnsupportedOperationException();
	}

}
