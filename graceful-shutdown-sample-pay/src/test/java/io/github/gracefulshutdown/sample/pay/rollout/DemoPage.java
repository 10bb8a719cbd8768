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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.github.gracefulshutdown.test.Outcome;
import io.github.gracefulshutdown.test.RequestResult;
import io.github.gracefulshutdown.test.StopReport;

import org.springframework.web.util.HtmlUtils;

/**
 * The timeline of each instance against the failures of the clients, as one page that
 * needs nothing else.
 */
final class DemoPage {

	private static final Map<String, String> PHASE_COLOURS = Map.of("ANNOUNCE", "#56b4e9", "DEREGISTER", "#0072b2",
			"SETTLE", "#f0e442", "CLOSE", "#cc79a7", "DRAIN", "#e69f00", "CUT", "#d55e00", "BOOT", "#c2b280");

	private static final Map<Outcome, String> FAILURE_COLOURS = new EnumMap<>(
			Map.of(Outcome.REFUSED, "#d55e00", Outcome.RESET, "#cc79a7", Outcome.NO_RESPONSE, "#0072b2",
					Outcome.TRUNCATED, "#56b4e9", Outcome.SERVER_ERROR, "#e69f00", Outcome.TIMEOUT, "#000000"));

	private static final String OTHER_COLOUR = "#888888";

	private static final int LEFT = 110;

	private static final int WIDTH = 1160;

	private static final int LANE = 46;

	private static final int BAR = 20;

	private static final int FAILURES = 120;

	private static final long BIN = 100;

	private final StringBuilder html = new StringBuilder();

	private DemoPage() {
	}

	static void write(Path file, List<Round> rounds) throws IOException {
		DemoPage page = new DemoPage();
		page.page(rounds);
		Files.createDirectories(file.getParent());
		Files.writeString(file, page.html);
	}

	private void page(List<Round> rounds) {
		this.html
			.append("""
					<!doctype html>
					<html lang="en">
					<head>
					<meta charset="utf-8">
					<meta name="viewport" content="width=device-width, initial-scale=1">
					<title>A payment service, rolled over under load</title>
					<style>
					body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 1160px;
					  margin: 2rem auto; padding: 0 1rem; }
					h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.2rem; margin: 2.2rem 0 0; }
					p { margin: .3rem 0 .8rem; color: #444; }
					table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; }
					th, td { padding: .25rem .9rem; border-bottom: 1px solid #ddd; text-align: left; }
					.figures td, .figures th + th { text-align: right; } .figures tr:first-child th { border-bottom: 2px solid #888; }
					.sub th { font-weight: normal; padding-left: 2rem; } .bad { color: #b03a00; font-weight: 600; }
					svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: #333; }
					svg .small { font-size: 11px; fill: #555; } details { margin: .4rem 0; }
					.key { display: inline-block; margin-right: 1.1rem; white-space: nowrap; }
					.key i { display: inline-block; width: .9em; height: .9em; margin-right: .35em; vertical-align: -.1em; }
					</style>
					</head>
					<body>
					<h1>A payment service, rolled over under load</h1>
					<p>Two instances behind a Eureka registry and a cluster address, each replaced as a Deployment does:
					the new one first, then preStop, SIGTERM and, after the grace period, SIGKILL.</p>
					""");
		table(rounds);
		legend();
		// all on one scale, so that they can be compared
		Duration longest = rounds.stream().map(Round::duration).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
		rounds.forEach((round) -> round(round, Scale.of(round, longest)));
		this.html.append("</body>\n</html>\n");
	}

	private void table(List<Round> rounds) {
		this.html.append("<table class=\"figures\">\n");
		List<DemoTable.Row> rows = DemoTable.of(rounds);
		for (DemoTable.Row row : rows) {
			boolean head = row.name().isEmpty();
			boolean loss = row.name().startsWith("failed") || row.name().startsWith("charged");
			this.html.append(row.name().startsWith(" ") ? "<tr class=\"sub\">" : "<tr>");
			this.html.append("<th scope=\"row\">").append(escape(row.name().strip())).append("</th>");
			for (String value : row.values()) {
				String open = head ? "<th scope=\"col\">"
						: (loss && !value.equals("0")) ? "<td class=\"bad\">" : "<td>";
				this.html.append(open).append(escape(value)).append(head ? "</th>" : "</td>");
			}
			this.html.append("</tr>\n");
		}
		this.html.append("</table>\n");
	}

