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

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.catalina.connector.Connector;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;
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
 * own. The value of the property is the class that the recipe takes the pool for.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("scenario.recipe")
class RecipeConfiguration {

	@Bean
	Recipe recipe(@Value("${scenario.recipe}") Class<? extends ExecutorService> pool) {
		return new Recipe(pool);
	}

	@Bean
	WebServerFactoryCustomizer<TomcatServletWebServerFactory> recipeCustomizer(Recipe recipe) {
		return (factory) -> factory.addConnectorCustomizers(recipe);
	}

	/**
	 * The recipe.
	 */
	static final class Recipe implements TomcatConnectorCustomizer, ApplicationListener<ContextClosedEvent> {

		private final Class<? extends ExecutorService> pool;

		private final CompletableFuture<Connector> paused = new CompletableFuture<>();

		private final CompletableFuture<@Nullable Boolean> terminated = new CompletableFuture<>();

		private volatile @Nullable Connector connector;

		Recipe(Class<? extends ExecutorService> pool) {
			this.pool = pool;
		}

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
			this.paused.complete(current);
			Object executor = current.getProtocolHandler().getExecutor();
			this.terminated.complete(this.pool.isInstance(executor) ? shutdown(this.pool.cast(executor)) : null);
		}

		private static boolean shutdown(ExecutorService pool) {
			try {
				pool.shutdown();
				boolean terminated = pool.awaitTermination(30, TimeUnit.SECONDS);
				if (!terminated) {
					pool.shutdownNow();
				}
				return terminated;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

		/**
		 * Wait until the connector is paused.
		 * @return the connector
		 */
		Connector awaitPause() {
			return this.paused.join();
		}

		/**
		 * Wait until the recipe is done.
		 * @return whether the pool has terminated, {@code null} if nobody has waited for
		 * it
		 */
		@Nullable Boolean awaitTermination() {
			return this.terminated.join();
		}

	}

}
