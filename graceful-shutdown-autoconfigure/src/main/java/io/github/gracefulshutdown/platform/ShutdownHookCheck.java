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

import java.util.List;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;

import org.springframework.core.env.PropertyResolver;

/**
 * Looks whether SIGTERM closes the application at all.
 *
 * @since 0.1.0
 */
public final class ShutdownHookCheck implements DoctorCheck {

	private static final String PROPERTY = "spring.main.register-shutdown-hook";

	private final PropertyResolver properties;

	/**
	 * Make a check.
	 * @param properties the properties of the application
	 */
	public ShutdownHookCheck(PropertyResolver properties) {
		this.properties = properties;
	}

	@Override
	public List<Finding> findings() {
		return this.properties.getProperty(PROPERTY, Boolean.class, true) ? List.of()
				: List.of(new Finding("shutdown-hook",
						"'%s' is off: SIGTERM ends the JVM with everything that is in flight.".formatted(PROPERTY),
						"Remove '%s', or close the application context on SIGTERM yourself.".formatted(PROPERTY)));
	}

}
