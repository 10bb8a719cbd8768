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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.FakeGracefulShutdown;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownReport.Outcome;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard in the documentation asks for what there is.
 */
class DashboardTests {

	private static final Pattern METRIC = Pattern.compile("\\bgraceful_\\w+");

	/**
	 * Labels that are grouped by or selected, besides those that Prometheus adds.
	 */
	private static final Pattern LABEL = Pattern.compile("\\b(?:by|on) \\(([^)]*)\\)|(\\w+)=~?\"");

	private static final Set<String> LABELS_OF_PROMETHEUS = Set.of("job", "instance");

	private final JsonNode dashboard = dashboard();

	private final String scrape = scrape();

	@Test
	void whenDashboardIsLoadedThenItHasWhatGrafanaNeeds() {
		assertThat(this.dashboard.at("/schemaVersion").asInt()).isGreaterThanOrEqualTo(36);
		assertThat(this.dashboard.at("/title").asString()).isNotBlank();
		assertThat(this.dashboard.at("/uid").asString()).matches("[\\w-]{1,40}");
		assertThat(this.dashboard.has("id")).as("an id is of one Grafana only").isFalse();
		assertThat(this.dashboard.at("/templating/list").valueStream().map((item) -> item.get("name").asString()))
			.containsExactly("datasource", "job");
		assertThat(this.dashboard.at("/templating/list").valueStream().map((item) -> item.path("current")))
			.allMatch((current) -> current.isMissingNode() || (current.has("text") && current.has("value")));
		List<JsonNode> panels = this.dashboard.at("/panels").valueStream().toList();
		assertThat(panels).isNotEmpty().allSatisfy((panel) -> {
			assertThat(panel.at("/type").asString()).isIn("state-timeline", "timeseries", "bargauge");
			assertThat(panel.at("/datasource/uid").asString()).isEqualTo("${datasource}");
			assertThat(panel.at("/gridPos/x").asInt() + panel.at("/gridPos/w").asInt()).isBetween(1, 24);
			assertThat(panel.at("/targets").valueStream()).isNotEmpty()
				.allMatch((target) -> target.get("datasource").equals(panel.get("datasource")));
		});
		assertThat(panels.stream().map((panel) -> panel.get("id").asInt())).doesNotHaveDuplicates();
	}

	@Test
	void whenExpressionsAskForMetricsThenThoseAreRegistered() {
		Set<String> asked = expressions().flatMap((expression) -> METRIC.matcher(expression).results())
			.map(MatchResult::group)
			.collect(Collectors.toCollection(TreeSet::new));
		Set<String> registered = this.scrape.lines()
			.filter((line) -> !line.startsWith("#"))
			.map((line) -> line.split("[{ ]", 2)[0])
			.collect(Collectors.toSet());
		assertThat(asked).hasSizeGreaterThanOrEqualTo(6).isSubsetOf(registered);
		assertThat(registered).as("what is not on the dashboard is not worth a meter")
			.allMatch((metric) -> asked.contains(metric) || metric.endsWith("_max"));
	}

	@Test
	void whenExpressionsAskForLabelsThenMetricsHaveThem() {
		Set<String> asked = expressions().flatMap((expression) -> LABEL.matcher(expression).results())
			.flatMap((label) -> Stream
				.of((label.group(1) != null) ? label.group(1).split(", ") : new String[] { label.group(2) }))
			.collect(Collectors.toCollection(TreeSet::new));
		Set<String> registered = Pattern.compile("(\\w+)=\"")
			.matcher(this.scrape)
			.results()
			.map((label) -> label.group(1))
			.collect(Collectors.toCollection(() -> new TreeSet<>(LABELS_OF_PROMETHEUS)));
		assertThat(asked).isEqualTo(registered);
	}

	private Stream<String> expressions() {
		return this.dashboard.at("/panels")
			.valueStream()
			.flatMap((panel) -> panel.at("/targets").valueStream())
			.map((target) -> target.get("expr").asString());
	}

	private static JsonNode dashboard() {
		try {
			return JsonMapper.shared()
				.readTree(Files.readString(Path.of("..", "docs", "grafana", "graceful-shutdown.json")));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return what Prometheus is given of a stop in which everything happens.
	 */
	private static String scrape() {
		ShutdownReport left = FakeGracefulShutdown.left();
		ShutdownReport report = new ShutdownReport(left.state(), left.trigger(), left.startedAt(), left.deadline(),
				left.remaining(), left.plan(), left.phases(),
				List.of(new ShutdownReport.Registry("consul", "absent", 3, true, null)), left.requests(), List.of());
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		ShutdownMetrics metrics = new ShutdownMetrics(() -> report, new FakeGracefulShutdown()::activeWork);
		metrics.bindTo(registry);
		for (ShutdownPhase phase : ShutdownPhase.values()) {
			metrics.phaseStarted(phase);
			metrics.phaseEnded(
					new ShutdownReport.Phase(phase, Outcome.DONE, Instant.EPOCH, Duration.ofMillis(5), List.of()),
					report);
		}
		return registry.scrape();
	}

}
