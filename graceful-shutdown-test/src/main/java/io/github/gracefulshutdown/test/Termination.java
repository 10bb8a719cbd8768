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

/**
 * A way in which something real ends an application. Immutable and thread-safe.
 *
 * @since 0.1.0
 * @see Terminations
 */
@FunctionalInterface
public interface Termination {

	/**
	 * End the application and wait until it is gone.
	 * @param application the application
	 * @return what happened when
	 * @throws IllegalStateException if the application ended before it was signalled, or
	 * did not end although nothing more would be done about it
	 */
	StopReport stop(RunningApplication application);

}
