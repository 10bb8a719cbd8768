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

package io.github.gracefulshutdown.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.github.gracefulshutdown.ShutdownReport;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Says in {@code /actuator/health} where the instance stands. It is {@code UP}
 * throughout: whether the instance wants traffic is said by readiness. A second opinion
 * here would fail a liveness probe that looks at all of health while the instance drains,
 * and reach Eureka through its health check while the instance is being taken back into
 * service.
 *
 * @since 0.1.0
 */
public final class GracefulShutdownHealthIndicator implements HealthIndicator {

	private final Supplier<ShutdownReport> report;

	/**
	 * Make the indicator.
	 * @param report gives the report as of now
	 */
	public GracefulShutdownHealthIndicator(Supplier<ShutdownReport> report) {
		this.report = report;
	}

	@Override
	public Health health() {
		ShutdownReport report = this.report.get();
		Health.Builder health = Health.up().withDetail("state", report.state());
		if (report.trigger() != null) {
			Map<String, ShutdownReport.Outcome> phases = new LinkedHashMap<>();
			report.phases().forEach((phase) -> phases.put(phase.phase().name(), phase.outcome()));
			health.withDetail("trigger", report.trigger())
				.withDetail("phases", phases)
				.withDetail("activeRequests", report.requests().active());
		}
		return health.build();
	}

}
