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

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a kubelet's {@code httpGet} hook gets as far as the
 * {@link DeregisterEndpoint}: it calls from the node, the address of the pod, and without
 * TLS unless it is told.
 *
 * @since 0.1.0
 */
public final class HttpGetHookCheck implements DoctorCheck {

	private final boolean tls;

	private final @Nullable InetAddress address;

	private final List<AddressRange> allowed;

	/**
	 * Make a check for an application whose endpoint may be called with GET.
	 * @param tls whether the port of the endpoint speaks TLS
	 * @param address the address that it is bound to, or {@code null} for all
	 * @param allowed the addresses that may call
	 */
	public HttpGetHookCheck(boolean tls, @Nullable InetAddress address, Collection<AddressRange> allowed) {
		this.tls = tls;
		this.address = address;
		this.allowed = List.copyOf(allowed);
	}

	@Override
	public List<Finding> findings() {
		List<Finding> findings = new ArrayList<>();
		if (this.tls) {
			findings.add(new Finding("endpoint-tls",
					"A kubelet's httpGet hook does not get through: the port of the deregister endpoint speaks TLS.",
					"Give the hook 'scheme: HTTPS' and ignore this, or the endpoint a 'management.server.port' of its own with 'management.server.ssl.enabled=false'."));
		}
		if (this.address != null && this.address.isLoopbackAddress()) {
			findings.add(new Finding("endpoint-loopback",
					"A kubelet's httpGet hook does not get through: the port of the deregister endpoint is bound to %s, and the hook calls the address of the pod."
						.formatted(this.address.getHostAddress()),
					"Remove 'management.server.address', or 'server.address' where there is one port, or use an exec hook."));
		}
		if (this.allowed.stream().allMatch(AddressRange::isLoopback)) {
			findings.add(new Finding("endpoint-allowed-addresses",
					"A kubelet's httpGet hook is turned away: it calls from the node, and only loopback may call.",
					"Add the address of the node to 'graceful-shutdown.endpoint.allowed-addresses'."));
		}
		return findings;
	}

}
