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

package io.github.gracefulshutdown.registry;

import java.util.Collection;
import java.util.regex.Pattern;

/**
 * Addresses of this very host. No name is looked up.
 *
 * @since 0.1.0
 */
public final class Loopback {

	private static final Pattern ADDRESS = Pattern.compile(
			"(?:\\w+://)?(?:[^/@]*@)?(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?:[:/].*)?", Pattern.CASE_INSENSITIVE);

	private Loopback() {
	}

	/**
	 * Return whether all addresses are of this host.
	 * @param addresses hosts, with a port or without, or URLs
	 * @return whether there are any, and no others
	 */
	public static boolean areAll(Collection<String> addresses) {
		return !addresses.isEmpty()
				&& addresses.stream().allMatch((address) -> ADDRESS.matcher(address.strip()).matches());
	}

}
