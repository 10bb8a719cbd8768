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

package io.github.gracefulshutdown.field;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.field.Sample.Outcome;
import io.github.gracefulshutdown.test.FreePort;
import io.github.gracefulshutdown.test.ProofKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A report from the field, played again: ten users of JMeter call a service whose
 * business takes 40 s, ten times each, and meanwhile it is stopped in one of several
 * ways; without graceful shutdown, with Spring Boot's, and with the starter.
 * <p>
 * All times are scaled by {@code field.scale}, a fifth by default, and the table is
 * written to {@code field.report}.
 */
@Tag("environment")
class FieldMatrixIT {

	private static final double SCALE = Double.parseDouble(System.getProperty("field.scale", "0.2"));

	private static final Path REPORT = Path.of(System.getProperty("field.report", "target/field-matrix.md"));

	private static final Path SUMMARY = Path.of("target", "jmeter-summary.txt");

	private static final int USERS = 10;

	private static final int ROUNDS = 10;

	private static final Duration BUSINESS_TIME = scaled(40);

	private static final Duration LEAST_PERIOD = Duration.ofSeconds(3);

	/**
	 * Is between the answers of those who are interrupted and the kill. With less, who is
	 * answered would depend on how busy this machine is.
	 */
	private static final Duration LEAST_RESERVE = Duration.ofSeconds(2);

	private static final String PAY_SHELL = "-shell";

	private static final Map<Variant, Map<Way, Run>> RUNS = new EnumMap<>(Variant.class);

	@BeforeAll
	@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	static void run() throws Exception {
		Docker.assumeAvailable();
		Docker.assumeRuns(Local.SERVICE_MANAGER, "--version");
		assertThat(Way.values()).extracting(FieldMatrixIT::period)
			.as("docker stop takes whole seconds")
			.allMatch((period) -> period.equals(period.truncatedTo(ChronoUnit.SECONDS)));
		assertThat(period(Way.DOCKER_STOP)).as("less than business takes from then on")
			.isLessThan(BUSINESS_TIME.dividedBy(2));
		Docker.buildPay();
		Docker.buildPayWithoutStarter();
		for (String image : List.of(Docker.PAY, Docker.PAY_WITHOUT_STARTER)) {
			// BusyBox, like other shells, would have the last command take its place
			Docker.build(image + PAY_SHELL, "FROM " + image + "\nENTRYPOINT java -jar pay.jar | tee target/pay.log\n");
		}
		Local.extractPay();
		for (Variant variant : Variant.values()) {
			RUNS.put(variant, run(variant));
		}
	}

