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

import org.springframework.boot.logging.LoggingSystem;

/**
 * What has to be known of the virtual machine to end it.
 */
interface Jvm {

	/**
	 * Return whether it is on its way out: it has been told to by a signal or by
	 * {@link System#exit(int)}, and waits for its shutdown hooks.
	 */
	boolean isShuttingDown();

	/**
	 * Write what is not written yet. Nothing can be logged after that.
	 */
	void flush();

	/**
	 * End it, whoever hangs.
	 * @param status the exit status
	 * @see Runtime#halt(int)
	 */
	void halt(int status);

	/**
	 * Return the one in which this runs.
	 */
	static Jvm current() {
		return new Jvm() {

			@Override
			public boolean isShuttingDown() {
				Thread probe = new Thread();
				try {
					Runtime.getRuntime().addShutdownHook(probe);
					Runtime.getRuntime().removeShutdownHook(probe);
					return false;
				}
				catch (IllegalStateException ex) {
					return true;
				}
			}

			@Override
			public void flush() {
				Runnable stopLogging = LoggingSystem.get(Jvm.class.getClassLoader()).getShutdownHandler();
				if (stopLogging != null) {
					stopLogging.run();
				}
				System.out.flush();
				System.err.flush();
			}

			@Override
			public void halt(int status) {
				Runtime.getRuntime().halt(status);
			}

		};
	}

}
