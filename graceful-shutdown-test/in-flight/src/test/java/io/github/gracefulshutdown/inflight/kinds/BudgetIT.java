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

package io.github.gracefulshutdown.inflight.kinds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.github.gracefulshutdown.inflight.kinds.WorkKind.Outcome;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Work that never ends and heeds no interrupt: the process says what it cut and ends by
 * itself, before the SIGKILL at the end of the grace period. {@code -Dbudget.runs=20}
 * repeats it.
 */
class BudgetIT {

	private static final Duration GRACE_PERIOD = Duration.ofSeconds(8);

	private static final int RUNS = Integer.getInteger("budget.runs", 1);

	private static final int AT_ONCE = 4;

	private static final int SIGTERM = 143;

	private static final int SIGKILL = 137;

	@RegisterExtension
	static final Brokers brokers = new Brokers();

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@Test
	void whenASinglePieceOfWorkHangsThenProcessEndsByItself() throws Exception {
		List<Callable<Run>> runs = new ArrayList<>();
		for (int run = 0; run < RUNS; run++) {
			for (WorkKind kind : WorkKind.forEver()) {
				String name = kind + "-" + run;
				runs.add(() -> run(name, EnumSet.of(kind), true));
			}
		}
		assertEndedByThemselves(runs);
	}

	@Test
	void whenAllWorkHangsThenProcessEndsByItself() throws Exception {
		List<Callable<Run>> runs = new ArrayList<>();
		for (int run = 0; run < RUNS; run++) {
			String name = "all-" + run;
			runs.add(() -> run(name, WorkKind.forEver(), true));
		}
		assertEndedByThemselves(runs);
	}

	@Test
	void whenAllWorkHangsWithSpringBootAloneThenProcessIsKilled() throws Exception {
		Run run = run("boot-hangs", WorkKind.forEver(), false);
		assertThat(run.stop.exitCode()).isEqualTo(SIGKILL);
		assertThat(run.outcomes).doesNotContainValue(Outcome.CUT);
	}

	private static void assertEndedByThemselves(List<Callable<Run>> runs) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE);
		try {
			for (Future<Run> future : executor.invokeAll(runs)) {
				Run run = future.get();
				System.out.println(run.name + " " + run.stop);
				assertThat(run.stop.exitCode()).as(run.name).isEqualTo(SIGTERM);
				run.outcomes.forEach((kind, outcome) -> assertThat(outcome).as("%s of %s", kind, run.name)
					.isEqualTo(kind.isEndless() ? Outcome.FINISHED : Outcome.CUT));
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private Run run(String name, Set<WorkKind> kinds, boolean starter) throws Exception {
		RunningApplication application = KindsProcess.application(this.kit, brokers, name, kinds, starter, GRACE_PERIOD)
			.property("kinds.stubborn", "true")
			.start();
		InFlight inFlight = new InFlight(application, name);
		for (WorkKind kind : kinds) {
			inFlight.start(kind, Work.FOR_EVER);
		}
		StopReport stop = Terminations.dockerStop(GRACE_PERIOD).stop(application);
		return new Run(name, stop, inFlight.outcomes(kinds, brokers));
	}

	private record Run(String name, StopReport stop, Map<WorkKind, Outcome> outcomes) {

	}

}
