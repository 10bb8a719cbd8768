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

import java.util.ArrayList;
import java.util.List;

import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.platform.DoctorFindingsException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the doctor finds in {@link PayApplication}, which is an ordinary application.
 */
class DoctorFindingsTests {

	@Test
	void whenStartedAsItIsThenNothingIsFound() {
		start().close();
	}

	@Test
	void controlWhenToldWhatDoesNotFitThenItIsFound() {
		assertThatExceptionOfType(DoctorFindingsException.class)
			.isThrownBy(() -> start("--spring.main.cloud-platform=kubernetes", "--graceful-shutdown.settle.mode=never",
					"--graceful-shutdown.drain.timeout=60s"))
			.satisfies(
					(ex) -> assertThat(ex.getFindings()).extracting(Finding::id).containsExactly("plan-does-not-fit"));
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.addAll(List.of("--graceful-shutdown.doctor=fail", "--spring.profiles.active=none", "--server.port=0",
				"--spring.datasource.url=jdbc:h2:mem:doctor"));
		return SpringApplication.run(PayApplication.class, all.toArray(String[]::new));
	}

}
