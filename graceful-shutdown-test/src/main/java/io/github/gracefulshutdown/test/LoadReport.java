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

package io.github.gracefulshutdown.test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What the clients of a load saw. Each question is answered by a report on the requests
 * in question, so that questions can be chained:
 *
 * <pre>
 * report.inFlightAt(stop.signalled()).assertNothingLost();
 * report.sentAfter(stop.signalled()).lost().count(Outcome.NO_RESPONSE);
 * </pre>
 *
 * Immutable.
 *
 * @since 0.1.0
 */
public final class LoadReport {

	private static final int LISTED = 50;

	private static final int FIRST_CLIENT_ERROR = 400;

	private final String scope;

	private final @Nullable Moment origin;

	private final List<RequestResult> results;

	LoadReport(List<RequestResult> results) {
		this("", null, results);
	}

	private LoadReport(String scope, @Nullable Moment origin, List<RequestResult> results) {
		this.scope = scope;
		this.origin = origin;
		this.results = results.stream().sorted(Comparator.comparing(RequestResult::started)).toList();
	}

	/**
	 * Return the requests.
	 * @return the requests in the order in which they were started
	 */
	public List<RequestResult> all() {
		return this.results;
	}

	/**
	 * Return the number of requests.
	 * @return the number of requests
	 */
	public int size() {
		return this.results.size();
	}

	/**
	 * Return whether there is no request.
	 * @return whether there is no request
	 */
	public boolean isEmpty() {
		return this.results.isEmpty();
	}

	/**
	 * Return the number of requests that ended in a certain way.
	 * @param outcome the outcome
	 * @return the number of requests
	 */
	public int count(Outcome outcome) {
		return where("", (result) -> result.outcome() == outcome).size();
	}

	/**
	 * Narrow the report to the requests that are lost.
	 * @return the report on lost requests
	 * @see Outcome#isLost()
	 */
	public LoadReport lost() {
		return where("lost", RequestResult::isLost);
	}

	/**
	 * Narrow the report to the requests that had been sent, and had not ended, at the
	 * given moment.
	 * @param moment the moment, such as {@link StopReport#signalled()}
	 * @return the report on requests in flight
	 */
	public LoadReport inFlightAt(Moment moment) {
		return where("in flight at " + moment, (result) -> result.isInFlightAt(moment)).since(moment);
	}

	/**
	 * Narrow the report to the requests that were sent after the given moment, on
	 * whatever connection. Refused ones were never sent.
	 * @param moment the moment, such as {@link StopReport#signalled()}
	 * @return the report on later requests
	 */
	public LoadReport sentAfter(Moment moment) {
		return where("sent after " + moment, (result) -> result.isSentAfter(moment)).since(moment);
	}

	/**
	 * Narrow the report to the requests that were sent after the given moment on a
	 * connection that was open at that moment.
	 * @param moment the moment, such as {@link StopReport#signalled()}
	 * @return the report on later requests on connections that were open
	 */
	public LoadReport sentAfterOnOpenConnection(Moment moment) {
		return where("sent after " + moment + " on a connection open by then", (result) -> result.isSentAfter(moment)
				&& result.connected() != null && !result.connected().isAfter(moment))
			.since(moment);
	}

	/**
	 * Narrow the report to one group of clients.
	 * @param group the name of the group
	 * @return the report on the group
	 */
	public LoadReport group(String group) {
		return where("of group " + group, (result) -> result.group().equals(group));
	}

	/**
	 * Narrow the report to some requests.
	 * @param scope what they are, for messages, such as "in flight"
	 * @param predicate tells them from the others
	 * @return the report on these requests
	 */
	public LoadReport where(String scope, Predicate<? super RequestResult> predicate) {
		String narrowed = (this.scope + " " + scope).strip();
		return new LoadReport(narrowed, this.origin, this.results.stream().filter(predicate).toList());
	}

	/**
	 * Tell times in messages relative to a moment, by default the start of the first
	 * request or the last moment asked about.
	 * @param origin the moment that is 0 ms
	 * @return the same report with other times in its messages
	 */
	public LoadReport since(Moment origin) {
		return new LoadReport(this.scope, origin, this.results);
	}

