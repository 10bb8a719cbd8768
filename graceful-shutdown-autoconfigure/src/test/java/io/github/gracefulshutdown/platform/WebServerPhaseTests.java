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

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WebServerPhase}.
 */
class WebServerPhaseTests {

	@Test
	void whenSkippedThenOnlyThePhaseOfTheWebServerIsShortened() {
		TimeoutRecorder processor = new TimeoutRecorder();
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			context.registerBean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, TimeoutRecorder.class,
					() -> processor);
			context.refresh();
			new WebServerPhase(context).skip();
		}
		assertThat(processor.timeouts)
			.containsExactly(Map.entry(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE, 1L));
	}

	@Test
	void whenThereIsNoProcessorThenNothingHappens() {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			new WebServerPhase(context).skip();
			context.refresh();
			assertThat(context.isActive()).isTrue();
		}
	}

	private static final class TimeoutRecorder extends DefaultLifecycleProcessor {

		private final Map<Integer, Long> timeouts = new HashMap<>();

		@Override
		public void setTimeoutForShutdownPhase(int phase, long timeout) {
			this.timeouts.put(phase, timeout);
			super.setTimeoutForShutdownPhase(phase, timeout);
		}

	}

}
