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

package io.github.gracefulshutdown.autoconfigure;

/**
 * Thrown at start-up when a property has a value that cannot be.
 *
 * @since 0.1.0
 */
public final class InvalidGracefulShutdownPropertyException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String property;

	private final String value;

	private final String reason;

	private final String action;

	/**
	 * Make an exception.
	 * @param property the name of the property
	 * @param value its value
	 * @param reason why that cannot be, the end of a sentence
	 * @param action the way out, a sentence
	 */
	public InvalidGracefulShutdownPropertyException(String property, String value, String reason, String action) {
		super("Property '" + property + "' cannot be '" + value + "': " + reason);
		this.property = property;
		this.value = value;
		this.reason = reason;
		this.action = action;
	}

	/**
	 * Return which property it is.
	 * @return the name of the property
	 */
	public String getProperty() {
		return this.property;
	}

	/**
	 * Return what it was set to.
	 * @return its value
	 */
	public String getValue() {
		return this.value;
	}

	/**
	 * Return why that cannot be.
	 * @return the reason, the end of a sentence
	 */
	public String getReason() {
		return this.reason;
	}

	/**
	 * Return the way out.
	 * @return what to do, a sentence
	 */
	public String getAction() {
		return this.action;
	}

}
