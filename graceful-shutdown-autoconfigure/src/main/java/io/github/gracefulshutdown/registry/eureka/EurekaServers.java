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

package io.github.gracefulshutdown.registry.eureka;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.discovery.EurekaClientConfig;
import com.netflix.discovery.shared.resolver.aws.ConfigClusterResolver;
import com.netflix.discovery.shared.transport.EurekaHttpClient;
import com.netflix.discovery.shared.transport.EurekaHttpResponse;
import com.netflix.discovery.shared.transport.TransportException;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.registry.Presence;

/**
 * The Eureka servers themselves, spoken to over connections of our own. The client of the
 * application cannot be asked: what it knows is a cache, what it sends is rate limited,
 * and it does not tell an instance that is gone from a server that is.
 */
class EurekaServers {

	private final EurekaClientConfig config;

	private final TransportClientFactories<?> transport;

	private final Map<String, EurekaHttpClient> clients = new ConcurrentHashMap<>();

	EurekaServers(EurekaClientConfig config, TransportClientFactories<?> transport) {
		this.config = config;
		this.transport = transport;
	}

	/**
	 * Send an instance with its status to the first server that takes it; the servers
	 * tell each other.
	 * @param instance the instance
	 */
	void register(InstanceInfo instance) {
		TransportException failure = new TransportException("There is no Eureka server");
		for (EurekaHttpClient server : servers(instance)) {
			try {
				int status = server.register(instance).getStatusCode();
				if (status >= 200 && status < 300) {
					return;
				}
				failure = unexpected(status);
			}
			catch (RuntimeException ex) {
				failure = new TransportException(ex.getMessage(), ex);
			}
		}
		throw failure;
	}

	/**
	 * Read what the servers tell callers. A server that cannot be reached tells callers
	 * nothing, so it takes one that can be to say anything.
	 * @param instance the instance to look for
	 * @return whether a server offers it
	 */
	Presence presence(InstanceInfo instance) {
		boolean absent = false;
		TransportException failure = new TransportException("There is no Eureka server");
		for (EurekaHttpClient server : servers(instance)) {
			try {
				EurekaHttpResponse<InstanceInfo> response = server.getInstance(instance.getAppName(), instance.getId());
				InstanceInfo answer = response.getEntity();
				if (answer != null && answer.getStatus() == InstanceStatus.UP) {
					return Presence.PRESENT;
				}
				if (answer != null || response.getStatusCode() == 404) {
					absent = true;
				}
				else {
					failure = unexpected(response.getStatusCode());
				}
			}
			catch (RuntimeException ex) {
				failure = new TransportException(ex.getMessage(), ex);
			}
		}
		if (!absent) {
			throw failure;
		}
		return Presence.ABSENT;
	}

	private List<EurekaHttpClient> servers(InstanceInfo instance) {
		return new ConfigClusterResolver(this.config, instance).getClusterEndpoints()
			.stream()
			.map((endpoint) -> this.clients.computeIfAbsent(endpoint.getServiceUrl(),
					(url) -> this.transport.newTransportClientFactory(this.config, List.of(), instance)
						.newClient(endpoint)))
			.toList();
	}

	private static TransportException unexpected(int status) {
		return new TransportException("The Eureka server answered " + status);
	}

}
