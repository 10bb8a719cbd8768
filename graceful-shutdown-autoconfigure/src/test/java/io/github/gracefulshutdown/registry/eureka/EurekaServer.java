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

package io.github.gracefulshutdown.registry.eureka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A Eureka server on a free port, with its log of requests. It is read and written over
 * its own REST API.
 */
public final class EurekaServer implements AutoCloseable {

	private final HttpClient http = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private final Log log;

	private final int port;

	public EurekaServer() {
		this.context = new SpringApplicationBuilder(Application.class).properties("spring.config.name=none")
			.run("--server.port=0", "--spring.application.name=eureka", "--spring.main.banner-mode=off",
					"--graceful-shutdown.enabled=false", "--server.shutdown=immediate", "--eureka.client.enabled=true",
					"--eureka.client.register-with-eureka=false", "--eureka.client.fetch-registry=false",
					"--eureka.instance.hostname=localhost",
					"--eureka.client.service-url.defaultZone=http://localhost/eureka/",
					"--eureka.server.enable-self-preservation=false", "--spring.cloud.consul.enabled=false",
					"--spring.cloud.zookeeper.enabled=false", "--spring.cloud.nacos.discovery.enabled=false",
					"--spring.freemarker.check-template-location=false", "--logging.level.root=WARN");
		this.log = this.context.getBean(Log.class);
		this.port = this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	public InetSocketAddress address() {
		return new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port);
	}

	/**
	 * Return what the server tells callers of an instance.
	 * @param app the application
	 * @param id the instance
	 * @return its status, or {@code null} if the server does not know it
	 */
	public @Nullable String status(String app, String id) {
		HttpResponse<String> response = send("GET", "apps/" + app + "/" + id, null);
		if (response.statusCode() == 404) {
			return null;
		}
		Matcher matcher = Pattern.compile("<status>(\\w+)</status>").matcher(response.body());
		if (!matcher.find()) {
			throw new AssertionError(response.statusCode() + " " + response.body());
		}
		return matcher.group(1);
	}

	/**
	 * Register an instance with status UP as if it had changed just now.
	 * @param app the application
	 * @param id the instance
	 */
	public void register(String app, String id) {
		String instance = send("GET", "apps/" + app + "/" + id, null).body()
			.replaceAll("<status>\\w+</status>", "<status>UP</status>")
			.replaceAll("<lastDirtyTimestamp>\\d+</lastDirtyTimestamp>",
					"<lastDirtyTimestamp>" + System.currentTimeMillis() + "</lastDirtyTimestamp>");
		HttpResponse<String> response = send("POST", "apps/" + app, instance);
		if (response.statusCode() != 204) {
			throw new AssertionError(response.statusCode() + " " + response.body());
		}
	}

	/**
	 * Return the requests of the client, not of this class.
	 * @return method and path each, such as {@code DELETE /eureka/apps/PAY/1}
	 */
	public List<String> requests() {
		return List.copyOf(this.log.requests);
	}

	/**
	 * Return the latest requests.
	 * @param before how many there had been before them
	 * @return method and path each
	 */
	public List<String> requestsSince(int before) {
		List<String> requests = requests();
		return requests.subList(before, requests.size());
	}

	boolean isRunning() {
		return this.context.isActive();
	}

	@Override
	public void close() {
		this.context.close();
	}

	private HttpResponse<String> send(String method, String path, @Nullable String body) {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + "/eureka/" + path))
			.header("Accept", "application/xml")
			.header("Content-Type", "application/xml")
			.header(Log.TEST, "true")
			.method(method,
					(body != null) ? HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8)
							: HttpRequest.BodyPublishers.noBody())
			.build();
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration(
			exclude = { ManagementWebSecurityAutoConfiguration.class, UserDetailsServiceAutoConfiguration.class,
					SecurityFilterAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class })
	@EnableEurekaServer
	static class Application {

		@Bean
		FilterRegistrationBean<Filter> logFilter(Log log) {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(log);
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

		@Bean
		Log log() {
			return new Log();
		}

	}

	static final class Log extends OncePerRequestFilter {

		private static final String TEST = "X-Test";

		private final List<String> requests = new CopyOnWriteArrayList<>();

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			if (request.getHeader(TEST) == null) {
				String query = request.getQueryString();
				this.requests
					.add(request.getMethod() + " " + request.getRequestURI() + ((query != null) ? "?" + query : ""));
			}
			chain.doFilter(request, response);
		}

	}

}
