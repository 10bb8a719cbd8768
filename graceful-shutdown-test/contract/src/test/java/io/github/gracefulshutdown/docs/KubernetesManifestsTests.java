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

package io.github.gracefulshutdown.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Lifecycle;
import io.kubernetes.client.openapi.models.V1LifecycleHandler;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1SleepAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import org.springframework.boot.convert.DurationStyle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The manifests of the docs, tried on the API of Kubernetes as strictly as
 * {@code kubectl apply --validate=strict} does, and on the application's own reading of
 * its environment.
 */
class KubernetesManifestsTests {

	private static final Path MANIFESTS = Path.of("..", "..", "docs", "kubernetes");

	private static final Map<String, Schema> SCHEMAS = Map.of("apps/v1 Deployment",
			new Schema(V1Deployment.class, V1Deployment::validateJsonElement), "v1 Service",
			new Schema(V1Service.class, V1Service::validateJsonElement), "v1 ConfigMap",
			new Schema(V1ConfigMap.class, V1ConfigMap::validateJsonElement), "policy/v1 PodDisruptionBudget",
			new Schema(V1PodDisruptionBudget.class, V1PodDisruptionBudget::validateJsonElement));

	// Gson cannot look into times, and nobody writes one into a manifest
	private static final Gson GSON = new GsonBuilder()
		.registerTypeAdapter(OffsetDateTime.class, new Gson().getAdapter(String.class))
		.create();

	@ParameterizedTest
	@MethodSource("manifests")
	void whenAppliedThenKubernetesUnderstandsAllOfIt(Path manifest) throws IOException {
		for (JsonObject object : objects(Files.readString(manifest))) {
			apply(object);
		}
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void whenAppliedThenTheApplicationIsToldTheGracePeriodThatItHas(Path manifest) throws IOException {
		for (JsonObject object : objects(Files.readString(manifest))) {
			compareGracePeriods(object);
		}
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			preStop:,            prestop:,            The field `prestop`
			containerPort: 8080, hostPort: 8080,      The required field `containerPort`
			replicas: 2,         replicas: '2',       "replicas":2
			replicas: 2,         replicas: two,       NumberFormatException
			value: 30s,          value: 30,           "value":"30"
			apps/v1,             apps/v2,             apps/v2 Deployment
			""")
	void whenAManifestHasAFaultThenItIsFound(String right, String wrong, String found) throws IOException {
		String manifest = Files.readString(MANIFESTS.resolve("deployment-exec.yaml"));
		assertThat(manifest).contains(right);
		assertThatThrownBy(() -> objects(manifest.replace(right, wrong)).forEach(KubernetesManifestsTests::apply))
			.hasStackTraceContaining(found);
	}

	@Test
	void whenAKeyIsThereTwiceThenItIsFound() {
		assertThatThrownBy(() -> objects("kind: Service\nkind: Service\n")).hasMessageContaining("duplicate key kind");
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			deployment-exec.yaml,  value: 30s, value: 20s
			deployment-exec.yaml,  value: 30s, value: '30'
			deployment-exec.yaml,  GRACEFULSHUTDOWN_GRACEPERIOD, GRACEFUL_SHUTDOWN_GRACEPERIOD
			deployment-sleep.yaml, seconds: 5, seconds: 10
			deployment-sidecar.yaml, value: 30s # for the script, value: 20s
			""")
	void whenTheApplicationIsToldAnotherGracePeriodThenItIsFound(String file, String right, String wrong)
			throws IOException {
		String manifest = Files.readString(MANIFESTS.resolve(file));
		assertThat(manifest).contains(right);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(
				() -> objects(manifest.replace(right, wrong)).forEach(KubernetesManifestsTests::compareGracePeriods));
	}

	@Test
	void whenMeshedByLinkerdThenTheProxyEndsAfterTheApplicationAndWithinTheGracePeriod() throws IOException {
		V1PodTemplateSpec template = linkerd();
		Map<String, String> annotations = template.getMetadata().getAnnotations();
		assertThat(annotations).containsOnlyKeys("linkerd.io/inject",
				// the name since Linkerd 2.20
				"config.linkerd.io/proxy-enable-native-sidecar", "config.linkerd.io/shutdown-grace-period");
		assertThat(annotations).containsEntry("linkerd.io/inject", "enabled")
			.containsEntry("config.linkerd.io/proxy-enable-native-sidecar", "true");
		assertThat(DurationStyle.SIMPLE.parse(annotations.get("config.linkerd.io/shutdown-grace-period")))
			.isEqualTo(Duration.ofSeconds(template.getSpec().getTerminationGracePeriodSeconds()));
	}

	@Test
	void whenAPageShowsAnnotationsOfLinkerdThenTheManifestHasThem() throws IOException {
		String shown = Files.readString(MANIFESTS.resolveSibling("kubernetes.md")).split("### Linkerd\n", 2)[1]
			.split("```yaml\nannotations:\n", 2)[1].split("```", 2)[0];
		Map<String, Object> annotations = new Yaml(new SafeConstructor(new LoaderOptions())).load(shown);
		assertThat(annotations).isEqualTo(linkerd().getMetadata().getAnnotations());
	}

	private static V1PodTemplateSpec linkerd() throws IOException {
		JsonObject deployment = objects(Files.readString(MANIFESTS.resolve("deployment-linkerd.yaml"))).get(0);
		return GSON.fromJson(deployment, V1Deployment.class).getSpec().getTemplate();
	}

	static List<Path> manifests() throws IOException {
		try (Stream<Path> files = Files.list(MANIFESTS)) {
			List<Path> manifests = files.filter((file) -> file.toString().endsWith(".yaml")).sorted().toList();
			assertThat(manifests).isNotEmpty();
			return manifests;
		}
	}

	private static List<JsonObject> objects(String manifest) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		Iterable<Object> documents = new Yaml(new SafeConstructor(options)).loadAll(manifest);
		List<JsonObject> objects = StreamSupport.stream(documents.spliterator(), false)
			.map((document) -> GSON.toJsonTree(document).getAsJsonObject())
			.toList();
		assertThat(objects).isNotEmpty();
		return objects;
	}

