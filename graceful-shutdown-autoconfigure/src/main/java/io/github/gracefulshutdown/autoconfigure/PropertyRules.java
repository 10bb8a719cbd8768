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

import java.io.File;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.CheckpointStore;
import io.github.gracefulshutdown.actuate.AddressRange;
import io.github.gracefulshutdown.platform.Severity;

/**
 * What the values have to be, and what is said of those that are not.
 */
final class PropertyRules {

	private static final String PREFIX = "graceful-shutdown.";

	private static final Duration LONGEST = Duration.ofDays(365);

	/**
	 * What the doctor may find.
	 */
	static final Set<String> FINDINGS = Set.of("endpoint-allowed-addresses", "endpoint-loopback",
			"endpoint-not-exposed", "endpoint-read-only", "endpoint-secured", "endpoint-tls", "executor-opaque",
			"executor-queue", "grace-period-assumed", "grace-period-differs", "load-balancer-cache", "nacos-sleep",
			"plan-does-not-fit", "readiness-probe", "server-shutdown", "shutdown-hook", "signal-not-forwarded",
			"stale-address");

	private PropertyRules() {
	}

	static void check(GracefulShutdownProperties properties) {
		GracefulShutdownProperties.Settle settle = properties.getSettle();
		GracefulShutdownProperties.Drain drain = properties.getDrain();
		positive("grace-period", properties.getGracePeriod());
		notNegative("reserve", properties.getReserve());
		reserveWithinGracePeriod(properties.getReserve(), properties.getGracePeriod());
		notNegative("registry.confirm-timeout", properties.getRegistry().getConfirmTimeout());
		notNegative("registry.hold", properties.getRegistry().getHold());
		notNegative("settle.min", settle.getMin());
		notNegative("settle.quiet-period", settle.getQuietPeriod());
		notNegative("settle.max", settle.getMax());
		minWithinMax(settle.getMin(), settle.getMax());
		beginnings("settle.ignored-user-agents", settle.getIgnoredUserAgents(), "");
		beginnings("settle.ignored-paths", settle.getIgnoredPaths(), "/");
		positive("drain.timeout", drain.getTimeout());
		notNegative("drain.linger", drain.getLinger());
		notNegative("drain.stream-timeout", drain.getStreamTimeout());
		addresses("endpoint.allowed-addresses", properties.getEndpoint().getAllowedAddresses());
		signals("signals", properties.getSignals());
		findings("doctor-severity", properties.getDoctorSeverity());
		terminationMessage("termination-message", properties.getTerminationMessage());
	}

	static CheckpointStore checkpointStore(File directory) {
		try {
			return CheckpointStore.in(directory.toPath());
		}
		catch (UncheckedIOException ex) {
			throw invalid("checkpoint.directory", directory.toString(), "it cannot be written to: " + ex.getMessage(),
					"Set '" + PREFIX + "checkpoint.directory' to a directory that the process may write to and that is"
							+ " still there when it starts again.");
		}
	}

	private static void positive(String name, @Nullable Duration value) {
		notNegative(name, value);
		if (value != null && value.isZero()) {
			throw invalid(name, text(value), "nothing can be done in no time",
					"Set '" + PREFIX + name + "' to more than zero, such as '30s'.");
		}
	}

	private static void notNegative(String name, @Nullable Duration value) {
		if (value != null && value.isNegative()) {
			throw invalid(name, text(value), "a duration cannot be negative",
					"Set '" + PREFIX + name + "' to a duration that is not negative, such as '5s'.");
		}
		if (value != null && value.compareTo(LONGEST) > 0) {
			throw invalid(name, text(value), "nobody waits longer than a year",
					"Set '" + PREFIX + name + "' to the seconds that the platform really grants, such as '30s'.");
		}
	}

	private static void reserveWithinGracePeriod(Duration reserve, Duration gracePeriod) {
		if (reserve.compareTo(gracePeriod) >= 0) {
			throw invalid("reserve", text(reserve),
					"it leaves nothing of 'graceful-shutdown.grace-period', which is " + text(gracePeriod)
							+ ", to shut down in",
					"Set 'graceful-shutdown.reserve' to less than 'graceful-shutdown.grace-period', and that to what the"
							+ " platform grants, such as the pod's terminationGracePeriodSeconds, with a unit: '30s'.");
		}
	}

