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

package io.github.gracefulshutdown.registry;

/**
 * Configuration that somebody keeps for this instance outside of it, under its address:
 * the weight an operator has given it, a flag that takes it out of rotation, a route. The
 * next instance that is given the same address would inherit it, so it is cleared once
 * the instance is confirmed absent from every registry it was in, and put back if the
 * instance returns to service. Every bean of this type takes part, each on a thread of
 * its own that is interrupted when its time is over; what it throws is reported and costs
 * no other its turn.
 *
 * @since 0.1.0
 */
public interface InstanceConfiguration {

	/**
	 * Return the name of what is kept, for the report.
	 * @return the name, such as {@code nacos metadata}
	 */
	String name();

	/**
	 * Forget what is kept for this instance, so that the next one with its address starts
	 * without. Has to be idempotent.
	 * @throws Exception if it could not be cleared
	 */
	void clear() throws Exception;

	/**
	 * Put back what was cleared, because the instance returns to service. Called once it
	 * has gone back into its registries, whether or not each of them took it, and only
	 * after {@link #clear()}.
	 * @throws Exception if it could not be put back
	 */
	default void restore() throws Exception {
	}

}
