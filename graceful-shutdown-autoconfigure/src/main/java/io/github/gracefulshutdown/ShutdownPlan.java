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

package io.github.gracefulshutdown;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What each step of a shutdown has if each before it takes all it may: the six phases,
 * then the rest of the close. Together that is never more than the grace period. Time
 * that a phase leaves over goes to those after it. Made from {@link ShutdownBudget}, from
 * which all deadlines come. Immutable.
 *
 * @param gracePeriod the time from the first trigger to the end of the process
 * @param left what was left of it when the plan was made: all of it while the instance is
 * in service, less at the second trigger
 * @param lifecycleTimeout how long Spring waits for a single lifecycle phase in this
 * close, never longer than {@code spring.lifecycle.timeout-per-shutdown-phase}
 * @param steps the steps, in their order
 * @since 0.1.0
 */
public record ShutdownPlan(Duration gracePeriod, Duration left, Duration lifecycleTimeout, List<Step> steps) {

	/**
	 * Name of the step in which Spring stops the beans that have a lifecycle and destroys
	 * the others.
	 */
	public static final String LIFECYCLE = "lifecycle";

	/**
	 * Name of the step in which the web server ends.
	 */
	public static final String SERVER = "server";

	/**
	 * Name of the step in which whatever still hangs is named and interrupted.
	 */
	public static final String WATCHDOG = "watchdog";

	public ShutdownPlan {
		steps = List.copyOf(steps);
	}

	/**
	 * Return what a phase has.
	 * @param phase the phase
	 * @return its share, {@link Duration#ZERO} if it was over when the plan was made
	 */
	public Duration share(ShutdownPhase phase) {
		return share(phase.name());
	}

	/**
	 * Return what a step has.
	 * @param step the name of the step
	 * @return its share, {@link Duration#ZERO} if there is no such step
	 */
	public Duration share(String step) {
		return this.steps.stream()
			.filter((candidate) -> candidate.name().equals(step))
			.map(Step::share)
			.findFirst()
			.orElse(Duration.ZERO);
	}

	/**
	 * Return the plan with a row for each step.
	 * @return several lines of text
	 */
	public String table() {
		return this.steps.stream()
			.map((step) -> "%n%10s  %10s  %s".formatted(text(step.begins()), text(step.share()), step.name()))
			.collect(Collectors.joining("", "Shutdown plan%n%10s  %10s  %s".formatted("begins", "share", "step"),
					"%n%10s  %10s  end of the grace period".formatted(text(this.left), "")));
	}

	/**
	 * Return the plan in one line.
	 * @return a line of text
	 */
	@Override
	public String toString() {
		return this.steps.stream()
			.map((step) -> step.name() + " " + text(step.share()))
			.collect(Collectors.joining(", ", "Shutdown plan for " + text(this.left) + ": ",
					" (" + text(this.lifecycleTimeout) + " a lifecycle phase)"));
	}

	private static String text(Duration duration) {
		long millis = duration.toMillis();
		return (millis != 0 && millis < 1000) ? millis + "ms"
				: BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString() + "s";
	}

	/**
	 * One step.
	 *
	 * @param name the name of the phase, or of a part of the rest of the close
	 * @param begins when it begins at the latest, from the moment the plan was made
	 * @param share what it has
	 */
	public record Step(String name, Duration begins, Duration share) {

	}

}
