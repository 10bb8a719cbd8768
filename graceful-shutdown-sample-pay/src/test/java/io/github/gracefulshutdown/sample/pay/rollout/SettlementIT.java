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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A settlement that takes twice the grace period: it is ended in the middle, and the next
 * start does the rest of it and nothing twice.
 */
@Tag("environment")
class SettlementIT {

	private static final Duration GRACE_PERIOD = Duration.ofSeconds(10);

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int ORDERS = 100;

	private static final String TRANSFERRING = "Transferring 10 orders of ";

	@RegisterExtension
	static final ProofKit kit = new ProofKit();

	private static PayBackend backend;

	private static JdbcTemplate jdbc;

	@BeforeAll
	static void startBackend() throws IOException {
		backend = PayBackend.start(kit);
		jdbc = new JdbcTemplate(new DriverManagerDataSource(backend.databaseUrl(), "sa", ""));
	}

	@AfterAll
	static void stopBackend() {
		backend.close();
	}

	@Test
	void whenStoppedAndThenKilledInTheMiddleThenEachOrderIsSettledOnce() throws IOException {
		LocalDate day = LocalDate.of(2026, 1, 1);
		RunningApplication first = slow(Variant.STARTER, "stopped").start();
		order(day);
		settle(first, day);
		first.awaitLog(TRANSFERRING + day, PATIENCE);
		StopReport stop = Terminations.kubelet(GRACE_PERIOD).stop(first);
		assertThat(stop.killed()).isFalse();
		assertThat(first.log()).anyMatch((line) -> line.contains("batch settlement is STOPPED in step settle after"));
		long stopped = settled(day);
		assertThat(stopped).isPositive().isLessThan(ORDERS);
		RunningApplication second = slow(Variant.STARTER, "killed").start();
		Await.until("the second run has settled something", () -> settled(day) > stopped);
		second.awaitLog(TRANSFERRING + day, PATIENCE);
		Terminations.kill(9).stop(second);
		assertThat(settled(day)).isLessThan(ORDERS);
		RunningApplication third = application(Variant.STARTER, "resumed", Duration.ZERO).start();
		third.awaitLog("Settling of " + day + ": COMPLETED", PATIENCE);
		assertThat(settled(day)).isEqualTo(ORDERS);
		assertThat(written(day)).as("in chunks that were committed").isEqualTo(ORDERS);
		assertThat(executions(day)).containsExactly("STOPPED", "FAILED", "COMPLETED");
		assertThat(jdbc.queryForList("select orders from settlement_total where business_day = ?", Integer.class, day))
			.containsExactly(ORDERS);
	}

	@Test
	void whenStoppedBySpringBootAloneThenJobIsTornAndStaysStarted() throws IOException {
		LocalDate day = LocalDate.of(2026, 2, 2);
		// nobody waits for it
		RunningApplication application = application(Variant.GRACEFUL, "alone", Duration.ofSeconds(30))
			.property("spring.lifecycle.timeout-per-shutdown-phase", "1s")
			.start();
		order(day);
		settle(application, day);
		application.awaitLog(TRANSFERRING + day, PATIENCE);
		Terminations.kubelet(GRACE_PERIOD).stop(application);
		assertThat(executions(day)).as("which Spring Batch takes for running, and does not start again")
			.containsExactly("STARTED");
		assertThat(settled(day)).isZero();
		// nothing for the next instance to resume
		jdbc.update("delete from settlement_day where business_day = ?", day);
	}

	private static ApplicationBuilder slow(Variant variant, String name) {
		return application(variant, name, GRACE_PERIOD.multipliedBy(2).dividedBy(ORDERS / 10));
	}

	private static ApplicationBuilder application(Variant variant, String name, Duration transferTime) {
		return backend.application(variant, name, "none")
			.property("graceful-shutdown.grace-period", GRACE_PERIOD.toString())
			.property("graceful-shutdown.reserve", "2s")
			.property("pay.settlement.chunk-size", "10")
			.property("pay.settlement.transfer-time", transferTime.toString());
	}

	private static void order(LocalDate day) {
		jdbc.batchUpdate("insert into pay_order (payment_id, amount, device_code, ordered_at) values (?, 9.90, 'd', ?)",
				IntStream.range(0, ORDERS).mapToObj((i) -> new Object[] { day + "-" + i, day.atTime(12, 0) }).toList());
	}

	private static void settle(RunningApplication application, LocalDate day) throws IOException {
		URI uri = application.uri().resolve("/api/pay/settlement?day=" + day);
		HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
		connection.setRequestMethod("POST");
		assertThat(connection.getResponseCode()).isEqualTo(202);
	}

	private static long settled(LocalDate day) {
		Long count = jdbc.queryForObject("select count(*) from settlement where business_day = ?", Long.class, day);
		return (count != null) ? count : 0;
	}

	private static long written(LocalDate day) {
		Long count = jdbc.queryForObject("""
				select sum(s.write_count) from batch_step_execution s
				join batch_job_execution_params p on p.job_execution_id = s.job_execution_id
				where p.parameter_value = ?""", Long.class, day.toString());
		return (count != null) ? count : 0;
	}

	private static List<String> executions(LocalDate day) {
		return jdbc.queryForList("""
				select e.status from batch_job_execution e
				join batch_job_execution_params p on p.job_execution_id = e.job_execution_id
				where p.parameter_value = ? order by e.job_execution_id""", String.class, day.toString());
	}

}
