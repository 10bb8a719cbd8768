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

package io.github.gracefulshutdown.work.batch;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import javax.sql.DataSource;

import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.job.AbstractJob;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.launch.support.JobOperatorFactoryBean;
import org.springframework.batch.core.listener.JobExecutionListener;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.springframework.batch.infrastructure.item.support.AbstractItemCountingItemStreamItemReader;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Settles 50 payments, ten at a time, in a database where a payment that is settled twice
 * is there twice. The second chunk does not end before it is told to.
 */
final class Settlement {

	static final int PAYMENTS = 50;

	static final int CHUNK = 10;

	private final DataSource dataSource = new DriverManagerDataSource(
			"jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");

	private final PlatformTransactionManager transactions = new JdbcTransactionManager(this.dataSource);

	private final JdbcTemplate jdbc = new JdbcTemplate(this.dataSource);

	private final JobRepository repository;

	private final CountDownLatch inHand = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private volatile Thread thread;

	private volatile boolean interrupted;

	Settlement() throws Exception {
		DatabasePopulatorUtils.execute(
				new ResourceDatabasePopulator(new ClassPathResource("org/springframework/batch/core/schema-h2.sql")),
				this.dataSource);
		this.jdbc.execute("create table settled (payment int)");
		JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
		factory.setDataSource(this.dataSource);
		factory.setTransactionManager(this.transactions);
		factory.afterPropertiesSet();
		this.repository = factory.getObject();
	}

	JobRepository repository() {
		return this.repository;
	}

	JobOperator operator(AbstractJob job) throws Exception {
		MapJobRegistry registry = new MapJobRegistry();
		registry.register(job);
		JobOperatorFactoryBean factory = new JobOperatorFactoryBean();
		factory.setJobRepository(this.repository);
		factory.setJobRegistry(registry);
		factory.setTransactionManager(this.transactions);
		factory.setTaskExecutor(new SimpleAsyncTaskExecutor("batch-"));
		factory.afterPropertiesSet();
		return factory.getObject();
	}

	AbstractJob job(Step... steps) {
		SimpleJobBuilder job = new JobBuilder("settlement", this.repository).start(steps[0]);
		for (Step step : List.of(steps).subList(1, steps.length)) {
			job.next(step);
		}
		return (AbstractJob) job.build();
	}

	/**
	 * Settles the payments in chunks.
	 */
	Step chunks() {
		return new StepBuilder("settle", this.repository).<Integer, Integer>chunk(CHUNK)
			.transactionManager(this.transactions)
			.reader(payments())
			.writer(this::write)
			.build();
	}

	/**
	 * Settles the payments in chunks, as it was done up to Spring Batch 5.
	 */
	@SuppressWarnings("removal")
	Step chunksOfTasklet() {
		return new StepBuilder("settle", this.repository).<Integer, Integer>chunk(CHUNK, this.transactions)
			.reader(payments())
			.writer(this::write)
			.build();
	}

	private void write(Chunk<? extends Integer> payments) {
		for (Integer payment : payments) {
			this.jdbc.update("insert into settled values (?)", payment);
		}
		if (payments.getItems().contains(CHUNK + 1)) {
			hold();
		}
	}

	Step tasklet(String name, Tasklet tasklet) {
		return new StepBuilder(name, this.repository).tasklet(tasklet, this.transactions).build();
	}

	/**
	 * Settles one payment in a single call.
	 */
	Step single(String name, int payment) {
		return tasklet(name, (contribution, context) -> {
			settle(payment);
			return RepeatStatus.FINISHED;
		});
	}

	void settle(int payment) {
		write(Chunk.of(payment));
	}

	private void hold() {
		if (this.thread != null) {
			return;
		}
		this.thread = Thread.currentThread();
		this.inHand.countDown();
		boolean interrupted = false;
		while (this.released.getCount() > 0) {
			try {
				this.released.await();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			this.interrupted = true;
			Thread.currentThread().interrupt();
		}
	}

	private static ItemStreamReader<Integer> payments() {
		return new AbstractItemCountingItemStreamItemReader<Integer>() {

			{
				setName("payments");
			}

			@Override
			protected Integer doRead() {
				int item = getCurrentItemCount();
				return (item <= PAYMENTS) ? item : null;
			}

			@Override
			protected void doOpen() {
			}

			@Override
			protected void doClose() {
			}

		};
	}

	JobParameters day() {
		return new JobParametersBuilder().addString("day", "2026-01-01").toJobParameters();
	}

	void awaitInHand() throws InterruptedException {
		this.inHand.await();
	}

	void release() {
		this.released.countDown();
	}

	/**
	 * Lets the thread in hand go on, and waits until it has ended.
	 */
	void releaseAndJoin() throws InterruptedException {
		release();
		if (this.thread != null) {
			this.thread.join();
		}
	}

	void interrupt() {
		this.thread.interrupt();
	}

	boolean interrupted() {
		return this.interrupted;
	}

	JobExecution stored() {
		return this.repository.getLastJobExecution("settlement", day());
	}

	/**
	 * The next start: waits until the job is over.
	 */
	JobExecution runAgain(AbstractJob job) throws Exception {
		CompletableFuture<JobExecution> done = new CompletableFuture<>();
		job.registerJobExecutionListener(new JobExecutionListener() {

			@Override
			public void afterJob(JobExecution execution) {
				done.complete(execution);
			}

		});
		operator(job).start(job, day());
		return done.join();
	}

	List<Integer> settled() {
		return this.jdbc.queryForList("select payment from settled order by payment", Integer.class);
	}

}
