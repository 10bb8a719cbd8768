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

import java.time.LocalDate;
import java.util.Map;

import javax.sql.DataSource;

import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.configuration.support.JdbcDefaultBatchConfiguration;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.item.database.JdbcPagingItemReader;
import org.springframework.batch.infrastructure.item.database.Order;
import org.springframework.batch.infrastructure.item.database.builder.JdbcPagingItemReaderBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The job that settles a day: first its orders, chunk by chunk, then their total.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SettlementProperties.class)
class SettlementConfiguration extends JdbcDefaultBatchConfiguration {

	@Bean
	Job settlementJob(JobRepository repository, PlatformTransactionManager transactions,
			JdbcPagingItemReader<DueOrder> orders, SettlementWriter writer, Tasklet total,
			SettlementProperties properties) {
		return new JobBuilder("settlement", repository)
			.start(new StepBuilder("settle", repository).<DueOrder, DueOrder>chunk(properties.chunkSize())
				.transactionManager(transactions)
				.reader(orders)
				.writer(writer)
				.build())
			.next(new StepBuilder("total", repository).tasklet(total, transactions).build())
			.build();
	}

	@Bean
	@StepScope
	JdbcPagingItemReader<DueOrder> orders(DataSource dataSource, SettlementProperties properties,
			@Value("#{jobParameters['day']}") LocalDate day) throws Exception {
		return new JdbcPagingItemReaderBuilder<DueOrder>().name("orders")
			.dataSource(dataSource)
			.selectClause("payment_id, amount")
			.fromClause("pay_order")
			.whereClause("ordered_at >= :from and ordered_at < :to")
			.parameterValues(Map.of("from", day.atStartOfDay(), "to", day.plusDays(1).atStartOfDay()))
			.sortKeys(Map.of("payment_id", Order.ASCENDING))
			.pageSize(properties.chunkSize())
			.dataRowMapper(DueOrder.class)
			.build();
	}

	@Bean
	@StepScope
	SettlementWriter settlementWriter(JdbcTemplate jdbc, @Value("#{jobParameters['day']}") LocalDate day,
			SettlementProperties properties) {
		return new SettlementWriter(jdbc, day, properties.transferTime());
	}

	@Bean
	@StepScope
	Tasklet total(JdbcTemplate jdbc, @Value("#{jobParameters['day']}") LocalDate day) {
		return (contribution, context) -> {
			jdbc.update("""
					insert into settlement_total (business_day, orders, amount)
					select cast(? as date), count(*), coalesce(sum(amount), 0) from settlement
					where business_day = ?""", day, day);
			return RepeatStatus.FINISHED;
		};
	}

	/**
	 * Makes the tables of Spring Batch, whose scripts fail where they are there already.
	 */
	@Bean
	DataSourceScriptDatabaseInitializer batchDatabaseInitializer(DataSource dataSource) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		settings.setSchemaLocations(new PlatformPlaceholderDatabaseDriverResolver().resolveAll(dataSource,
				"classpath:org/springframework/batch/core/schema-@@platform@@.sql"));
		settings.setMode(DatabaseInitializationMode.ALWAYS);
		settings.setContinueOnError(true);
		return new DataSourceScriptDatabaseInitializer(dataSource, settings);
	}

}
