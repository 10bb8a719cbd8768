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

package io.github.gracefulshutdown.field;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What the docs deploy the payment service with.
 *
 * @param gracePeriod of the pod
 * @param environment what the manifest itself says to the container
 * @param surroundings the names of what depends on the cluster
 * @param preStop the command of the hook
 */
record PayManifest(Duration gracePeriod, Map<String, String> environment, Set<String> surroundings,
		List<String> preStop) {

	private static final Path FILE = Path.of("..", "..", "docs", "kubernetes", "deployment-pay.yaml");

	static PayManifest read() throws IOException {
		Set<String> surroundings = Set.of();
		Map<?, ?> pod = Map.of();
		for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(Files.readString(FILE))) {
			if ("ConfigMap".equals(get(document, "kind"))) {
				surroundings = Set.copyOf(PayManifest.<Map<String, String>>get(document, "data").keySet());
			}
			else {
				pod = get(document, "spec", "template", "spec");
			}
		}
		Map<String, ?> container = PayManifest.<List<Map<String, ?>>>get(pod, "containers").get(0);
		Map<String, String> environment = new HashMap<>();
		for (Map<String, ?> variable : PayManifest.<List<Map<String, ?>>>get(container, "env")) {
			if (variable.containsKey("value")) {
				environment.put(get(variable, "name"), get(variable, "value"));
			}
		}
		return new PayManifest(Duration.ofSeconds(PayManifest.<Integer>get(pod, "terminationGracePeriodSeconds")),
				environment, surroundings, get(container, "lifecycle", "preStop", "exec", "command"));
	}

	/**
	 * The command of the hook for a container whose port is another one.
	 */
	String[] preStop(int port) {
		return this.preStop.stream().map((part) -> part.replace(":8080/", ":" + port + "/")).toArray(String[]::new);
	}

	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	private static <T> T get(Object object, String... path) {
		Object found = object;
		for (String name : path) {
			found = ((Map<String, Object>) found).get(name);
		}
		return (T) found;
	}

}
