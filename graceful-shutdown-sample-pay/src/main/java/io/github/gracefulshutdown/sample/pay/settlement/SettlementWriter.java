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

package io.github.gracefulshutdown.sample.pay.settlement;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Transfers a chunk and keeps that it has. The rows, and how far the job has come, are
 * written in one transaction: either both are there or none is.
 */
class SettlementWriter implements ItemWriter<DueOrder> {

	private static final Log logger = LogFactory.getLog(SettlementWriter.class);

	private final JdbcTemplate jdbc;

	private final LocalDate day;

	private final Duration transferTime;

	SettlementWriter(JdbcTemplate jdbc, LocalDate day, Duration transferTime) {
		this.jdbc = jdbc;
		this.day = day;
		this.transferTime = transferTime;
	}

	@Override
	public void write(Chunk<? extends DueOrder> orders) {
		List<Object[]> rows = orders.getItems()
			.stream()
			.map((order) -> new Object[] { order.paymentId(), this.day, order.amount() })
			.toList();
		this.jdbc.batchUpdate("insert into settlement (payment_id, business_day, amount) values (?, ?, ?)", rows);
		logger.info("Transferring %d orders of %s".formatted(orders.size(), this.day));
		transfer();
	}

	/**
	 * Takes its time as a call through JDBC does, which no interrupt ends.
	 */
	private void transfer() {
		long end = System.nanoTime() + this.transferTime.toNanos();
		boolean interrupted = false;
		for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
			try {
				TimeUnit.NANOSECONDS.sleep(left);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
