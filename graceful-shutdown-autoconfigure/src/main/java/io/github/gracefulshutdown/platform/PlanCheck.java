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
import java.util.function.Supplier;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownPhase;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether what the phases were told to take fits the grace period. What does not is
 * shortened without a word.
 *
 * @since 0.1.0
 */
public final class PlanCheck implements DoctorCheck {

	private final ShutdownBudget budget;

	private final @Nullable Duration settle;

	private final Supplier<Duration> settleAtLeast;

	private final @Nullable Duration drain;

	/**
	 * Make a check.
	 * @param budget the time there is
	 * @param settle the most that SETTLE was told to take, or {@code null} if it was not
	 * @param settleAtLeast what SETTLE takes at least
	 * @param drain what DRAIN was told to take, or {@code null} if it was not
	 */
	public PlanCheck(ShutdownBudget budget, @Nullable Duration settle, Supplier<Duration> settleAtLeast,
			@Nullable Duration drain) {
		this.budget = budget;
		this.settle = settle;
		this.settleAtLeast = settleAtLeast;
		this.drain = drain;
	}

	@Override
	public List<Finding> findings() {
		List<Finding> findings = new ArrayList<>();
		Duration total = this.budget.total();
		Duration share = this.budget.share(ShutdownPhase.SETTLE);
		if (this.settle != null && this.settle.compareTo(share) > 0) {
			findings.add(finding(
					"SETTLE is to take up to %s, and half of the budget, %s, is the most it gets."
						.formatted(seconds(this.settle), seconds(share)),
					this.budget.gracePeriodToSettle(this.settle),
					"graceful-shutdown.settle.max' and 'graceful-shutdown.settle.min"));
		}
		Duration settled = this.settleAtLeast.get();
		Duration left = total.minus((settled.compareTo(share) < 0) ? settled : share);
		if (this.drain != null && this.drain.compareTo(left) > 0) {
			findings.add(finding(
					"DRAIN is to take up to %s, and what SETTLE leaves it of the budget is %s at most."
						.formatted(seconds(this.drain), seconds(left)),
					this.budget.gracePeriod().plus(this.drain).minus(left), "graceful-shutdown.drain.timeout"));
		}
		return findings;
	}

	private static Finding finding(String problem, Duration gracePeriod, String properties) {
		return new Finding("plan-does-not-fit", problem,
				"Set 'graceful-shutdown.grace-period', and what the platform grants, to %ds or more, or lower '%s'."
					.formatted(gracePeriod.plusMillis(999).toSeconds(), properties));
	}

	private static String seconds(Duration duration) {
		return duration.toMillis() / 1000.0 + " s";
	}

}