	private void legend() {
		this.html.append("<p><b>Instances:</b> ");
		key("#d9d9d9", "starting");
		key("#a6d8b8", "in service");
		List.of("ANNOUNCE", "DEREGISTER", "SETTLE", "CLOSE", "DRAIN", "CUT")
			.forEach((phase) -> key(PHASE_COLOURS.getOrDefault(phase, OTHER_COLOUR), phase));
		key(PHASE_COLOURS.getOrDefault("BOOT", OTHER_COLOUR), "Spring Boot's own wait");
		this.html.append("<br><b>Failed requests:</b> ");
		FAILURE_COLOURS.forEach((outcome, colour) -> key(colour, DemoTable.FAILURES.getOrDefault(outcome, "")));
		key(OTHER_COLOUR, "other");
		this.html.append("</p>\n");
	}

	private void key(String colour, String text) {
		this.html
			.append("<span class=\"key\"><i style=\"background:%s\"></i>%s</span>".formatted(colour, escape(text)));
	}

	private void round(Round round, Scale scale) {
		this.html.append("<h2>").append(escape(round.variant().title())).append("</h2>\n");
		this.html.append("<p>%s. %d of %d requests failed, %d payments were charged without an order.</p>\n".formatted(
				escape(round.variant().description()), round.failures().size(), round.load().size(),
				round.chargedWithoutOrder().size()));
		int failuresTop = 10 + round.instances().size() * LANE;
		int height = failuresTop + FAILURES + 34;
		this.html.append("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Timeline of the instances\">\n"
			.formatted(WIDTH, height));
		axis(scale, failuresTop + FAILURES);
		int top = 10;
		for (InstanceTrace instance : round.instances()) {
			instance(instance, scale, top);
			top += LANE;
		}
		failures(round, scale, failuresTop);
		for (InstanceTrace instance : round.instances()) {
			if (instance.stop() != null) {
				double x = scale.x(instance.stop().signalled().wall());
				line(x, 10, x, failuresTop + FAILURES, "#0005");
			}
		}
		this.html.append("</svg>\n");
		details(round, scale);
	}

	private void axis(Scale scale, int bottom) {
		for (long second = scale.firstSecond(); second <= scale.lastSecond(); second++) {
			double x = scale.x(scale.zero().plusSeconds(second));
			line(x, 6, x, bottom, "#eee");
			if (second % 5 == 0) {
				text(x, bottom + 16, "middle", "", second + " s");
			}
		}
		text(LEFT, bottom + 30, "start", "small", "since the first replacement was started");
	}

	private void instance(InstanceTrace instance, Scale scale, int top) {
		int bar = top + 14;
		text(0, bar + 15, "start", "", instance.name());
		StopReport stop = instance.stop();
		Instant leaves = (stop != null) ? stop.started().wall() : scale.end();
		rectangle(scale, instance.launched().wall(), instance.ready().wall(), bar, "#d9d9d9", "starting");
		rectangle(scale, instance.ready().wall(), leaves, bar, "#a6d8b8", "in service");
		if (stop == null) {
			return;
		}
		rectangle(scale, leaves, stop.exited().wall(), bar, "#f3f3f3", "on its way out");
		for (InstanceTrace.Phase phase : instance.phases()) {
			rectangle(scale, phase.from(), phase.to(), bar, PHASE_COLOURS.getOrDefault(phase.name(), OTHER_COLOUR),
					phase.name() + " " + phase.outcome() + ": " + phase.detail());
		}
		mark(scale.x(leaves), bar, "preStop", "end");
		mark(scale.x(stop.signalled().wall()), bar, "SIGTERM", "start");
		double exit = scale.x(stop.exited().wall());
		line(exit, bar - 2, exit, bar + BAR + 2, "#000");
		text(exit + 5, bar + 15, "start", "small", (stop.killed() ? "killed" : "exit") + " " + stop.exitCode());
	}

	private void mark(double x, int bar, String text, String anchor) {
		line(x, bar - 5, x, bar + BAR + 5, "#000");
		text(anchor.equals("end") ? x - 3 : x + 3, bar - 3, anchor, "small", text);
	}

	private void failures(Round round, Scale scale, int top) {
		int bottom = top + FAILURES;
		text(0, top + 20, "start", "", "failed");
		text(0, top + 34, "start", "small", "per " + BIN + " ms");
		line(LEFT, bottom, WIDTH, bottom, "#888");
		List<RequestResult> failures = round.failures();
		if (failures.isEmpty()) {
			text(LEFT + 10, bottom - 10, "start", "", "none");
			return;
		}
		Map<Long, Map<Outcome, Integer>> bins = new TreeMap<>();
		for (RequestResult failure : failures) {
			long bin = Duration.between(scale.zero(), failure.ended().wall()).toMillis() / BIN;
			bins.computeIfAbsent(bin, (key) -> new EnumMap<>(Outcome.class)).merge(failure.outcome(), 1, Integer::sum);
		}
		int highest = bins.values()
			.stream()
			.mapToInt((bin) -> bin.values().stream().mapToInt(Integer::intValue).sum())
			.max()
			.orElse(1);
		text(LEFT - 6, top + 12, "end", "small", Integer.toString(highest));
		double unit = (FAILURES - 6.0) / highest;
		bins.forEach((bin, outcomes) -> {
			double x = scale.x(scale.zero().plusMillis(bin * BIN));
			double width = Math.max(2, scale.x(scale.zero().plusMillis((bin + 1) * BIN)) - x - 0.5);
			double y = bottom;
			for (Map.Entry<Outcome, Integer> outcome : outcomes.entrySet()) {
				double height = outcome.getValue() * unit;
				y -= height;
				rectangle(x, y, width, height, FAILURE_COLOURS.getOrDefault(outcome.getKey(), OTHER_COLOUR),
						outcome.getValue() + " " + DemoTable.FAILURES.get(outcome.getKey()));
			}
		});
	}

