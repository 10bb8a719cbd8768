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

package io.github.gracefulshutdown.actuate;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Who is on the other end of the socket, as the server received the call: what a proxy
 * says about somebody else is evidence of the proxy only, whoever evaluates it later.
 *
 * @param method the HTTP method
 * @param address the address of the peer, or {@code null} if that is not known
 * @param forwarded whether a proxy passed the call on
 * @param browser whether a browser sent it
 */
record Caller(String method, @Nullable String address, boolean forwarded, boolean browser) {

	/**
	 * A caller of whom nothing is known, and who may therefore do nothing.
	 */
	static final Caller UNKNOWN = new Caller("", null, false, false);

	private static final List<String> PROXY_HEADERS = List.of("forwarded", "via", "x-real-ip");

	private static final List<String> BROWSER_HEADERS = List.of("origin", "sec-fetch-site");

	static Caller of(String method, @Nullable String address, Collection<String> headerNames) {
		List<String> names = headerNames.stream().map((name) -> name.toLowerCase(Locale.ROOT)).toList();
		return new Caller(method, address,
				names.stream().anyMatch((name) -> PROXY_HEADERS.contains(name) || name.startsWith("x-forwarded-")),
				names.stream().anyMatch(BROWSER_HEADERS::contains));
	}

}
