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

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.github.gracefulshutdown.inflight.kinds.WorkKind.Outcome;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of every kind of work, in processes that have all of it in flight at once:
 * Spring Boot alone beside the starter. The table in the documentation is what is
 * measured here.
 */
class InFlightTableIT {

	private static final String BEGIN = "<!-- what InFlightTableIT measures -->\n";

	private static final String END = "<!-- end -->\n";

	@RegisterExtension
	static final Brokers brokers = new Brokers();

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@Test
	void whenEveryKindOfWorkIsInFlightThenItEndsAsTheDocumentationSays() throws Exception {
		CompletableFuture<Map<WorkKind, Outcome>> starter = round("starter", InFlightTableIT::takesItsTime);
		CompletableFuture<Map<WorkKind, Outcome>> boot = round("boot", InFlightTableIT::takesItsTime);
		CompletableFuture.allOf(starter, boot).join();
		CompletableFuture<Map<WorkKind, Outcome>> starterForEver = round("starter", (kind) -> Work.FOR_EVER);
		CompletableFuture<Map<WorkKind, Outcome>> bootForEver = round("boot", (kind) -> Work.FOR_EVER);
		String table = table(boot.join(), starter.join(), bootForEver.join(), starterForEver.join());
		Files.writeString(Path.of("target", "in-flight.md"), table);
		System.out.println(table);
		for (WorkKind kind : WorkKind.values()) {
			if (WorkKind.inTime().contains(kind)) {
				assertThat(starter.join()).containsEntry(kind, Outcome.FINISHED);
				assertThat(boot.join()).containsEntry(kind, kind.bootAlone());
			}
			if (WorkKind.forEver().contains(kind)) {
				assertThat(starterForEver.join()).containsEntry(kind,
						kind.isEndless() ? Outcome.FINISHED : Outcome.CUT);
				assertThat(bootForEver.join()).containsEntry(kind, Outcome.LOST);
			}
		}
		assertThat(documented()).isEqualTo(table);
	}

	/**
	 * Work of a kind that Spring Boot waits for takes as long as it waits; what it does
	 * not wait for, or not long enough, takes longer than that.
	 */
	private static Duration takesItsTime(WorkKind kind) {
		return switch (kind) {
			case STREAM -> Duration.ofSeconds(2);
			case QUEUED -> Duration.ofSeconds(1);
			case ASYNC -> Duration.ofSeconds(9);
			case OWN -> Duration.ofSeconds(12);
			case SIMPLE, EXECUTOR, RABBIT -> Duration.ofSeconds(15);
			default -> Duration.ofSeconds(5);
		};
	}

	private CompletableFuture<Map<WorkKind, Outcome>> round(String name, Function<WorkKind, Duration> takes) {
		CompletableFuture<Map<WorkKind, Outcome>> outcomes = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				outcomes.complete(run(name, takes));
			}
			catch (Throwable ex) {
				outcomes.completeExceptionally(ex);
			}
		}, name);
		thread.start();
		return outcomes;
	}

	private Map<WorkKind, Outcome> run(String name, Function<WorkKind, Duration> takes) throws Exception {
		boolean forEver = takes.apply(WorkKind.REQUEST).equals(Work.FOR_EVER);
		Set<WorkKind> kinds = forEver ? WorkKind.forEver() : WorkKind.inTime();
		String queue = name + (forEver ? "-for-ever" : "");
		RunningApplication application = KindsProcess.start(this.kit, brokers, queue, kinds, name.equals("starter"),
				forEver ? Duration.ofSeconds(8) : Duration.ofSeconds(30));
		InFlight inFlight = new InFlight(application, queue);
		for (WorkKind kind : kinds) {
			inFlight.start(kind, takes.apply(kind));
		}
		StopReport stop = Terminations.dockerStop(Duration.ofSeconds(forEver ? 8 : 30)).stop(application);
		if (name.equals("starter")) {
			assertThat(stop.exitCode()).isEqualTo(143);
		}
		return inFlight.outcomes(kinds, brokers);
	}

	private static String table(Map<WorkKind, Outcome> boot, Map<WorkKind, Outcome> starter,
			Map<WorkKind, Outcome> bootForEver, Map<WorkKind, Outcome> starterForEver) {
		StringBuilder table = new StringBuilder();
		table.append("| | takes its time: Spring Boot alone | with the starter | never ends: Spring Boot alone "
				+ "| with the starter |\n|---|---|---|---|---|\n");
		for (WorkKind kind : WorkKind.values()) {
			table.append("| %s | %s | %s | %s | %s |\n".formatted(kind.label(), cell(boot.get(kind)),
					cell(starter.get(kind)), cell(bootForEver.get(kind)), cell(starterForEver.get(kind))));
		}
		return table.toString();
	}

	private static String cell(Outcome outcome) {
		return (outcome != null) ? outcome.name().toLowerCase(Locale.ROOT) : "";
	}

	private static String documented() throws Exception {
		String document = Files.readString(Path.of("..", "..", "docs", "in-flight.md"));
		return document.substring(document.indexOf(BEGIN) + BEGIN.length(), document.indexOf(END));
	}

}
