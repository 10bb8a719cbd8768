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

package io.github.gracefulshutdown.field;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;

import io.github.gracefulshutdown.field.Sample.Outcome;
import org.apache.jmeter.util.JMeterUtils;

/**
 * Writes the table.
 */
final class FieldMatrix {

	private FieldMatrix() {
	}

	static String write(Map<Variant, Map<Way, Run>> runs, double scale, Duration businessTime) {
		StringBuilder text = new StringBuilder();
		text.append(
				"""
						# The field matrix
						A report from the field, played again. Ten users of JMeter call [a service](../graceful-shutdown-sample-pay) whose business takes 40 s, ten times each, over connections that are kept alive, which JMeter is told not to leave after a minute, as it does on its own. Half-way through their second call the service is stopped. Nobody takes over, so whoever calls afterwards is refused: nothing was sent, and nothing is lost. "Failed to respond" and "connection reset" are another matter: something was sent, and nobody knows what became of it.

						| how it is stopped | | samples | 200 | failed to respond | connection reset | cut short | connection refused | other status | answered of those in flight | p50 | p99 | max | the process |
						|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
						""");
		for (Way way : Way.values()) {
			for (Variant variant : Variant.values()) {
				text.append(row(runs.get(variant).get(way)));
			}
		}
		return text.append(footer(runs, scale, businessTime)).toString();
	}

	private static String row(Run run) {
		long answered = run.inFlight().stream().filter((sample) -> sample.outcome() == Outcome.OK).count();
		return "| %s | %s | %d | %d | %s | %s | %s | %d | %d | %d of %d | %s | %s | %s | %s |%n".formatted(run.way(),
				run.variant(), run.samples().size(), run.count(Outcome.OK),
				emphasized(run.count(Outcome.FAILED_TO_RESPOND)), emphasized(run.count(Outcome.CONNECTION_RESET)),
				emphasized(run.count(Outcome.OTHER_FAILURE)), run.count(Outcome.CONNECTION_REFUSED),
				run.count(Outcome.OTHER_STATUS), answered, run.inFlight().size(), seconds(run.percentile(0.5)),
				seconds(run.percentile(0.99)), seconds(run.percentile(1)),
				(run.killed() ? "killed after " : "ended after ") + seconds(run.took()) + ", " + run.exitCode());
	}

	private static String emphasized(long count) {
		return (count > 0) ? "**" + count + "**" : "0";
	}

	private static String seconds(Duration duration) {
		return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
	}

	private static String footer(Map<Variant, Map<Way, Run>> runs, double scale, Duration businessTime) {
		Map<Way, Run> starter = runs.get(Variant.STARTER);
		return """

				p50, p99 and max are those of the answers with 200. The process ends with 143 (130 after SIGINT) by itself, and with 137 when it is killed.

				- **Without** is `server.shutdown=immediate`, Spring Boot's default until 3.3: whatever is in flight is lost.
				- **Spring Boot's graceful** answers what is in flight, and then loses the next request on each connection that was kept alive.
				- **With the starter** answers say `Connection: close`, so that the next request needs a connection of its own, which is refused.
				- **Stop of a service** is what the `stop` of Debian's init scripts does, `start-stop-daemon --stop --retry TERM/50/KILL/5`. `systemctl stop` sends the same two signals.
				- **`docker stop`, 10 s** is less than business takes; the application is told so (`GRACEFULSHUTDOWN_GRACEPERIOD=10s`). Nobody can answer in time. Spring Boot waits until it is killed, and nobody knows what was lost. With the starter whoever is in flight is interrupted before, answers 503, and is named. Scaled, it is never less than 3 s, 2 s of which are the reserve, so that a busy machine has the time to answer:
				  ```
				  %s
				  ```
				- **Shell-form** is `ENTRYPOINT java -jar pay.jar | tee target/pay.log`: process 1 is the shell, and the JVM is killed without having heard of SIGTERM. No library can help there; the starter says so when the service starts, and does not let it start with `graceful-shutdown.doctor=fail`:
				  ```
				  %s
				  ```
				- **Redeploy**: users go on until the new one, on the same port, has answered each of them.

				Containers have the host's network, as one sees a service from outside. Where a port is published, callers on the same host go through Docker's own proxy, which accepts a connection even if nobody listens behind it.

				Run on %s with JDK %s, Docker %s and JMeter %s by
				```sh
				./mvnw verify -pl graceful-shutdown-test/field -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=FieldMatrixIT -Dfailsafe.failIfNoSpecifiedTests=false -Dfield.report="$PWD/docs/field-matrix.md" -Dfield.scale=%s
				```
				All times are scaled: at %s business takes %s, and at 1 as long as in the report. It needs a Docker daemon, BusyBox, and `start-stop-daemon`, which every Debian has; the base image is [made](../graceful-shutdown-test/field/src/test/docker/base-image) of the JDK. Without `field.report` the table is in `graceful-shutdown-test/field/target/field-matrix.md`, and the build fails if a row is not as it should be, those without the starter included. What JMeter says of each row is in the output of the build and in `target/jmeter-summary.txt` there, and its samples are in the JTL files of `target/jmeter`, labelled with the row.
				"""
			.formatted(line(starter.get(Way.DOCKER_STOP), "Cut after"),
					line(starter.get(Way.DOCKER_STOP_SHELL), "[signal-not-forwarded]"), LocalDate.now(ZoneOffset.UTC),
					System.getProperty("java.version"), Docker.run("version", "--format", "{{.Server.Version}}"),
					JMeterUtils.getJMeterVersion(), scale, scale, seconds(businessTime));
	}

	private static String line(Run run, String part) {
		return run.log()
			.stream()
			.filter((line) -> line.contains(part))
			.map((line) -> line.substring(line.indexOf(" : ") + 3))
			.findFirst()
			.orElse("(not said)");
	}

}
