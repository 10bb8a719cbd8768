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

package io.github.gracefulshutdown;

import java.util.List;

/**
 * Looks for what will go wrong when the instance is stopped. A bean of this type is asked
 * once, when the application is ready and only where something routes callers to it or it
 * runs in a container. A check that throws, or does not return for ten seconds, costs no
 * other its turn.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface DoctorCheck {

	/**
	 * Look. Called on a thread of its own.
	 * @return what was found, empty if all is well
	 * @throws Exception if it could not be looked at, which is no finding
	 */
	List<Finding> findings() throws Exception;

}
