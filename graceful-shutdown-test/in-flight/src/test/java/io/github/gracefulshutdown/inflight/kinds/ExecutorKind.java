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

package io.github.gracefulshutdown.inflight.kinds;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A pool that Spring knows nothing of, and nobody can look into.
 */
@Configuration(proxyBeanMethods = false)
class ExecutorKind {

	@Bean
	ExecutorService plainExecutor() {
		return Executors.newSingleThreadExecutor();
	}

	@Bean
	KindsApplication.Kind executorWork(Work work, ExecutorService plainExecutor) {
		return new KindsApplication.Kind() {

			@Override
			public WorkKind kind() {
				return WorkKind.EXECUTOR;
			}

			@Override
			public void start(Duration takes) {
				plainExecutor.execute(() -> work.run(kind(), takes));
			}

		};
	}

}
