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

package io.github.gracefulshutdown.autoconfigure;

import java.util.stream.Collectors;

import io.github.gracefulshutdown.platform.DoctorFindingsException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what was found, and what to do about each.
 */
class DoctorFindingsFailureAnalyzer extends AbstractFailureAnalyzer<DoctorFindingsException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, DoctorFindingsException cause) {
		String problems = cause.getFindings()
			.stream()
			.map((finding) -> "    [%s] %s\n".formatted(finding.id(), finding.problem()))
			.collect(Collectors.joining());
		String fixes = cause.getFindings()
			.stream()
			.map((finding) -> "    [%s] %s\n".formatted(finding.id(), finding.fix()))
			.collect(Collectors.joining());
		return new FailureAnalysis(
				"This application will not stop gracefully, and is not to start with what was found:\n\n" + problems,
				"For each of them:\n\n" + fixes
						+ "\nOr set 'graceful-shutdown.doctor-severity.<id>' to 'warn' or 'off', or 'graceful-shutdown.doctor' to 'warn'.",
				cause);
	}

}
