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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.web.tomcat.TomcatParticipant;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.SpringServletContainerInitializer;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for an application that is deployed in a Tomcat which others are deployed in too.
 */
@ExtendWith(OutputCaptureExtension.class)
class ExternalContainerTests {

	@TempDir
	Path directory;

	private final Tomcat tomcat = new Tomcat();

	private final HttpClient client = HttpClient.newHttpClient();

	private Context application;

	@BeforeEach
	void start() throws LifecycleException {
		this.tomcat.setBaseDir(this.directory.toString());
		this.tomcat.setPort(0);
		this.tomcat.getConnector().setProperty("address", "127.0.0.1");
		Context other = this.tomcat.addContext("/other", this.directory.toString());
		Tomcat.addServlet(other, "other", new OtherServlet());
		other.addServletMappingDecoded("/", "other");
		this.application = this.tomcat.addContext("/app", this.directory.toString());
		this.application.addServletContainerInitializer(new SpringServletContainerInitializer(),
				Set.of(Initializer.class));
		this.tomcat.start();
	}

	@AfterEach
	void stop() throws LifecycleException {
		Application.drained.countDown();
		this.tomcat.stop();
		this.tomcat.destroy();
	}

	@Test
	void whenUndeployedThenTheContainerGoesOnAndWhatIsNotHttpIsDrained(CapturedOutput output) throws Exception {
		WebApplicationContext context = WebApplicationContextUtils
			.getRequiredWebApplicationContext(this.application.getServletContext());
		assertThat(context.getBeansOfType(TomcatParticipant.class)).isEmpty();
		CompletableFuture<Void> undeployed = CompletableFuture.runAsync(() -> {
			try {
				this.application.stop();
			}
			catch (LifecycleException ex) {
				throw new IllegalStateException(ex);
			}
		});
		Application.draining.await();
		for (int i = 0; i < 3; i++) {
			assertThat(get("/other/").headers().firstValue("Connection")).isEmpty();
		}
		assertThat(undeployed).as("the application's own work is waited for").isNotDone();
		Application.drained.countDown();
		undeployed.join();
		assertThat(get("/other/").body()).isEqualTo("other");
		assertThat(output).contains("phase=CLOSE outcome=DONE")
			.containsOnlyOnce("which is not this application's own, are left alone")
			.doesNotContain("ports are closed");
	}

	private HttpResponse<String> get(String path) {
		URI uri = URI.create("http://127.0.0.1:" + this.tomcat.getConnector().getLocalPort() + path);
		try {
			return this.client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Tomcat makes it by itself.
	 */
	public static class Initializer extends SpringBootServletInitializer {

		@Override
		protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
			return builder.sources(Application.class).properties("spring.main.banner-mode=off");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownTomcatAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class })
	static class Application {

		private static final CountDownLatch draining = new CountDownLatch(1);

		private static final CountDownLatch drained = new CountDownLatch(1);

		@Bean
		ShutdownParticipant work() {
			return (context) -> {
				if (context.phase() == ShutdownPhase.DRAIN) {
					draining.countDown();
					drained.await();
				}
			};
		}

	}

	private static final class OtherServlet extends HttpServlet {

		private static final long serialVersionUID = 1L;

		@Override
		protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
			response.getWriter().print("other");
		}

	}

}
