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

package io.github.gracefulshutdown.sample.pay.rollout;

import io.github.gracefulshutdown.test.ApplicationBuilder;

/**
 * How the payment service is built and configured in a round.
 */
enum Variant {

	/**
	 * What Spring Boot did by default until 3.3. The recipe that is copied most, which
	 * pauses the connector and shuts its executor down, ends requests the same way.
	 */
	IMMEDIATE("without, immediate", "server.shutdown=immediate, Spring Boot's default until 3.3") {

		@Override
		ApplicationBuilder apply(ApplicationBuilder application) {
			return withoutStarter(application).property("server.shutdown", "immediate");
		}

	},

	/**
	 * What Spring Boot does by default today.
	 */
	GRACEFUL("without, graceful", "server.shutdown=graceful, Spring Boot's default today") {

		@Override
		ApplicationBuilder apply(ApplicationBuilder application) {
			return withoutStarter(application);
		}

	},

	/**
	 * The same service with one more dependency.
	 */
	STARTER("with the starter", "graceful-shutdown-starter on the class path") {

		@Override
		ApplicationBuilder apply(ApplicationBuilder application) {
			return application;
		}

	};

	// matched at the end, for the clone's directory may have any name
	private static final String STARTER_ENTRIES = "/graceful-shutdown-(autoconfigure|starter)(-[^/]*\\.jar|/target/classes/?)$";

	private final String title;

	private final String description;

	Variant(String title, String description) {
		this.title = title;
		this.description = description;
	}

	String title() {
		return this.title;
	}

	String description() {
		return this.description;
	}

	abstract ApplicationBuilder apply(ApplicationBuilder application);

	private static ApplicationBuilder withoutStarter(ApplicationBuilder application) {
		return application.without(STARTER_ENTRIES);
	}

}