	private void details(Round round, Scale scale) {
		this.html.append("<details><summary>What each instance did on its way out</summary>\n<table>\n");
		this.html.append("<tr><th>instance</th><th>at</th><th>what</th><th>took</th><th>detail</th></tr>\n");
		for (InstanceTrace instance : round.instances()) {
			StopReport stop = instance.stop();
			if (stop == null) {
				continue;
			}
			detail(instance, scale, stop.started().wall(), stop.exited().wall(), "told to go", stop.toString());
			for (InstanceTrace.Phase phase : instance.phases()) {
				detail(instance, scale, phase.from(), phase.to(), phase.name() + " " + phase.outcome(), phase.detail());
			}
		}
		this.html.append("</table></details>\n");
		if (!round.failures().isEmpty()) {
			Map<String, Integer> counts = new TreeMap<>();
			round.failures()
				.forEach((failure) -> counts.merge(
						failure.group() + ": " + failure.request() + ", " + DemoTable.FAILURES.get(failure.outcome()),
						1, Integer::sum));
			this.html.append("<details><summary>Whose requests failed</summary>\n<table>\n");
			counts.forEach((what, count) -> this.html
				.append("<tr><td>%s</td><td>%d</td></tr>\n".formatted(escape(what), count)));
			this.html.append("</table></details>\n");
		}
		if (!round.chargedWithoutOrder().isEmpty()) {
			List<String> payments = new ArrayList<>();
			round.chargedWithoutOrder().forEach((debit) -> payments.add(debit.paymentId() + " over " + debit.amount()));
			this.html.append("<details><summary>Payments charged without an order</summary>\n<p>%s</p></details>\n"
				.formatted(escape(String.join(", ", payments))));
		}
	}

	private void detail(InstanceTrace instance, Scale scale, Instant from, Instant to, String what, String detail) {
		this.html.append("<tr><td>%s</td><td>%s</td><td>%s</td><td>%d ms</td><td>%s</td></tr>\n".formatted(
				escape(instance.name()), number(Duration.between(scale.zero(), from).toMillis() / 1000.0) + " s",
				escape(what), Duration.between(from, to).toMillis(), escape(detail)));
	}

	private void rectangle(Scale scale, Instant from, Instant to, double y, String colour, String title) {
		double x = scale.x(from);
		rectangle(x, y, Math.max(1.5, scale.x(to) - x), BAR, colour, title);
	}

	private void rectangle(double x, double y, double width, double height, String colour, String title) {
		this.html.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"><title>%s</title></rect>\n"
			.formatted(number(x), number(y), number(width), number(height), colour, escape(title)));
	}

	private void line(double x1, double y1, double x2, double y2, String colour) {
		this.html.append("<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>\n".formatted(number(x1),
				number(y1), number(x2), number(y2), colour));
	}

	private void text(double x, double y, String anchor, String style, String text) {
		this.html.append("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" class=\"%s\">%s</text>\n".formatted(number(x),
				number(y), anchor, style, escape(text)));
	}

	private static String number(double value) {
		return String.format(Locale.ROOT, "%.1f", value);
	}

	private static String escape(String text) {
		return HtmlUtils.htmlEscape(text);
	}

	/**
	 * From time to pixels.
	 *
	 * @param zero the time that is 0 s
	 * @param start the time at the left
	 * @param end the time at the right
	 */
	private record Scale(Instant zero, Instant start, Instant end) {

		static Scale of(Round round, Duration duration) {
			Instant zero = round.started().wall();
			return new Scale(zero, zero.minusSeconds(1), zero.plus(duration).plusSeconds(3));
		}

		double x(Instant time) {
			double share = (double) Duration.between(this.start, time).toMillis()
					/ Duration.between(this.start, this.end).toMillis();
			return LEFT + Math.min(1, Math.max(0, share)) * (WIDTH - LEFT);
		}

		long firstSecond() {
			return Duration.between(this.zero, this.start).toSeconds();
		}

		long lastSecond() {
			return Duration.between(this.zero, this.end).toSeconds();
		}

	}

}
