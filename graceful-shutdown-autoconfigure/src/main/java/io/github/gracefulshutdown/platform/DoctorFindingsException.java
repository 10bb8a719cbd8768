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

package io.github.gracefulshutdown.platform;

import java.util.List;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.Finding;

/**
 * The application is not to run like this: something will go wrong when it is stopped.
 *
 * @since 0.1.0
 */
public final class DoctorFindingsException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient List<Finding> findings;

	DoctorFindingsException(List<Finding> findings) {
		super(findings.stream().map(Finding::problem).collect(Collectors.joining(" ")));
		this.findings = findings;
	}

	/**
	 * Return what was found.
	 * @return the findings, never empty
	 */
	public List<Finding> getFindings() {
		return this.findings;
	}

}
