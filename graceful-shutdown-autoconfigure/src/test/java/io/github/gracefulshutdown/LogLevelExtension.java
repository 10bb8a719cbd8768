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

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Has a class log as it does in an application, which is from INFO on, whatever another
 * test has left in this virtual machine.
 */
public final class LogLevelExtension implements BeforeEachCallback, AfterEachCallback {

	private final LoggingSystem logging = LoggingSystem.get(LogLevelExtension.class.getClassLoader());

	private final String logger;

	public LogLevelExtension(Class<?> logger) {
		this.logger = logger.getName();
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		set(LogLevel.INFO);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		this.logging.setLogLevel(this.logger, null);
	}

	/**
	 * Have it log from another level on, until the end of the test.
	 */
	public void set(LogLevel level) {
		this.logging.setLogLevel(this.logger, level);
	}

}
