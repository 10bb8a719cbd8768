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

import org.springframework.context.ApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * The lifecycle phase in which Spring Boot waits for the requests of its web server.
 *
 * @since 0.1.0
 */
public final class WebServerPhase {

	/**
	 * Equals {@code WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE}, which moved
	 * between versions.
	 */
	private static final int GRACEFUL_SHUTDOWN_PHASE = Integer.MAX_VALUE - 1024;

	private final ApplicationContext context;

	/**
	 * Make the phase of a context.
	 * @param context the context of the web server
	 */
	public WebServerPhase(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * Have Spring Boot not wait for requests: all that can be waited for has been.
	 */
	public void skip() {
		String name = AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME;
		if (this.context.containsLocalBean(name)
				&& this.context.getBean(name) instanceof DefaultLifecycleProcessor processor) {
			processor.setTimeoutForShutdownPhase(GRACEFUL_SHUTDOWN_PHASE, 1);
		}
	}

}
