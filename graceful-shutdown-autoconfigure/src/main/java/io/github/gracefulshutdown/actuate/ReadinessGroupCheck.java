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

import java.util.List;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;

import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;

/**
 * Looks whether the readiness probe hears that the instance leaves.
 *
 * @since 0.1.0
 */
public final class ReadinessGroupCheck implements DoctorCheck {

	private final HealthEndpointGroups groups;

	/**
	 * Make a check.
	 * @param groups what probes ask for
	 */
	public ReadinessGroupCheck(HealthEndpointGroups groups) {
		this.groups = groups;
	}

	@Override
	public List<Finding> findings() {
		HealthEndpointGroup readiness = this.groups.get("readiness");
		if (readiness == null) {
			return List.of(new Finding("readiness-probe",
					"There is no health group 'readiness' for a probe to ask: it does not hear that the instance leaves.",
					"Remove 'management.endpoint.health.probes.enabled=false'."));
		}
		return readiness.isMember("readinessState") ? List.of() : List.of(new Finding("readiness-probe",
				"The health group 'readiness' lacks 'readinessState': a probe does not hear that the instance leaves.",
				"Add 'readinessState' to 'management.endpoint.health.group.readiness.include'."));
	}

}
