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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * Looks whether the grace period is the one that the platform grants: what the manifest
 * says in an environment variable, or, where nobody has said anything, what the platform
 * does then.
 *
 * @since 0.1.0
 */
public final class GracePeriodCheck implements DoctorCheck {

	private static final String TOLD = "GRACEFULSHUTDOWN_GRACEPERIOD";

	private final Surroundings surroundings;

	private final Duration gracePeriod;

	private final boolean told;

	private final boolean onCloudPlatform;

	/**
	 * Make a check.
	 * @param surroundings where the process runs
	 * @param gracePeriod the grace period that applies
	 * @param told whether anybody has set it
	 * @param onCloudPlatform whether a platform runs the container that grants as much as
	 * is assumed
	 */
	public GracePeriodCheck(Surroundings surroundings, Duration gracePeriod, boolean told, boolean onCloudPlatform) {
		this.surroundings = surroundings;
		this.gracePeriod = gracePeriod;
		this.told = told;
		this.onCloudPlatform = onCloudPlatform;
	}

	@Override
	public List<Finding> findings() {
		List<Finding> findings = new ArrayList<>();
		for (Map.Entry<String, String> variable : this.surroundings.environment().entrySet()) {
			Duration said = said(variable.getKey(), variable.getValue());
			if (said != null && !said.equals(this.gracePeriod)) {
				findings.add(new Finding("grace-period-differs",
						"The environment says '%s=%s', and the grace period that applies is %s."
							.formatted(variable.getKey(), variable.getValue(), seconds(this.gracePeriod)),
						("Set '%s', with a unit, to what the platform grants, and 'graceful-shutdown.grace-period'"
								+ " nowhere else.")
							.formatted(TOLD)));
			}
		}
		Surroundings.ContainerRuntime runtime = this.surroundings.runtime();
		if (runtime != null && !this.told && !this.onCloudPlatform
				&& runtime.gracePeriod().compareTo(this.gracePeriod) < 0) {
			findings.add(new Finding("grace-period-assumed",
					"Nobody has said what grace period there is: %s is assumed, and %s grants %s unless it is told otherwise."
						.formatted(seconds(this.gracePeriod), runtime.name(), seconds(runtime.gracePeriod())),
					"Set '%s' to what %s says.".formatted(TOLD, runtime.setting())));
		}
		return findings;
	}

	/**
	 * Return the grace period that a variable says. Spring Boot reads none whose name is
	 * not spelled as it wants.
	 */
	private static @Nullable Duration said(String name, String value) {
		try {
			boolean meant = TOLD.replace("_", "").equals(name.replaceAll("[^A-Za-z]", "").toUpperCase(Locale.ROOT));
			return meant ? DurationStyle.detectAndParse(value.strip()) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static String seconds(Duration duration) {
		return duration.toMillis() / 1000.0 + " s";
	}

}