	@AfterAll
	static void report() throws IOException {
		if (RUNS.size() == Variant.values().length) {
			Files.writeString(REPORT, FieldMatrix.write(RUNS, SCALE, BUSINESS_TIME));
			Files.write(SUMMARY,
					Arrays.stream(Way.values())
						.flatMap((way) -> Arrays.stream(Variant.values()).map((variant) -> run(variant, way).summary()))
						.toList());
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenStoppedWithTheStarterThenNobodyFailsToRespond(Way way) {
		Run run = run(Variant.STARTER, way);
		assertThat(run.inFlight()).hasSize(USERS);
		if (way == Way.DOCKER_STOP_SHELL) {
			// nobody told the JVM: all that can be done is to say so when it starts
			assertThat(run.log()).anyMatch((line) -> line.contains("[signal-not-forwarded]"));
			assertThat(run.killed()).isTrue();
			return;
		}
		assertThat(run.lost()).describedAs("%s", run.samples()).isZero();
		if (way == Way.DOCKER_STOP) {
			// business takes longer than there is: answered and named
			assertThat(run.inFlight()).extracting(Sample::outcome).containsOnly(Outcome.OTHER_STATUS);
			assertThat(run.log()).filteredOn((line) -> line.contains("Cut after") && line.contains("GET /sleep/one"))
				.hasSize(USERS);
		}
		else {
			assertThat(run.inFlight()).extracting(Sample::outcome).containsOnly(Outcome.OK);
			assertThat(run.count(Outcome.OTHER_STATUS)).isZero();
			assertThat(run.exitCode()).isEqualTo((way == Way.LOCAL_INT) ? 130 : 143);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenStoppedWithoutGracefulShutdownThenAllInFlightFailToRespond(Way way) {
		Run run = run(Variant.IMMEDIATE, way);
		assertThat(run.inFlight()).hasSize(USERS);
		assertThat(run.lost()).describedAs("%s", run.samples()).isGreaterThanOrEqualTo(USERS);
	}

	@ParameterizedTest
	@EnumSource
	void whenStoppedWithSpringBootsGracefulShutdownThenSomeFailToRespond(Way way) {
		Run run = run(Variant.GRACEFUL, way);
		assertThat(run.inFlight()).hasSize(USERS);
		assertThat(run.lost()).describedAs("%s", run.samples()).isPositive();
	}

	@Test
	void whenRedeployedThenUsersGoOnWithTheNewOne() {
		for (Variant variant : Variant.values()) {
			Run run = run(variant, Way.REDEPLOY);
			assertThat(run.samples())
				.filteredOn((sample) -> sample.outcome() == Outcome.OK
						&& sample.start().isAfter(run.stopped().plus(run.took())))
				.hasSizeGreaterThanOrEqualTo(USERS);
		}
	}

	private static Run run(Variant variant, Way way) {
		return RUNS.get(variant).get(way);
	}

	/**
	 * Runs all rows at the same time: they wait, most of the time.
	 */
	private static Map<Way, Run> run(Variant variant) throws Exception {
		Map<Way, Run> runs = new EnumMap<>(Way.class);
		List<Scenario> scenarios = new ArrayList<>();
		ExecutorService executor = Executors.newCachedThreadPool();
		try (ProofKit kit = new ProofKit(Path.of("target", "field", variant.name()))) {
			for (Way way : Way.values()) {
				scenarios.add(new Scenario(kit, variant, way));
			}
			all(executor, scenarios.stream().<Callable<Void>>map((scenario) -> scenario::start).toList());
			JmeterUsers.startAll(scenarios.stream().map((scenario) -> scenario.users).toList());
			all(executor, scenarios.stream().<Callable<Run>>map((scenario) -> scenario::stop).toList())
				.forEach((run) -> runs.put(run.way(), run));
		}
		finally {
			for (Scenario scenario : scenarios) {
				scenario.close();
			}
			executor.shutdownNow();
		}
		return runs;
	}

	private static <T> List<T> all(ExecutorService executor, List<Callable<T>> tasks) throws Exception {
		List<T> results = new ArrayList<>();
		for (Future<T> task : executor.invokeAll(tasks)) {
			results.add(task.get());
		}
		return results;
	}

	/**
	 * Returns how long the service may take to stop.
	 */
	private static Duration period(Way way) {
		return atLeast(LEAST_PERIOD, scaled(way.period()));
	}

	private static Duration atLeast(Duration least, Duration duration) {
		return (duration.compareTo(least) > 0) ? duration : least;
	}

	private static Duration scaled(int seconds) {
		return Duration.ofMillis(Math.round(seconds * 1000 * SCALE));
	}

	/**
	 * One row with one variant.
	 */
	private static final class Scenario implements AutoCloseable {

		private final ProofKit kit;

		private final Variant variant;

		private final Way way;

		private final int port = FreePort.find();

		private final JmeterUsers users;

		private final List<Instance> instances = new ArrayList<>();

		Scenario(ProofKit kit, Variant variant, Way way) {
			this.kit = kit;
			this.variant = variant;
			this.way = way;
			this.users = new JmeterUsers((variant + ", " + way).replace("`", ""), USERS,
					(way != Way.REDEPLOY) ? ROUNDS : Integer.MAX_VALUE, () -> this.instances.get(0).business());
		}

		Void start() {
			Instance instance = this.way.isLocal()
					? Local.start(this.kit, this.variant.hasStarter(), this.port, environment())
					: Container.start(image(), this.port, environment());
			this.instances.add(instance);
			instance.awaitStart();
			instance.setBusinessTime(BUSINESS_TIME);
			return null;
		}

		Run stop() throws IOException, InterruptedException {
			try {
				this.users.await(USERS, (sample) -> true);
				TimeUnit.MILLISECONDS.sleep(BUSINESS_TIME.toMillis() / 2);
				Instant stopped = Instant.now();
				int exitCode = stop(this.instances.get(0));
				Instant gone = Instant.now();
				if (this.way == Way.REDEPLOY) {
					start();
					this.users.await(USERS, (sample) -> sample.outcome() == Outcome.OK && sample.start().isAfter(gone));
					this.users.stop();
				}
				return new Run(this.way, this.variant, stopped, Duration.between(stopped, gone), exitCode,
						this.users.await(), this.users.summary(), this.instances.get(0).log());
			}
			finally {
				this.users.close();
			}
		}

		private int stop(Instance instance) throws IOException, InterruptedException {
			long period = period(this.way).toSeconds();
			return switch (this.way) {
				case LOCAL_INT -> ((Local) instance).kill(2);
				case LOCAL_TERM, REDEPLOY -> ((Local) instance).kill(15);
				case SERVICE_STOP -> ((Local) instance).stopService(period);
				case DOCKER_STOP, DOCKER_STOP_LONG, DOCKER_STOP_SHELL ->
					((Container) instance).stop("stop -t " + period);
				case DOCKER_KILL -> ((Container) instance).stop("kill -s TERM");
			};
		}

		private String image() {
			return (this.variant.hasStarter() ? Docker.PAY : Docker.PAY_WITHOUT_STARTER)
					+ ((this.way == Way.DOCKER_STOP_SHELL) ? PAY_SHELL : "");
		}

		private Map<String, String> environment() {
			String period = period(this.way).toMillis() + "ms";
			Map<String, String> environment = new TreeMap<>();
			environment.put("SPRING_PROFILES_ACTIVE", "none");
			environment.put("SPRING_DATASOURCE_URL", "jdbc:h2:mem:pay");
			environment.put("SERVER_ADDRESS", "127.0.0.1");
			environment.put("SERVER_PORT", Integer.toString(this.port));
			environment.put("SERVER_SHUTDOWN", this.variant.serverShutdown());
			environment.put("SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE", period);
			environment.put("GRACEFULSHUTDOWN_GRACEPERIOD", period);
			environment.put("GRACEFULSHUTDOWN_RESERVE", atLeast(LEAST_RESERVE, scaled(5)).toMillis() + "ms");
			environment.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m");
			return environment;
		}

		@Override
		public void close() {
			this.users.close();
			for (Instance instance : this.instances) {
				instance.close();
			}
		}

	}

}
