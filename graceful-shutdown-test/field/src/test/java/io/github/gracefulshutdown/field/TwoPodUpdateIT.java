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
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.gracefulshutdown.test.Hook;
import io.github.gracefulshutdown.test.KubeletTermination;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.Termination;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The first field report: a payment service with Nacos, PostgreSQL, RabbitMQ and Redis,
 * two pods of which are replaced while JMeter pays without a pause.
 */
@Tag("environment")
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TwoPodUpdateIT {

	/**
	 * What the report's preStop hook slept, in each pod, which had no more time than
	 * that.
	 */
	private static final Duration REPORTED_SLEEP = Duration.ofMinutes(2);

	private static final Path RESULT = Path.of("target", "field-report-1.txt");

	@RegisterExtension
	static final ProofKit kit = new ProofKit();

	private static PayManifest manifest;

	private static PayCluster cluster;

	@BeforeAll
	@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	static void startCluster() throws Exception {
		Files.deleteIfExists(RESULT);
		manifest = PayManifest.read();
		ServerProcess.find("wget", "wget");
		cluster = PayCluster.start(kit, manifest);
	}

	@AfterAll
	static void stopCluster() {
		if (cluster != null) {
			cluster.close();
		}
	}

	@Test
	void whenBothPodsAreReplacedThenNoSampleFailsAndNothingIsLost() throws Exception {
		TwoPodUpdate update = run("starter", true, (pod) -> kubelet().preStop(Hook.exec(manifest.preStop(pod.port()))));
		assertThat(update.failures()).isEmpty();
		assertThat(update.stops()).allSatisfy((stop) -> {
			assertThat(stop.preStop().status()).as(stop.preStop().output()).isZero();
			assertThat(stop.killed()).isFalse();
			assertThat(stop.exitCode()).isEqualTo(143);
		});
		assertThat(update.logs())
			.allSatisfy((log) -> assertThat(log).anyMatch((line) -> line.contains("phase=DRAIN outcome=DONE")));
		assertThat(cluster.ordered("starter")).hasSize(cluster.keys("starter"))
			.hasSizeBetween(update.samples().size() / 2, update.samples().size() / 2 + 10)
			.containsExactlyInAnyOrderElementsOf(cluster.charged("starter"))
			.containsExactlyInAnyOrderElementsOf(cluster.receipts("starter"));
		assertThat(update.terminations().multipliedBy(8)).isLessThanOrEqualTo(REPORTED_SLEEP.multipliedBy(2));
	}

	@Test
	void whenBothPodsAreReplacedWithoutTheStarterThenSamplesFail() throws Exception {
		assertThat(run("control", false, (pod) -> kubelet()).failures()).isNotEmpty();
	}

	/**
	 * Nobody moves the users off while the hook sleeps, and there is no time left for
	 * them when it has slept. JMeter does not ask Nacos, so it makes no difference that
	 * nobody answers the call.
	 */
	@Test
	void whenBothPodsAreReplacedAsReportedThenSamplesFail() throws Exception {
		Duration sleep = REPORTED_SLEEP.dividedBy(10);
		TwoPodUpdate update = run("report", false,
				(pod) -> Terminations.kubelet(sleep)
					.preStop(Hook.exec("sh", "-c",
							"wget -qO- --post-data= http://127.0.0.1:%d/actuator/deregister; sleep %d"
								.formatted(pod.port(), sleep.toSeconds()))));
		assertThat(update.stops()).allSatisfy((stop) -> assertThat(stop.duration()).isGreaterThanOrEqualTo(sleep));
		assertThat(update.failures()).isNotEmpty();
	}

	private static KubeletTermination kubelet() {
		return Terminations.kubelet(manifest.gracePeriod());
	}

	private static TwoPodUpdate run(String device, boolean starter,
			Function<RunningApplication, Termination> termination) throws Exception {
		TwoPodUpdate update = TwoPodUpdate.run(cluster, device, starter, termination);
		report(device + ": " + update);
		update.stops().forEach((stop) -> report(device + ": " + stop));
		update.failures().forEach((failure) -> report(device + ": " + failure.message()));
		return update;
	}

	private static void report(String line) {
		try {
			System.out.println(line);
			Files.writeString(RESULT, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
