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

package io.github.gracefulshutdown.sample.pay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for a start without a table, which has to fail: payments would be debited and not
 * ordered.
 */
class MissingTableTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceInitializationAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				JdbcClientAutoConfiguration.class))
		.withUserConfiguration(Payments.class)
		.withPropertyValues("spring.datasource.generate-unique-name=true", "spring.sql.init.continue-on-error=true");

	@Test
	void whenNoTableIsMadeThenTheApplicationDoesNotStart() {
		assertThatException()
			.isThrownBy(
					() -> SpringApplication
						.run(PayApplication.class, "--spring.profiles.active=none", "--server.port=0",
								"--spring.datasource.url=jdbc:h2:mem:missing", "--spring.sql.init.mode=never")
						.close())
			.withStackTraceContaining("\"PAY_ORDER\" not found");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "pay_order", "idempotency_key", "receipt", "settlement_day", "settlement", "settlement_total" })
	void whenTableIsMissingThenTheStartFails(String table, @TempDir Path directory) throws IOException {
		Path script = Files.writeString(directory.resolve("drop.sql"), "drop table " + table);
		this.runner.withPropertyValues("spring.sql.init.data-locations=" + script.toUri())
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("\"" + table.toUpperCase(Locale.ROOT) + "\" not found"));
	}

	@Test
	void controlWhenNoTableIsMissingThenItStarts() {
		this.runner.run((context) -> assertThat(context).hasNotFailed());
	}

	@EnableConfigurationProperties(PayProperties.class)
	@Import({ PayConfiguration.class, OrderBook.class })
	static class Payments {

	}

}
