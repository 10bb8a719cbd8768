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

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the endpoint said as it was called to stop a {@link RegisteredScenario}.
 *
 * @param registry the registry that it is about
 * @param json the report
 */
record RegistryStop(String registry, String json) {

	void assertReport(String presence, boolean evicted, @Nullable String error) {
		assertReport(this.registry, presence, evicted, error);
	}

	void assertReport(String name, String presence, boolean evicted, @Nullable String error) {
		Map<String, Object> registry = JsonPath
			.<List<Map<String, Object>>>read(this.json, "$.registries[?(@.name=='%s')]".formatted(name))
			.get(0);
		assertThat(registry).as(this.json).containsEntry("presence", presence).containsEntry("evicted", evicted);
		if (error != null) {
			assertThat(registry.get("error")).asString().contains(error);
		}
		else {
			assertThat(registry.get("error")).isNull();
		}
		Duration took = Duration
			.parse(JsonPath.<List<String>>read(this.json, "$.phases[?(@.phase=='DEREGISTER')].duration").get(0));
		// twice, because the machine may be slow
		assertThat(took).isLessThan(RegisteredScenario.CONFIRM_TIMEOUT.multipliedBy(2));
	}

}