	/**
	 * Assert that none of the requests is lost.
	 * @return this report
	 * @throws AssertionError with the table of those that are lost; or if no request had
	 * a success, a status below 400, which would prove nothing
	 */
	public LoadReport assertNothingLost() {
		return assertNone("lost", RequestResult::isLost);
	}

	/**
	 * Assert that all of the requests were answered: none was lost, refused or left
	 * unprocessed.
	 * @return this report
	 * @throws AssertionError with the table of those that were not answered; or if no
	 * request had a success, a status below 400, which would prove nothing
	 */
	public LoadReport assertAllAnswered() {
		return assertNone("not answered", (result) -> result.outcome() != Outcome.ANSWERED);
	}

	private LoadReport assertNone(String what, Predicate<RequestResult> predicate) {
		LoadReport found = where(what, predicate);
		if (!found.isEmpty()) {
			throw new AssertionError("%d of %d requests%s %s%n%n%s%n%s".formatted(found.size(), size(), scopeSuffix(),
					what, found.table(), summary()));
		}
		if (this.results.stream().noneMatch(LoadReport::isSuccess)) {
			throw new AssertionError("Of %d requests%s none had a success: this proves nothing%n%n%s".formatted(size(),
					scopeSuffix(), summary()));
		}
		return this;
	}

	private static boolean isSuccess(RequestResult result) {
		return result.outcome() == Outcome.ANSWERED && result.status() < FIRST_CLIENT_ERROR;
	}

	private String scopeSuffix() {
		return this.scope.isEmpty() ? "" : " " + this.scope;
	}

	/**
	 * Return a table of the requests, one line each, at most 50. Times are relative to
	 * the last moment asked about, or else to the start of the first request.
	 * @return the table
	 */
	public String table() {
		TextTable table = new TextTable("sent at ms", "took ms", "group", "request", "n", "outcome", "status",
				"connection", "target", "detail");
		this.results.stream().limit(LISTED).forEach((result) -> {
			Moment sent = (result.sent() != null) ? result.sent() : result.started();
			Moment origin = (this.origin != null) ? this.origin : this.results.get(0).started();
			String connection = (result.connected() == null) ? "none" : result.reused() ? "reused" : "new";
			table.row(sent.since(origin).toMillis(), result.duration().toMillis(), result.group(), result.request(),
					result.number(), result.outcome(), result.status(), connection,
					(result.target() != null) ? result.target() : "none", result.detail());
		});
		String more = (size() > LISTED) ? "and " + (size() - LISTED) + " more%n".formatted() : "";
		return table + more;
	}

	/**
	 * Return a table of the outcomes, one line for each group and request, and the total.
	 * @return the table
	 */
	public String summary() {
		Map<String, List<RequestResult>> rows = this.results.stream()
			.collect(Collectors.groupingBy((result) -> result.group() + '\0' + result.request(), LinkedHashMap::new,
					Collectors.toList()));
		Set<Outcome> outcomes = EnumSet.of(Outcome.ANSWERED);
		this.results.forEach((result) -> outcomes.add(result.outcome()));
		List<Object> header = new ArrayList<>(List.of("group", "request", "requests"));
		outcomes.forEach((outcome) -> header.add(outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
		header.add("statuses");
		TextTable table = new TextTable(header.toArray());
		rows.values().forEach((row) -> summarize(table, row.get(0).group(), row.get(0).request(), outcomes, row));
		summarize(table, "total", "", outcomes, this.results);
		return table.toString();
	}

	private static void summarize(TextTable table, String group, String request, Set<Outcome> outcomes,
			List<RequestResult> results) {
		List<Object> row = new ArrayList<>(List.of(group, request, results.size()));
		outcomes.forEach((outcome) -> row.add(results.stream().filter((r) -> r.outcome() == outcome).count()));
		Map<Integer, Long> statuses = results.stream()
			.filter((result) -> result.status() != 0)
			.collect(Collectors.groupingBy(RequestResult::status, TreeMap::new, Collectors.counting()));
		row.add(statuses.entrySet()
			.stream()
			.map((entry) -> entry.getValue() + " x " + entry.getKey())
			.collect(Collectors.joining(", ")));
		table.row(row.toArray());
	}

	@Override
	public String toString() {
		return "%d requests%s%n%s".formatted(size(), scopeSuffix(), summary());
	}

}
