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

import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.discovery.EurekaClientConfig;
import com.netflix.discovery.shared.resolver.EurekaEndpoint;
import com.netflix.discovery.shared.resolver.aws.AwsEndpoint;
import com.netflix.discovery.shared.resolver.aws.ConfigClusterResolver;
import com.netflix.discovery.shared.transport.EurekaHttpClient;
import com.netflix.discovery.shared.transport.EurekaHttpResponse;
import com.netflix.discovery.shared.transport.TransportException;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.registry.Presence;
import org.jspecify.annotations.Nullable;

/**
 * The Eureka servers themselves, spoken to over connections of our own. The client of the
 * application cannot be asked: what it knows is a cache, what it sends is rate limited,
 * and it does not tell an instance that is gone from a server that is.
 * <p>
 * All servers are asked at the same time: they are slow to tell each other, and one that
 * hangs must not stand before one that does not. Thread-safe.
 */
class EurekaServers {

	/**
	 * How long the other servers have when one has answered, in milliseconds.
	 */
	private static final long STRAGGLERS = 500;

	private final EurekaClientConfig config;

	private final TransportClientFactories<?> transport;

	private final Map<String, EurekaHttpClient> clients = new ConcurrentHashMap<>();

	EurekaServers(EurekaClientConfig config, TransportClientFactories<?> transport) {
		this.config = config;
		this.transport = transport;
	}

	/**
	 * Send an instance with its status to all servers.
	 * @param instance the instance
	 * @throws InterruptedException if interrupted
	 * @throws TransportException if no server took it
	 */
	void register(InstanceInfo instance) throws InterruptedException {
		ask(instance, (server) -> successful(server.register(instance)), null);
	}

	/**
	 * Remove an instance from all servers.
	 * @param instance the instance
	 * @param timeout how long to wait for them
	 * @throws InterruptedException if interrupted
	 * @throws TransportException if no server has done so
	 */
	void remove(InstanceInfo instance, Duration timeout) throws InterruptedException {
		ask(instance, (server) -> {
			EurekaHttpResponse<?> response = server.cancel(instance.getAppName(), instance.getId());
			return (response.getStatusCode() == 404) || successful(response);
		}, timeout);
	}

	/**
	 * Read what the servers tell callers. A server that refuses connections tells callers
	 * nothing; any other that does not answer may still offer the instance to them.
	 * @param instance the instance to look for
	 * @return whether a server offers it
	 * @throws InterruptedException if interrupted
	 * @throws TransportException if it cannot be told
	 */
	Presence presence(InstanceInfo instance) throws InterruptedException {
		Answers<Boolean> answers = ask(instance, (server) -> {
			EurekaHttpResponse<InstanceInfo> response = server.getInstance(instance.getAppName(), instance.getId());
			InstanceInfo answer = response.getEntity();
			if (answer == null && response.getStatusCode() != 404) {
				throw unexpected(response);
			}
			return answer != null && answer.getStatus() == InstanceStatus.UP;
		}, null);
		if (answers.given().contains(true)) {
			return Presence.PRESENT;
		}
		if (answers.missing() > 0) {
			throw new TransportException("%d of %d Eureka servers have not answered".formatted(answers.missing(),
					answers.given().size() + answers.missing()));
		}
		return Presence.ABSENT;
	}

	/**
	 * Return where the servers are.
	 * @param instance the instance, whose zone says which come first
	 */
	List<String> urls(InstanceInfo instance) {
		return endpoints(instance).stream().map(EurekaEndpoint::getServiceUrl).toList();
	}

	/**
	 * Close the connections.
	 */
	void close() {
		this.clients.values().forEach(EurekaHttpClient::shutdown);
	}

	private <T> Answers<T> ask(InstanceInfo instance, Function<EurekaHttpClient, T> question,
			@Nullable Duration timeout) throws InterruptedException {
		List<T> answers = new ArrayList<>();
		TransportException failure = new TransportException("There is no Eureka server");
		int refused = 0;
		ExecutorCompletionService<T> service = new ExecutorCompletionService<>(EurekaServers::start);
		List<Future<T>> asked = new ArrayList<>();
		for (EurekaHttpClient server : servers(instance)) {
			asked.add(service.submit(() -> question.apply(server)));
		}
		try {
			for (int i = 0; i < asked.size(); i++) {
				Future<T> next = !answers.isEmpty() ? service.poll(STRAGGLERS, TimeUnit.MILLISECONDS)
						: (timeout != null) ? service.poll(timeout.toMillis(), TimeUnit.MILLISECONDS) : service.take();
				if (next == null) {
					break;
				}
				try {
					answers.add(next.get());
				}
				catch (ExecutionException ex) {
					Throwable cause = Objects.requireNonNull(ex.getCause());
					refused += isRefused(cause) ? 1 : 0;
					failure = new TransportException(cause.getMessage(), cause);
				}
			}
		}
		finally {
			asked.forEach((future) -> future.cancel(true));
		}
		if (answers.isEmpty()) {
			throw failure;
		}
		return new Answers<>(answers, asked.size() - answers.size() - refused);
	}

	private static boolean isRefused(Throwable ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			if (cause instanceof ConnectException) {
				return true;
			}
		}
		return false;
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task, "graceful-shutdown-eureka");
		thread.setDaemon(true);
		thread.start();
	}

	private List<EurekaHttpClient> servers(InstanceInfo instance) {
		return endpoints(instance).stream()
			.map((endpoint) -> this.clients.computeIfAbsent(endpoint.getServiceUrl(),
					(url) -> this.transport.newTransportClientFactory(this.config, List.of(), instance)
						.newClient(endpoint)))
			.toList();
	}

	private List<AwsEndpoint> endpoints(InstanceInfo instance) {
		return new ConfigClusterResolver(this.config, instance).getClusterEndpoints();
	}

	private static boolean successful(EurekaHttpResponse<?> response) {
		if (response.getStatusCode() < 200 || response.getStatusCode() >= 300) {
			throw unexpected(response);
		}
		return true;
	}

	private static TransportException unexpected(EurekaHttpResponse<?> response) {
		return new TransportException("The Eureka server answered " + response.getStatusCode());
	}

	/**
	 * What the servers have answered.
	 *
	 * @param given the answers
	 * @param missing how many servers have not answered, apart from those that refuse
	 * connections
	 */
	private record Answers<T>(List<T> given, int missing) {

	}

}
