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

package io.github.gracefulshutdown.field;

/**
 * With what the payment service runs.
 */
enum Variant {

	/** {@code server.shutdown=immediate}, Spring Boot's default until 3.3. */
	IMMEDIATE("without", false, "immediate"),

	/** {@code server.shutdown=graceful}, Spring Boot's default today. */
	GRACEFUL("Spring Boot's graceful", false, "graceful"),

	/** The same with one more dependency. */
	STARTER("with the starter", true, "graceful");

	private final String title;

	private final boolean starter;

	private final String serverShutdown;

	Variant(String title, boolean starter, String serverShutdown) {
		this.title = title;
		this.starter = starter;
		this.serverShutdown = serverShutdown;
	}

	boolean hasStarter() {
		return this.starter;
	}

	String serverShutdown() {
		return this.serverShutdown;
	}

	@Override
	public String toString() {
		return this.title;
	}

}
