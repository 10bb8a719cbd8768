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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.Timeline;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonWriter;

/**
 * Writes the timeline to the file that Kubernetes shows when a container has ended. It is
 * written anew after each phase, so that a process that is killed has left what it had
 * done by then, and emptied when the instance is taken back into service.
 *
 * @since 0.1.0
 * @see <a href=
 * "https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/">
 * Determine the Reason for Pod Failure</a>
 */
public final class TerminationMessage implements Timeline.Listener {

	/**
	 * What Kubernetes reads of it.
	 */
	static final int MAX_BYTES = 4096;

	/**
	 * What one text may take of it, in characters.
	 */
	private static final int MAX_TEXT = 200;

	private static final Log logger = LogFactory.getLog(TerminationMessage.class);

	private static final JsonWriter<Map<String, Object>> json = JsonWriter.standard();

	private final Path file;

	/**
	 * Make the message.
	 * @param file the file to write it to
	 */
	public TerminationMessage(Path file) {
		this.file = file;
	}

	@Override
	public void phaseEnded(ShutdownReport.Phase phase, ShutdownReport report) {
		boolean undone = report.phases().stream().allMatch((each) -> each.outcome() == ShutdownReport.Outcome.UNDONE);
		try {
			// in place: the file is a mount
			Files.write(this.file, undone ? new byte[0] : render(report));
		}
		catch (IOException ex) {
			logger.warn("Cannot write the termination message: " + ex);
		}
	}

	/**
	 * Render a report: as many items as there is room for, the most important first, and
	 * how many there are besides.
	 */
	static byte[] render(ShutdownReport report) {
		List<Item> items = items(report);
		int written = 0;
		byte[] message = render(report, items, written);
		while (written < items.size()) {
			byte[] more = render(report, items, written + 1);
			if (more.length > MAX_BYTES) {
				break;
			}
			message = more;
			written++;
		}
		return message;
	}

	private static byte[] render(ShutdownReport report, List<Item> items, int written) {
		Map<String, Object> message = content("state", report.state(), "trigger", report.trigger(), "startedAt",
				report.startedAt(), "ms", report.duration(), "phases",
				report.phases().stream().map(TerminationMessage::phase).toList(), "requests",
				requests(report.requests()));
		message.putAll(items.stream()
			.limit(written)
			.collect(Collectors.groupingBy(Item::section, LinkedHashMap::new,
					Collectors.mapping(Item::content, Collectors.toList()))));
		message.put("truncated", items.size() - written);
		// toByteArray() makes question marks of surrogate pairs
		return json.write(message).toJsonString().getBytes(StandardCharsets.UTF_8);
	}

	private static Map<String, Object> phase(ShutdownReport.Phase phase) {
		return content("phase", phase.phase(), "outcome", phase.outcome(), "ms", phase.duration());
	}

	private static Map<String, Object> requests(ShutdownReport.Requests requests) {
		return content("active", requests.active(), "served", requests.served(), "handedOver", requests.handedOver(),
				"cut", requests.cut().size());
	}

	private static List<Item> items(ShutdownReport report) {
		List<Item> items = new ArrayList<>();
		report.requests()
			.cut()
			.forEach((work) -> items.add(new Item("cut", content("kind", work.kind(), "name", work.name(), "ms",
					work.age(), "thread", work.thread(), "at", work.location(), "trace", work.traceId()))));
		report.registries()
			.forEach((registry) -> items
				.add(new Item("registries", content("name", registry.name(), "presence", registry.presence(),
						"attempts", registry.attempts(), "evicted", registry.evicted(), "error", registry.error()))));
		report.checkpoints()
			.forEach((checkpoint) -> items.add(new Item("checkpoints", content("name", checkpoint.name(), "position",
					checkpoint.position(), "error", checkpoint.error()))));
		report.phases()
			.stream()
			.filter((phase) -> phase.outcome() == ShutdownReport.Outcome.FAILED
					|| phase.outcome() == ShutdownReport.Outcome.TIMED_OUT)
			.forEach((phase) -> phase.detail()
				.forEach(
						(detail) -> items.add(new Item("details", content("phase", phase.phase(), "detail", detail)))));
		return items;
	}

	/**
	 * Return names and values, without those that are unknown.
	 */
	private static Map<String, Object> content(@Nullable Object... namesAndValues) {
		Map<String, Object> content = new LinkedHashMap<>();
		for (int i = 0; i < namesAndValues.length; i += 2) {
			Object value = namesAndValues[i + 1];
			if (value != null) {
				content.put(String.valueOf(namesAndValues[i]), (value instanceof Duration duration)
						? duration.toMillis() : (value instanceof String text) ? shorten(text) : value);
			}
		}
		return content;
	}

	private static String shorten(String text) {
		return (text.length() <= MAX_TEXT) ? text
				: text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, MAX_TEXT) - 1)) + "…";
	}

	/**
	 * What is written whole or not at all.
	 */
	private record Item(String section, Map<String, Object> content) {

	}

}
