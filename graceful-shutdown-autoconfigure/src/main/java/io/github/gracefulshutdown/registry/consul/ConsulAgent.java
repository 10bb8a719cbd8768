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

package io.github.gracefulshutdown.registry.consul;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.JdkHttpClientBuilder;
import org.springframework.cloud.consul.ConsulAutoConfiguration.ConsulClientSettings;
import org.springframework.cloud.consul.ConsulClient;
import org.springframework.cloud.consul.model.http.health.HealthService;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.util.StringUtils;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/**
 * The Consul agent, spoken to over connections of our own. The client of the application
 * cannot be asked: it takes any answer for success, never sends the consistency mode that
 * it is told, waits for ever, and depending on the HTTP client behind it cannot be
 * interrupted.
 */
class ConsulAgent {

	/**
	 * For what is good to know, but must not keep an instance from leaving.
	 */
	private static final Duration SHORT_PATIENCE = Duration.ofSeconds(1);

	private static final ParameterizedTypeReference<List<HealthService>> ENTRIES = new ParameterizedTypeReference<>() {
	};

	private static final ParameterizedTypeReference<Map<String, Map<String, @Nullable Object>>> SELF = new ParameterizedTypeReference<>() {
	};

	private final RestClient http;

	private final RestClient impatient;

	/**
	 * Make an agent.
	 * @param settings where it is, and how to connect to it
	 * @param token the ACL token at any time, empty if there is none
	 */
	ConsulAgent(ConsulClientSettings settings, Supplier<@Nullable String> token) {
		HttpClientSettings httpSettings = settings.httpClientSettings();
		HttpClient client = new JdkHttpClientBuilder()
			.withCustomizer((http) -> http.version(HttpClient.Version.HTTP_1_1))
			.build(httpSettings);
		RestClient.Builder builder = RestClient.builder().baseUrl(settings.baseUrl()).defaultRequest((request) -> {
			String value = token.get();
			if (StringUtils.hasText(value)) {
				request.header(ConsulClient.ACL_TOKEN_HEADER, value);
			}
		});
		this.http = builder.clone().requestFactory(new JdkClientHttpRequestFactory(client)).build();
		JdkClientHttpRequestFactory impatient = new JdkClientHttpRequestFactory(client);
		impatient.setReadTimeout(SHORT_PATIENCE);
		this.impatient = builder.requestFactory(impatient).build();
	}

	/**
	 * Read from the servers what they tell callers.
	 * @param service the name of the service
	 * @param passing whether to read only instances with all their checks passing
	 * @return the instances, of all nodes
	 */
	List<HealthService> instances(String service, boolean passing) {
		return instances(this.http, service, passing);
	}

	/**
	 * Read the same, or give up after a second.
	 * @param service the name of the service
	 * @return the instances, of all nodes
	 */
	List<HealthService> instancesIfQuick(String service) {
		return instances(this.impatient, service, false);
	}

	private static List<HealthService> instances(RestClient http, String service, boolean passing) {
		return Objects.requireNonNull(http.get()
			.uri("/v1/health/service/{service}?consistent&passing={passing}", service, passing)
			.retrieve()
			.body(ENTRIES));
	}

	/**
	 * Return the name of the node that the agent runs on.
	 * @return the name
	 */
	String nodeName() {
		Map<String, Map<String, @Nullable Object>> self = Objects
			.requireNonNull(this.http.get().uri("/v1/agent/self").retrieve().body(SELF));
		return String.valueOf(Objects.requireNonNull(self.get("Config")).get("NodeName"));
	}

	/**
	 * Have the agent forget an instance, with its checks and its maintenance mode. There
	 * need not be one.
	 * @param id the instance
	 */
	void deregister(String id) {
		deregister(this.http, id);
	}

	/**
	 * Do the same, or give up after a second.
	 * @param id the instance
	 */
	void deregisterIfQuick(String id) {
		deregister(this.impatient, id);
	}

	private static void deregister(RestClient http, String id) {
		try {
			http.put().uri("/v1/agent/service/deregister/{id}", id).retrieve().toBodilessEntity();
		}
		catch (HttpClientErrorException.NotFound ex) {
			// newer agents say so
		}
	}

	/**
	 * Turn maintenance mode on or off, which outlives registrations of the same instance.
	 * @param id the instance
	 * @param enable whether to turn it on
	 * @return whether the agent knows the instance
	 */
	boolean setMaintenance(String id, boolean enable) {
		try {
			this.http.put()
				.uri("/v1/agent/service/maintenance/{id}?enable={enable}", id, enable)
				.retrieve()
				.toBodilessEntity();
			return true;
		}
		catch (HttpClientErrorException.NotFound ex) {
			return false;
		}
	}

	/**
	 * Remove an instance from the servers, whichever agent has brought it there.
	 * @param instance the instance
	 */
	void deregisterFromCatalog(HealthService instance) {
		this.http.put()
			.uri("/v1/catalog/deregister")
			.body(Map.of("Node", instance.getNode().getNode(), "ServiceID", instance.getService().getId()))
			.retrieve()
			.toBodilessEntity();
	}

}
