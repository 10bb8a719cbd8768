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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.gracefulshutdown.sample.pay.Debit;
import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.Outcome;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Payments in flight at SIGTERM, with the database that the service has where no other is
 * configured: one in its own process.
 */
@Tag("environment")
class DefaultDatabaseIT {

	private static final String DIRECTORY = "./target";

	private static final Request PAY = Request.post("/api/pay").json("""
			{"paymentId":"p-{n}","amount":9.90,"deviceCode":"d{n}"}""");

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private Path directory;

	@Test
	void whenStoppedThenOrdersInFlightAreWritten() throws IOException {
		Result result = stop(defaultUrl());
		result.inFlight().assertNothingLost();
		assertThat(result.chargedWithoutOrder()).isEmpty();
	}

	@Test
	void whenDatabaseHasAShutdownHookThenPaymentsInFlightAreChargedWithoutOrder() throws IOException {
		Result result = stop("jdbc:h2:file:" + DIRECTORY + "/pay;AUTO_SERVER=TRUE");
		assertThat(result.load().count(Outcome.SERVER_ERROR)).isPositive();
		assertThat(result.chargedWithoutOrder()).isNotEmpty();
	}

	private static String defaultUrl() throws IOException {
		Object url = new YamlPropertySourceLoader().load("default", new ClassPathResource("application.yml"))
			.get(0)
			.getProperty("spring.datasource.url");
		assertThat(url).asString().contains(DIRECTORY);
		return String.valueOf(url);
	}

	private Result stop(String url) throws IOException {
		String ownUrl = url.replace(DIRECTORY, this.directory.toString());
		try (PayBackend backend = PayBackend.start(this.kit)) {
			RunningApplication application = backend.application(Variant.STARTER, "pay", "none")
				.property("spring.datasource.url", ownUrl)
				.property("pay.order-delay", "300ms")
				.start();
			RunningLoad load = this.kit.load()
				.target(application.uri())
				.group(ClientGroup.of("payments", 16, Connections.KEEP_ALIVE, PAY)
					.thinkTime(Duration.ofMillis(1), Duration.ofMillis(20)))
				.start()
				.awaitRequests(200);
			Moment before = Moment.now();
			StopReport stop = Terminations.kubelet(Duration.ofSeconds(30)).stop(application);
			assertThat(stop.killed()).isFalse();
			LoadReport report = load.stop();
			assertThat(report.inFlightAt(before).all()).isNotEmpty();
			return new Result(report, report.inFlightAt(before), backend.chargedWithoutOrder(ownUrl));
		}
	}

	private record Result(LoadReport load, LoadReport inFlight, List<Debit> chargedWithoutOrder) {

	}

}
