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

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.gracefulshutdown.test.FreePort;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Consul server on free ports, with its log of requests. It is read and written over
 * its own HTTP API. It is the {@code consul} on the path, or a container where Docker has
 * one. Without either the tests are aborted, or fail where
 * {@code REQUIRE_REGISTRIES=true}.
 */
public final class ConsulServer implements AutoCloseable {

	private static final String IMAGE = "hashicorp/consul:1.20";

	private static final Duration PULL_TIMEOUT = Duration.ofMinutes(1);

	private static final Pattern REQUEST = Pattern.compile("Request finished: method=(\\S+) url=(\\S+)");

	/**
	 * Consul passes over parameters that it does not know, and logs them.
	 */
	private static final String TEST = "from-test";

	private final HttpClient http = HttpClient.newHttpClient();

	private final JsonMapper json = new JsonMapper();

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private final Host host;

	private final String token;

	private ConsulServer(Host host, String token) {
		this.host = host;
		this.token = token;
	}

	/**
	 * Start a server.
	 * @return the server, which has elected itself
	 */
	public static ConsulServer start() {
		return start("");
	}

	/**
	 * Start a server that refuses whoever has no token.
	 * @param token a token that may do anything, or an empty one for a server that
	 * refuses nobody
	 * @return the server, which has elected itself
	 */
	static ConsulServer start(String token) {
		Host host = Pattern.compile(File.pathSeparator)
			.splitAsStream(Objects.requireNonNullElse(System.getenv("PATH"), ""))
			.map((directory) -> Path.of(directory, "consul"))
			.filter(Files::isExecutable)
			.findFirst()
			.<Host>map(Local::new)
			.orElseGet(ConsulServer::container);
		ConsulServer server = new ConsulServer(host, token);
		for (int i = 0; i < 3; i++) {
			host.start(server.options(), server::log);
			Awaitility.await().until(() -> !server.isRunning() || server.isReady());
			if (server.isRunning()) {
				return server;
			}
			// somebody else has taken one of its ports meanwhile
		}
		throw new AssertionError("Consul ends as soon as it is started");
	}

	private List<String> options() {
		List<String> options = new ArrayList<>(
				List.of("agent", "-dev", "-node=test", "-log-level=debug", "-hcl=disable_update_check = true"));
		if (!this.token.isEmpty()) {
			options.add("-hcl=acl { enabled = true default_policy = \"deny\" tokens { master = \"%s\" } }"
				.formatted(this.token));
		}
		return options;
	}

