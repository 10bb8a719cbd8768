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

import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobInstanceAlreadyCompleteException;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Settles days, each once, whichever instance is asked and however often. A day that was
 * begun and is not settled yet is resumed by the next instance that starts, where it was
 * stopped or killed.
 */
@Service
class Settlement {

	private static final Log logger = LogFactory.getLog(Settlement.class);

	private final Job job;

	private final JobOperator operator;

	private final JobRepository repository;

	private final JdbcClient jdbc;

	private final DataSource dataSource;

	private final AsyncTaskExecutor executor;

	Settlement(Job job, JobOperator operator, JobRepository repository, JdbcClient jdbc, DataSource dataSource,
			AsyncTaskExecutor executor) {
		this.job = job;
		this.operator = operator;
		this.repository = repository;
		this.jdbc = jdbc;
		this.dataSource = dataSource;
		this.executor = executor;
	}

	/**
	 * Settles a day in the background, or what is left of it.
	 * @param day a day that is over
	 */
	void start(LocalDate day) {
		try {
			this.jdbc.sql("insert into settlement_day (business_day) values (?)").param(day).update();
		}
		catch (DuplicateKeyException ex) {
			// it was begun before
		}
		this.executor.execute(() -> settle(day));
	}

	@EventListener(ApplicationReadyEvent.class)
	void resume() {
		List<LocalDate> days = this.jdbc.sql("""
				select business_day from settlement_day
				where business_day not in (select business_day from settlement_total) order by business_day""")
			.query(LocalDate.class)
			.list();
		days.forEach((day) -> this.executor.execute(() -> settle(day)));
	}

	private void settle(LocalDate day) {
		try (Connection connection = this.dataSource.getConnection()) {
			connection.setAutoCommit(false);
			if (!lock(connection, day)) {
				logger.info("Another instance settles " + day);
				return;
			}
			JobParameters parameters = new JobParametersBuilder().addLocalDate("day", day).toJobParameters();
			JobExecution last = this.repository.getLastJobExecution(this.job.getName(), parameters);
			if (last != null && last.isRunning()) {
				// whoever ran it would hold the lock: it was killed
				this.operator.recover(last);
			}
			logger.info("Settling of %s: %s".formatted(day, this.operator.start(this.job, parameters).getStatus()));
		}
		catch (JobInstanceAlreadyCompleteException ex) {
			logger.info(day + " is settled");
		}
		catch (SQLException | JobExecutionException ex) {
			logger.error("Settling of %s failed".formatted(day), ex);
		}
	}

	/**
	 * Locks a day as long as the connection is open, which it is no longer when the
	 * process is gone, however it went.
	 */
	private static boolean lock(Connection connection, LocalDate day) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(
				"select business_day from settlement_day where business_day = ? for update skip locked")) {
			statement.setDate(1, Date.valueOf(day));
			return statement.executeQuery().next();
		}
	}

}
