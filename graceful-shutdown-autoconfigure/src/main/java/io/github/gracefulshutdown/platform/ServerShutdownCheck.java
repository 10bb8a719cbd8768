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

import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.PropertyResolver;

/**
 * Looks whether anybody drains the web server. On Tomcat, {@code server.shutdown} is of
 * no consequence: when Spring Boot comes to it, nothing is in flight any more. Of any
 * other server, only Spring Boot knows how to wait for it.
 *
 * @since 0.1.0
 */
public final class ServerShutdownCheck implements DoctorCheck {

	private static final String PROPERTY = "server.shutdown";

	private static final String TOMCAT = "org.springframework.boot.tomcat.";

	private final ApplicationContext context;

	private final PropertyResolver properties;

	/**
	 * Make a check.
	 * @param context the context of the application
	 * @param properties its properties
	 */
	public ServerShutdownCheck(ApplicationContext context, PropertyResolver properties) {
		this.context = context;
		this.properties = properties;
	}

	@Override
	public List<Finding> findings() {
		if (!"immediate".equalsIgnoreCase(this.properties.getProperty(PROPERTY))
				|| !(this.context instanceof WebServerApplicationContext server)) {
			return List.of();
		}
		WebServer webServer = server.getWebServer();
		return (webServer == null || webServer.getClass().getName().startsWith(TOMCAT)) ? List.of() : List
			.of(new Finding("server-shutdown",
					"'%s' is 'immediate', and %s is a server that only Spring Boot drains: requests in flight are cut."
						.formatted(PROPERTY, webServer.getClass().getSimpleName()),
					"Remove '%s'.".formatted(PROPERTY)));
	}

}
