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

package io.github.gracefulshutdown.scenario;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.catalina.connector.Connector;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/**
 * The recipe that is copied from blog to blog, as a negative control: pause the
 * connector, shut its pool down, wait for the pool. Used with
 * {@code server.shutdown=immediate}, as it was before Spring Boot had anything of its
 * own.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("scenario.recipe")
class RecipeConfiguration {

	@Bean
	Recipe recipe() {
		return new Recipe();
	}

	@Bean
	WebServerFactoryCustomizer<TomcatServletWebServerFactory> recipeCustomizer(Recipe recipe) {
		return (factory) -> factory.addConnectorCustomizers(recipe);
	}

	/**
	 * The recipe, with the cast that has done nothing since Tomcat 9.0.51.
	 */
	static final class Recipe implements TomcatConnectorCustomizer, ApplicationListener<ContextClosedEvent> {

		private volatile @Nullable Connector connector;

		@Override
		public void customize(Connector connector) {
			this.connector = connector;
		}

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			Connector current = this.connector;
			if (current == null) {
				return;
			}
			current.pause();
			if (current.getProtocolHandler().getExecutor() instanceof java.util.concurrent.ThreadPoolExecutor pool) {
				shutdown(pool);
			}
		}

		private static void shutdown(ExecutorService pool) {
			pool.shutdown();
			try {
				pool.awaitTermination(30, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
