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

package io.github.gracefulshutdown.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The app definition of the docs, tried on what the REST API of Marathon says of apps,
 * and on the application's own reading of its environment.
 *
 * @see <a href= "https://mesosphere.github.io/marathon/api-console/index.html">The REST
 * API of Marathon</a>
 */
class MarathonAppTests {

	private static final Path FILE = Path.of("..", "..", "docs", "marathon", "pay.json");

	private static final Path PAGE = Path.of("..", "..", "docs", "marathon.md");

	private static final Gson GSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

	/**
	 * What Marathon grants who does not say how long.
	 */
	private static final int DEFAULT_GRACE_PERIOD = 3;

	@Test
	void whenPostedThenMarathonUnderstandsAllOfIt() throws IOException {
		check(Files.readString(FILE));
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			taskKillGracePeriodSeconds": 30,   taskKillGracePeriodSeconds": 20
			taskKillGracePeriodSeconds": 30,   taskKillGracePeriodSeconds": "30s"
			taskKillGracePeriodSeconds,        taskKillGracePeriod
			"30s",                             "20s"
			GRACEFULSHUTDOWN_GRACEPERIOD,      GRACEFUL_SHUTDOWN_GRACEPERIOD
			"id": "/pay",                      "id": "/Pay"
			"portIndex": 0,                    "portIndex": 1
			"portName": "http",                "portName": "web"
			"timeoutSeconds": 1,               "timeoutSeconds": 2
			"maximumOverCapacity": 0.5,        "maximumOverCapacity": 2
			MESOS_HTTP,                        MESOS
			container/bridge,                  bridge
			"instances": 2,                    "replicas": 2
			""")
	void whenItHasAFaultThenItIsFound(String right, String wrong) throws IOException {
		String app = Files.readString(FILE);
		assertThat(app).contains(right);
		assertThatThrownBy(() -> check(app.replace(right, wrong))).isInstanceOfAny(AssertionError.class,
				RuntimeException.class);
	}

	@Test
	void whenThePageShowsLinesThenTheyAreThoseOfTheFile() throws IOException {
		String shown = Files.readString(PAGE).split("```json\n", 2)[1].split("```", 2)[0];
		assertThat(shown).contains("taskKillGracePeriodSeconds", "GRACEFULSHUTDOWN_GRACEPERIOD");
		assertThat(Files.readString(FILE)).contains(shown);
	}

	private static void check(String json) {
		JsonElement written = JsonParser.parseString(json);
		App app = GSON.fromJson(json, App.class);
		assertThat(GSON.toJsonTree(app)).as("known fields").isEqualTo(written);
		assertThat(app.id()).matches("/?([a-z0-9]([a-z0-9-]*[a-z0-9])?/?)+");
		assertThat(app.networks()).extracting(Network::mode)
			.isSubsetOf("container/bridge", "container", "host")
			.hasSize(1);
		assertThat(app.upgradeStrategy().minimumHealthCapacity()).isBetween(0.0, 1.0);
		assertThat(app.upgradeStrategy().maximumOverCapacity()).isBetween(0.0, 1.0);
		List<PortMapping> ports = app.container().portMappings();
		assertThat(app.healthChecks()).allSatisfy((check) -> {
			assertThat(check.protocol()).isIn("HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_TCP", "MESOS_HTTP",
					"MESOS_HTTPS");
			assertThat(check.portIndex()).isLessThan(ports.size());
		});
		assertThat(app.readinessChecks()).allSatisfy((check) -> {
			assertThat(check.protocol()).isIn("HTTP", "HTTPS");
			assertThat(ports).extracting(PortMapping::name).contains(check.portName());
			assertThat(check.timeoutSeconds()).isBetween(1, check.intervalSeconds() - 1);
		});
		assertThat(app.taskKillGracePeriodSeconds()).isGreaterThan(DEFAULT_GRACE_PERIOD);
		assertThat(GracePeriod.of(app.env())).contains(Duration.ofSeconds(app.taskKillGracePeriodSeconds()));
	}

	private record App(String id, int instances, double cpus, double mem, List<Network> networks, Container container,
			Map<String, Object> env, int taskKillGracePeriodSeconds, UpgradeStrategy upgradeStrategy,
			List<HealthCheck> healthChecks, List<ReadinessCheck> readinessChecks) {

	}

	private record Network(String mode) {

	}

	private record Container(String type, Docker docker, List<PortMapping> portMappings) {

	}

	private record Docker(String image) {

	}

	private record PortMapping(String name, int containerPort, int hostPort) {

	}

	private record UpgradeStrategy(double minimumHealthCapacity, double maximumOverCapacity) {

	}

	private record HealthCheck(String protocol, int portIndex, String path, int gracePeriodSeconds, int intervalSeconds,
			int timeoutSeconds, int maxConsecutiveFailures) {

	}

	private record ReadinessCheck(String name, String protocol, String portName, String path, int intervalSeconds,
			int timeoutSeconds) {

	}

}