	private static void minWithinMax(@Nullable Duration min, @Nullable Duration max) {
		if (min != null && max != null && max.compareTo(min) < 0) {
			throw invalid("settle.max", text(max),
					"it is less than 'graceful-shutdown.settle.min', which is " + text(min),
					"Set 'graceful-shutdown.settle.max' to at least 'graceful-shutdown.settle.min', or leave one out.");
		}
	}

	private static void beginnings(String name, List<String> values, String beginning) {
		for (int i = 0; i < values.size(); i++) {
			String value = values.get(i);
			if (value.isBlank() || !value.startsWith(beginning)) {
				throw invalid(name + "[" + i + "]", value,
						value.isBlank() ? "every request begins with nothing" : "a path begins with '/'",
						"Remove the entry, or write the beginning of those requests that are probes.");
			}
		}
	}

	private static void addresses(String name, List<String> values) {
		for (int i = 0; i < values.size(); i++) {
			try {
				AddressRange.parse(values.get(i));
			}
			catch (IllegalArgumentException ex) {
				throw invalid(name + "[" + i + "]", values.get(i), String.valueOf(ex.getMessage()),
						"Write an address or a block of addresses in CIDR notation, such as '127.0.0.0/8', '10.1.2.3' or"
								+ " '::1/128'; names are not looked up.");
			}
		}
	}

	private static void signals(String name, List<String> values) {
		for (int i = 0; i < values.size(); i++) {
			String refusal = SignalNames.refusal(values.get(i));
			if (refusal != null) {
				throw invalid(name + "[" + i + "]", values.get(i), refusal,
						"Use a signal such as 'USR2', or 'HUP', 'USR1' or 'WINCH'.");
			}
		}
	}

	private static void findings(String name, Map<String, Severity> severities) {
		severities.forEach((id, severity) -> {
			// that of a check of the application's own has a dot
			if (!FINDINGS.contains(finding(id)) && id.indexOf('.') < 0) {
				throw invalid(name + "." + id, severity.name().toLowerCase(Locale.ROOT), "there is no such finding",
						"Use the id that a warning of the doctor has at its end, such as 'endpoint-not-exposed'. That of a"
								+ " check of your own has a dot in it, such as 'acme.outbox'.");
			}
		});
	}

	/**
	 * Return what to do about single findings, whatever was left of their ids in the name
	 * of an environment variable, which has no dashes.
	 */
	static Map<String, Severity> severities(Map<String, Severity> given) {
		Map<String, Severity> severities = new HashMap<>();
		given.forEach((id, severity) -> severities.put(finding(id), severity));
		return severities;
	}

	private static String finding(String id) {
		return FINDINGS.stream()
			.filter((finding) -> finding.replace("-", "").equalsIgnoreCase(id.replace("-", "")))
			.findFirst()
			.orElse(id);
	}

	private static void terminationMessage(String name, String value) {
		if (!TerminationMessageFile.isPath(value)) {
			return;
		}
		try {
			Path file = Path.of(value).toAbsolutePath();
			Path parent = file.getParent();
			boolean canBe = Files.exists(file) ? !Files.isDirectory(file) && Files.isWritable(file)
					: parent != null && Files.isDirectory(parent) && Files.isWritable(parent);
			if (!canBe) {
				throw invalid(name, value, "it is no file that can be written", "Set '" + PREFIX + name
						+ "' to the container's terminationMessagePath, to 'auto' or to 'off'.");
			}
		}
		catch (InvalidPathException ex) {
			throw invalid(name, value, "it is no path: " + ex.getReason(),
					"Set '" + PREFIX + name + "' to the container's terminationMessagePath, to 'auto' or to 'off'.");
		}
	}

	private static InvalidGracefulShutdownPropertyException invalid(String name, String value, String reason,
			String action) {
		return new InvalidGracefulShutdownPropertyException(PREFIX + name, value, reason, action);
	}

	private static String text(Duration duration) {
		boolean seconds = duration.toNanosPart() == 0;
		boolean millis = duration.toNanosPart() % 1_000_000 == 0;
		return seconds ? duration.toSeconds() + "s" : millis ? duration.toMillis() + "ms" : duration.toString();
	}

}