	private static void apply(JsonObject object) {
		String kind = object.get("apiVersion").getAsString() + " " + object.get("kind").getAsString();
		assertThat(SCHEMAS).containsKey(kind);
		Schema schema = SCHEMAS.get(kind);
		// knows which fields there are and which are required
		assertThatNoException().isThrownBy(() -> schema.fields().validate(object));
		// knows their types: what had to be converted is not what was written
		JsonElement understood = GSON.toJsonTree(GSON.fromJson(object, schema.type()));
		dropEmpty(understood);
		assertThat(understood).isEqualTo(object);
	}

	// collections that were not written are read as empty ones
	private static void dropEmpty(JsonElement element) {
		if (element.isJsonArray()) {
			element.getAsJsonArray().forEach(KubernetesManifestsTests::dropEmpty);
		}
		else if (element.isJsonObject()) {
			Map<String, JsonElement> fields = element.getAsJsonObject().asMap();
			fields.values().forEach(KubernetesManifestsTests::dropEmpty);
			fields.values().removeIf((value) -> value.toString().equals("[]") || value.toString().equals("{}"));
		}
	}

	private static void compareGracePeriods(JsonObject object) {
		if (!object.get("kind").getAsString().equals("Deployment")) {
			return;
		}
		V1PodSpec pod = GSON.fromJson(object, V1Deployment.class).getSpec().getTemplate().getSpec();
		V1Container container = pod.getContainers().get(0);
		Duration whole = Duration.ofSeconds(pod.getTerminationGracePeriodSeconds());
		// the application does not see what the kubelet sleeps
		assertThat(gracePeriod(container).map(slept(container)::plus)).contains(whole);
		for (V1Container sidecar : Objects.requireNonNullElse(pod.getInitContainers(), List.<V1Container>of())) {
			assertThat(gracePeriod(sidecar)).contains(whole);
		}
	}

	private static Duration slept(V1Container container) {
		return Optional.ofNullable(container.getLifecycle())
			.map(V1Lifecycle::getPreStop)
			.map(V1LifecycleHandler::getSleep)
			.map(V1SleepAction::getSeconds)
			.map(Duration::ofSeconds)
			.orElse(Duration.ZERO);
	}

	private static Optional<Duration> gracePeriod(V1Container container) {
		Map<String, Object> variables = new HashMap<>();
		container.getEnv().forEach((variable) -> variables.put(variable.getName(), variable.getValue()));
		return GracePeriod.of(variables);
	}

	private record Schema(Class<?> type, Fields fields) {

	}

	@FunctionalInterface
	private interface Fields {

		void validate(JsonElement object) throws IOException;

	}

}
