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

package io.github.gracefulshutdown.web;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Tells {@link TrafficClass traffic classes} apart, by path and by {@code User-Agent}.
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class TrafficClassifier {

	private final @Nullable String hookPath;

	private final List<String> probePaths;

	private final List<String> probeUserAgents;

	/**
	 * Make a classifier.
	 * @param hookPath the path of the {@code deregister} endpoint on the main port, or
	 * {@code null} if it is elsewhere
	 * @param probePaths paths that are probes together with all below them
	 * @param probeUserAgents beginnings of user agents that are probes
	 */
	public TrafficClassifier(@Nullable String hookPath, List<String> probePaths, List<String> probeUserAgents) {
		this.hookPath = hookPath;
		this.probePaths = List.copyOf(probePaths);
		this.probeUserAgents = List.copyOf(probeUserAgents);
	}

	/**
	 * Tell what a request is for.
	 * @param path the path of the request, without the query
	 * @param userAgent its {@code User-Agent}, or {@code null}
	 * @return the class
	 */
	public TrafficClass classify(String path, @Nullable String userAgent) {
		if (this.hookPath != null && isAtOrBelow(path, this.hookPath)) {
			return TrafficClass.HOOK;
		}
		if (userAgent != null && this.probeUserAgents.stream().anyMatch(userAgent::startsWith)) {
			return TrafficClass.PROBE;
		}
		return this.probePaths.stream().anyMatch((probePath) -> isAtOrBelow(path, probePath)) ? TrafficClass.PROBE
				: TrafficClass.BUSINESS;
	}

	private static boolean isAtOrBelow(String path, String base) {
		return path.startsWith(base)
				&& (path.length() == base.length() || base.endsWith("/") || path.charAt(base.length()) == '/');
	}

}
