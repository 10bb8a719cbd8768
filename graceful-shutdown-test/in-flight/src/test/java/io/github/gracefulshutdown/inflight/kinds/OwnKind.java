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
import java.util.Collection;
import java.util.List;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Work that only the application knows of.
 */
@Configuration(proxyBeanMethods = false)
class OwnKind {

	/**
	 * Spring Boot has nothing to tell it to.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("io.github.gracefulshutdown.ShutdownParticipant")
	static class Unknown {

		@Bean
		KindsApplication.Kind ownWork(Work work) {
			return new KindsApplication.Kind() {

				@Override
				public WorkKind kind() {
					return WorkKind.OWN;
				}

				@Override
				public void start(Duration takes) {
					KindsApplication.daemon(() -> work.run(kind(), takes));
				}

			};
		}

	}

	/**
	 * With the library.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ShutdownParticipant.class)
	static class Known {

		@Bean
		Participant ownWork(Work work) {
			return new Participant(work);
		}

	}

	/**
	 * Says that it is working, and stops when it has to.
	 */
	static final class Participant implements ShutdownParticipant, KindsApplication.Kind {

		private final Work work;

		private volatile Thread thread;

		Participant(Work work) {
			this.work = work;
		}

		@Override
		public WorkKind kind() {
			return WorkKind.OWN;
		}

		@Override
		public void start(Duration takes) {
			KindsApplication.daemon(() -> {
				this.thread = Thread.currentThread();
				this.work.run(kind(), takes);
				this.thread = null;
			});
		}

		@Override
		public void onPhase(PhaseContext context) {
			Thread working = this.thread;
			if (context.phase() == ShutdownPhase.CUT && working != null) {
				working.interrupt();
			}
		}

		@Override
		public Collection<ActiveWork> activeWork() {
			Thread working = this.thread;
			return (working != null) ? List.of(ActiveWork.of("own", "work", Duration.ZERO, working, null)) : List.of();
		}

		@Override
		public String name() {
			return "own";
		}

	}

}