	private static Host container() {
		String reason = "there is no Docker";
		if (DockerClientFactory.instance().isDockerAvailable()) {
			try {
				CompletableFuture.runAsync(() -> new RemoteDockerImage(DockerImageName.parse(IMAGE)).get())
					.get(PULL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
				return new Container();
			}
			catch (ExecutionException | TimeoutException ex) {
				reason = "Docker cannot have " + IMAGE;
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		}
		reason = "There is no consul on the path, and " + reason;
		if (Boolean.parseBoolean(System.getenv("REQUIRE_REGISTRIES"))) {
			throw new AssertionError(reason);
		}
		throw new TestAbortedException(reason);
	}

	public InetSocketAddress address() {
		return this.host.address();
	}

	/**
	 * Return what the server itself can have an answer from.
	 * @return a URL that answers 200
	 */
	String ownUrl() {
		return "http://127.0.0.1:%d/v1/status/leader".formatted(this.host.ownPort());
	}

	boolean isRunning() {
		return this.host.isRunning();
	}

	/**
	 * Return what callers get who ask for instances with passing checks.
	 * @param service the service
	 * @return the ids of its instances
	 */
	public List<String> passing(String service) {
		return ids(get("health/service/" + service + "?consistent&passing"));
	}

	/**
	 * Return what callers get who ask for all instances.
	 * @param service the service
	 * @return the ids of its instances
	 */
	public List<String> all(String service) {
		return ids(get("health/service/" + service + "?consistent"));
	}

	private static List<String> ids(JsonNode instances) {
		List<String> ids = new ArrayList<>();
		instances.forEach((instance) -> ids.add(instance.path("Service").path("ID").asString()));
		return ids;
	}

	/**
	 * Return the checks of the instances of a service.
	 * @param service the service
	 * @return the status of each check
	 */
	Map<String, String> checks(String service) {
		Map<String, String> checks = new TreeMap<>();
		get("health/checks/" + service + "?consistent")
			.forEach((check) -> checks.put(check.path("CheckID").asString(), check.path("Status").asString()));
		return checks;
	}

	/**
	 * Register an instance with the agent, without any check.
	 * @param service the service
	 * @param id the instance
	 * @param port its port
	 */
	public void register(String service, String id, int port) {
		put("agent/service/register", """
				{"ID": "%s", "Name": "%s", "Address": "127.0.0.1", "Port": %d}""".formatted(id, service, port));
	}

	/**
	 * Register an instance with the servers, as the agent of another node does.
	 * @param node the name of the node
	 * @param service the service
	 * @param id the instance
	 * @param address its address, which may be empty
	 * @param port its port
	 */
	void register(String node, String service, String id, String address, int port) {
		put("catalog/register", """
				{"Node": "%s", "Address": "127.0.0.1",
				 "Service": {"ID": "%s", "Service": "%s", "Address": "%s", "Port": %d}}""".formatted(node, id, service,
				address, port));
	}

	/**
	 * Remove an instance from the agent.
	 * @param id the instance
	 */
	public void deregister(String id) {
		put("agent/service/deregister/" + id, "");
	}

	/**
	 * Remove an instance from the servers.
	 * @param node the name of its node
	 * @param id the instance
	 */
	void deregister(String node, String id) {
		put("catalog/deregister", """
				{"Node": "%s", "ServiceID": "%s"}""".formatted(node, id));
	}

	/**
	 * Return the requests of the client, not of this class.
	 * @return method and path each, such as {@code PUT /v1/agent/service/deregister/1}
	 */
	public List<String> requests() {
		return this.requests;
	}

	@Override
	public void close() {
		this.host.close();
	}

	private boolean isReady() {
		try {
			HttpResponse<String> nodes = send("GET", "catalog/nodes?consistent", "");
			return nodes.statusCode() == 200 && nodes.body().contains("test");
		}
		catch (IOException ex) {
			return false;
		}
	}

	private JsonNode get(String path) {
		return this.json.readTree(request("GET", path, ""));
	}

	private void put(String path, String body) {
		request("PUT", path, body);
	}

	private String request(String method, String path, String body) {
		try {
			HttpResponse<String> response = send(method, path, body);
			if (response.statusCode() != 200) {
				throw new AssertionError(response.statusCode() + " " + response.body());
			}
			return response.body();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private HttpResponse<String> send(String method, String path, String body) throws IOException {
		String uri = "http://%s:%d/v1/%s%s%s".formatted(address().getHostString(), address().getPort(), path,
				(path.indexOf('?') < 0) ? "?" : "&", TEST);
		HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
			.timeout(Duration.ofSeconds(10))
			.header("X-Consul-Token", this.token)
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build();
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private void log(String line) {
		Matcher matcher = REQUEST.matcher(line);
		if (matcher.find() && !matcher.group(2).endsWith(TEST)) {
			this.requests.add(matcher.group(1) + " " + matcher.group(2));
		}
	}

	/**
	 * What runs the server.
	 */
	private interface Host extends AutoCloseable {

		void start(List<String> options, Consumer<String> log);

		InetSocketAddress address();

		/**
		 * Return where the server finds itself.
		 * @return the port
		 */
		int ownPort();

		boolean isRunning();

		@Override
		void close();

	}

	private static final class Local implements Host {

		private final Path binary;

		private @Nullable Process process;

		private int port;

		private Local(Path binary) {
			this.binary = binary;
		}

		@Override
		public void start(List<String> options, Consumer<String> log) {
			this.port = FreePort.find();
			List<String> command = new ArrayList<>(List.of(this.binary.toString()));
			command.addAll(options);
			command.addAll(List.of("-bind=127.0.0.1", "-client=127.0.0.1", "-dns-port=-1", "-grpc-port=-1",
					"-http-port=" + this.port, "-serf-lan-port=" + FreePort.find(), "-serf-wan-port=" + FreePort.find(),
					"-server-port=" + FreePort.find()));
			try {
				Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
				this.process = process;
				Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
				Thread reader = new Thread(() -> process.inputReader(StandardCharsets.UTF_8).lines().forEach(log));
				reader.setDaemon(true);
				reader.start();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public InetSocketAddress address() {
			return new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port);
		}

		@Override
		public int ownPort() {
			return this.port;
		}

		@Override
		public boolean isRunning() {
			return this.process != null && this.process.isAlive();
		}

		@Override
		public void close() {
			if (this.process != null) {
				this.process.destroyForcibly();
				this.process.onExit().join();
			}
		}

	}

	private static final class Container implements Host {

		private static final int PORT = 8500;

		private final GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(IMAGE))
			.withExposedPorts(PORT);

		@Override
		public void start(List<String> options, Consumer<String> log) {
			this.container
				.withCommand(Stream.concat(options.stream(), Stream.of("-client=0.0.0.0")).toArray(String[]::new))
				.withLogConsumer((frame) -> frame.getUtf8String().lines().forEach(log))
				.start();
		}

		@Override
		public InetSocketAddress address() {
			return new InetSocketAddress(this.container.getHost(), this.container.getMappedPort(PORT));
		}

		@Override
		public int ownPort() {
			return PORT;
		}

		@Override
		public boolean isRunning() {
			return this.container.isRunning();
		}

		@Override
		public void close() {
			this.container.stop();
		}

	}

}
