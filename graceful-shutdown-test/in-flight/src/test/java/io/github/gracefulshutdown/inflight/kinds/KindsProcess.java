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

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;

/**
 * The {@link KindsApplication} as a process.
 */
final class KindsProcess {

	private static final List<WorkKind> SWITCHED = List.of(WorkKind.RABBIT, WorkKind.KAFKA, WorkKind.JMS,
			WorkKind.BATCH);

	private static final Path CLASS_DATA = Path.of("target", "class-data");

	private KindsProcess() {
	}

	static RunningApplication start(ProofKit kit, Brokers brokers, String name, Collection<WorkKind> kinds,
			boolean starter, Duration gracePeriod) throws Exception {
		return application(kit, brokers, name, kinds, starter, gracePeriod).start();
	}

	static ApplicationBuilder application(ProofKit kit, Brokers brokers, String name, Collection<WorkKind> kinds,
			boolean starter, Duration gracePeriod) throws Exception {
		ApplicationBuilder application = brokers
			.use(kit.application(KindsApplication.class).name(name).classData(CLASS_DATA))
			.property("kinds.queue", name)
			.property("spring.task.execution.mode", "force")
			.property("spring.task.execution.pool.core-size", "1")
			.property("spring.batch.job.enabled", "false")
			.property("graceful-shutdown.grace-period", gracePeriod.toMillis() + "ms")
			.property("graceful-shutdown.reserve", Math.min(5000, gracePeriod.dividedBy(2).toMillis()) + "ms")
			.property("graceful-shutdown.drain.stream-timeout", gracePeriod.dividedBy(8).toMillis() + "ms");
		kinds.stream()
			.filter(SWITCHED::contains)
			.forEach((kind) -> application.property("kinds." + kind.name().toLowerCase(Locale.ROOT), "true"));
		return starter ? application : application.without("graceful-shutdown-autoconfigure");
	}

}
