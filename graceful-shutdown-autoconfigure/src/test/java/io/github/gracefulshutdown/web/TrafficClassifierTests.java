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

package io.github.gracefulshutdown.web;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TrafficClassifier}.
 */
class TrafficClassifierTests {

	private final TrafficClassifier classifier = new TrafficClassifier("/app/actuator/deregister",
			List.of("/app/actuator", "/ping"), List.of("kube-probe", "ELB-HealthChecker"));

	@ParameterizedTest
	@CsvSource({ "/app/actuator/deregister, curl, HOOK", "/app/actuator/deregister/now, kube-lifecycle/1.34, HOOK",
			"/app/actuator/deregistered, curl, PROBE", "/app/actuator/health/readiness, curl, PROBE",
			"/app/actuators, curl, BUSINESS", "/actuator/health, curl, BUSINESS", "/ping, curl, PROBE",
			"/pingpong, curl, BUSINESS", "/orders, kube-probe/1.34, PROBE", "/orders, ELB-HealthChecker/2.0, PROBE",
			"/orders, not kube-probe, BUSINESS", "/orders, , BUSINESS" })
	void whenRequestComesThenItIsClassified(String path, String userAgent, TrafficClass expected) {
		assertThat(this.classifier.classify(path, userAgent)).isEqualTo(expected);
	}

}
