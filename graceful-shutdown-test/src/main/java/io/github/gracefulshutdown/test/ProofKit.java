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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The proof kit: starts applications as processes of their own, puts them under load and
 * owns both. Thread-safe.
 *
 * <pre>
 * &#64;RegisterExtension
 * ProofKit kit = new ProofKit();
 *
 * &#64;Test
 * void whenSignalledUnderLoadThenNothingIsLost() {
 *     RunningApplication application = this.kit.application(MyApplication.class).start();
 *     RunningLoad load = this.kit.load()
 *         .target(application.uri())
 *         .group("orders", 20, Connections.KEEP_ALIVE, Request.get("/orders/{n}"))
 *         .start()
 *         .awaitRequests(500);
 *     StopReport stop = Terminations.kubelet(Duration.ofSeconds(30))
 *         .preStop(Hook.post("/actuator/deregister"))
 *         .stop(application);
 *     LoadReport report = load.stop();
 *     report.inFlightAt(stop.signalled()).assertNothingLost();
 *     report.assertNothingLost();
 * }
 * </pre>
 *
 * As an extension it ends everything after each test, or after all tests if it is in a
 * static field, and publishes the tail of the applications' logs if a test failed. It
 * needs no JUnit when it is used in a try-with-resources statement.
 *
 * @since 0.1.0
 */
public final class ProofKit implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {

	private final Deque<RunningLoad> loads = new ConcurrentLinkedDeque<>();

	private final Deque<RunningApplication> applications = new ConcurrentLinkedDeque<>();

	private final AtomicInteger classes = new AtomicInteger();

	private final List<Path> logFiles = new ArrayList<>();

	private final @Nullable Path givenLogDirectory;

	private @Nullable Path logDirectory;

	private volatile boolean keepLogs;

	private @Nullable Thread shutdownHook;

	/**
	 * Create a kit that keeps the applications' logs only if a start or a test fails, in
	 * the directory for temporary files.
	 */
	public ProofKit() {
		this.givenLogDirectory = null;
	}

	/**
	 * Create a kit that keeps the applications' logs.
	 * @param logDirectory where to keep them, created if it is not there
	 */
	public ProofKit(Path logDirectory) {
		this.givenLogDirectory = logDirectory;
	}

	/**
	 * Describe an application by its main class.
	 * @param mainClass the class with the main method
	 * @return the builder of the application
	 */
	public ApplicationBuilder application(Class<?> mainClass) {
		return application(mainClass.getName());
	}

	/**
	 * Describe an application by its main class.
	 * @param mainClass the name of the class with the main method
	 * @return the builder of the application
	 */
	public ApplicationBuilder application(String mainClass) {
		return new ApplicationBuilder(this, mainClass);
	}

	/**
	 * Describe an application by its executable jar.
	 * @param jar the jar
	 * @return the builder of the application
	 */
	public ApplicationBuilder jar(Path jar) {
		return new ApplicationBuilder(this, jar);
	}

	/**
	 * Describe a load.
	 * @return the builder of the load
	 */
	public LoadBuilder load() {
		return new LoadBuilder(this.loads::add);
	}

	/**
	 * End all loads and processes at once, with SIGKILL. The kit can be used again.
	 */
	@Override
	public void close() {
		drain(this.loads, RunningLoad::close);
		drain(this.applications, RunningApplication::close);
		removeShutdownHook();
		deleteLogs();
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		this.classes.incrementAndGet();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		after(context, this.classes.get() == 0);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		// a nested class ends before the one around it
		after(context, this.classes.decrementAndGet() == 0);
	}

	private void after(ExtensionContext context, boolean last) {
		if (context.getExecutionException().isPresent()) {
			keepLogs();
			this.applications.forEach((application) -> System.err.println(application.tail()));
		}
		if (last) {
			close();
		}
	}

	/**
	 * Keep the logs, which a message refers to.
	 */
	void keepLogs() {
		this.keepLogs = true;
	}

	private static <T> void drain(Deque<T> owned, Consumer<T> end) {
		for (T one = owned.pollLast(); one != null; one = owned.pollLast()) {
			end.accept(one);
		}
	}

	/**
	 * End an application with the kit at the latest, and the kit with the JVM.
	 * @param application the application
	 */
	synchronized void own(RunningApplication application) {
		this.applications.add(application);
		if (this.shutdownHook == null) {
			this.shutdownHook = new Thread(() -> this.applications.forEach(RunningApplication::close));
			Runtime.getRuntime().addShutdownHook(this.shutdownHook);
		}
	}

	private synchronized void removeShutdownHook() {
		if (this.shutdownHook != null) {
			try {
				Runtime.getRuntime().removeShutdownHook(this.shutdownHook);
			}
			catch (IllegalStateException ex) {
				// the JVM is ending
			}
			this.shutdownHook = null;
		}
	}

	synchronized Path newLogFile(String name) throws IOException {
		if (this.logDirectory == null) {
			this.logDirectory = (this.givenLogDirectory != null) ? Files.createDirectories(this.givenLogDirectory)
					: Files.createTempDirectory("proof-kit");
		}
		String file = name.replaceAll("[^\\w.-]", "_") + "-" + (this.logFiles.size() + 1) + ".log";
		this.logFiles.add(this.logDirectory.resolve(file));
		return this.logDirectory.resolve(file);
	}

	private synchronized void deleteLogs() {
		if (this.logDirectory != null && this.givenLogDirectory == null && !this.keepLogs) {
			this.logFiles.add(this.logDirectory);
			for (Path file : this.logFiles) {
				try {
					Files.deleteIfExists(file);
				}
				catch (IOException ex) {
					// it is in the directory for temporary files
				}
			}
		}
		this.logFiles.clear();
		this.logDirectory = null;
		this.keepLogs = false;
	}

}
