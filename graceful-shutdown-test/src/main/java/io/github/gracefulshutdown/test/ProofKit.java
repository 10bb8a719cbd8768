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
@SuppressWarnings("DoNotCallSuggester")
public final class ProofKit implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {

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
		throw new UnsupportedOperationException();
	}

	/**
	 * Describe an application by its executable jar.
	 * @param jar the jar
	 * @return the builder of the application
	 */
	public ApplicationBuilder jar(Path jar) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Describe a load.
	 * @return the builder of the load
	 */
	public LoadBuilder load() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void beforeAll(ExtensionContext context) {
	}

	@Override
	public void afterEach(ExtensionContext context) {
	}

	@Override
	public void afterAll(ExtensionContext context) {
	}

	/**
	 * End all loads and processes at once.
	 */
	@Override
	public void close() {
	}

}
