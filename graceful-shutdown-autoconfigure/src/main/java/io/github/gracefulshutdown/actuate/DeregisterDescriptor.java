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

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.ShutdownPlan;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownState;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The report as the endpoint renders it, which is a type that Spring Boot's own mapper
 * for endpoints takes, so that it looks the same whatever the application's mapper does.
 *
 * @param state see {@link ShutdownReport#state()}
 * @param trigger see {@link ShutdownReport#trigger()}
 * @param startedAt see {@link ShutdownReport#startedAt()}
 * @param deadline see {@link ShutdownReport#deadline()}
 * @param remaining see {@link ShutdownReport#remaining()}
 * @param phases see {@link ShutdownReport#phases()}
 * @param registries see {@link ShutdownReport#registries()}
 * @param requests see {@link ShutdownReport#requests()}
 * @param checkpoints see {@link ShutdownReport#checkpoints()}
 * @param advice what will go wrong when the instance is stopped, as far as it shows
 * @since 0.1.0
 */
public record DeregisterDescriptor(ShutdownState state, @Nullable String trigger, @Nullable Instant startedAt,
		@Nullable Instant deadline, @Nullable Duration remaining, ShutdownPlan plan, List<ShutdownReport.Phase> phases,
		List<ShutdownReport.Registry> registries, ShutdownReport.Requests requests,
		List<ShutdownReport.Checkpoint> checkpoints, List<Finding> advice) implements OperationResponseBody {

	static DeregisterDescriptor of(ShutdownReport report, List<Finding> advice) {
		return new DeregisterDescriptor(report.state(), report.trigger(), report.startedAt(), report.deadline(),
				report.remaining(), report.plan(), report.phases(), report.registries(), report.requests(),
				report.checkpoints(), advice);
	}

}
