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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Who may take the instance out of service, or back, over HTTP: only a caller whose own
 * socket has an allowed address. A call that was passed on by a proxy, or sent by a
 * browser, comes from somebody else and is refused whatever its address. Immutable but
 * for what was logged, and thread-safe.
 *
 * @since 0.1.0
 */
public final class DeregisterAccess {

	private static final Log logger = LogFactory.getLog(DeregisterAccess.class);

	private static final int MAX_WARNINGS = 100;

	private final List<AddressRange> allowed;

	private final boolean getAllowed;

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	/**
	 * Make a rule.
	 * @param allowed the addresses that may call
	 * @param getAllowed whether a GET may take the instance out of service
	 */
	public DeregisterAccess(Collection<AddressRange> allowed, boolean getAllowed) {
		this.allowed = List.copyOf(allowed);
		this.getAllowed = getAllowed;
	}

	boolean isGetAllowed() {
		return this.getAllowed;
	}

	/**
	 * Judge a caller.
	 * @param caller the caller
	 * @return why it may not call, or {@code null} if it may
	 */
	@Nullable String refusal(Caller caller) {
		String reason = reason(caller);
		if (reason != null) {
			warn(caller, reason);
		}
		return reason;
	}

	private @Nullable String reason(Caller caller) {
		if (caller.forwarded()) {
			return "the call was passed on by a proxy";
		}
		if (caller.browser()) {
			return "the call was sent by a browser";
		}
		String address = caller.address();
		boolean known = address != null && this.allowed.stream().anyMatch((range) -> range.contains(address));
		return known ? null : "the address is not allowed";
	}

	private void warn(Caller caller, String reason) {
		// each peer once, and no more than somebody can read
		if (this.warned.size() < MAX_WARNINGS && this.warned.add(caller.address() + reason)) {
			logger.warn("Refused " + caller.method() + " of the deregister endpoint from " + caller.address()
					+ ", because " + reason + "; nothing has happened. 'graceful-shutdown.endpoint.allowed-addresses'"
					+ " says who may call directly: " + this.allowed);
		}
	}

}
