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

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.opentest4j.TestAbortedException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Consul server on free ports, with its log of requests. It is read and written over
 * its own HTTP API. It is the {@code consul} on the path. Without one the tests are
 * aborted, or fail where {@code REQUIRE_REGISTRIES=true}.
 */
final class ConsulServer implements AutoCloseable {

	private static final Pattern REQUEST = Pattern.compile("Request finished: method=(\\S+) url=(\\S+)");

	/**
	 * Consul passes over parameters that it does not know, and logs them.
	 */
	private static final String TEST = "from-test";

	private final HttpClient http = HttpClient.newHttpClient();

	private final JsonMapper json = new JsonMapper();

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private final Process process;

	private final int port;

	private ConsulServer(Path binary) {
		List<Integer> ports = freePorts(4);
		this.port = ports.get(0);
		try {
			this.process = new ProcessBuilder(binary.toString(), "agent", "-dev", "-bind=127.0.0.1",
					"-client=127.0.0.1", "-node=test", "-log-level=debug", "-dns-port=-1", "-grpc-port=-1",
					"-http-port=" + this.port, "-serf-lan-port=" + ports.get(1), "-serf-wan-port=" + ports.get(2),
					"-server-port=" + ports.get(3), "-hcl=disable_update_check = true",
					"-hcl=leave_on_terminate = false")
				.redirectErrorStream(true)
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Runtime.getRuntime().addShutdownHook(new Thread(this.process::destroyForcibly));
		Thread reader = new Thread(this::readLog, "consul-log");
		reader.setDaemon(true);
		reader.start();
		Awaitility.await().until(() -> !this.process.isAlive() || isReady());
	}

	/**
	 * Start a server.
	 * @return the server, which has elected itself
	 */
	static ConsulServer start() {
		Optional<Path> binary = binary();
		if (binary.isEmpty()) {
			String reason = "There is no consul on the path";
			if (Boolean.parseBoolean(System.getenv("REQUIRE_REGISTRIES"))) {
				throw new AssertionError(reason);
			}
			throw new TestAbortedException(reason);
		}
		ConsulServer server = new ConsulServer(binary.get());
		for (int i = 0; i < 3 && !server.isRunning(); i++) {
			// somebody else has taken one of its ports meanwhile
			server = new ConsulServer(binary.get());
		}
		return server;
	}

	private static Optional<Path> binary() {
		return Pattern.compile(File.pathSeparator)
			.splitAsStream(Objects.requireNonNullElse(System.getenv("PATH"), ""))
			.map((directory) -> Path.of(directory, "consul"))
			.filter(Files::isExecutable)
			.findFirst();
	}

	private static List<Integer> freePorts(int count) {
		List<ServerSocket> sockets = new ArrayList<>();
		try {
			for (int i = 0; i < count; i++) {
				sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
			}
			List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
			for (ServerSocket socket : sockets) {
				socket.close();
			}
			return ports;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	InetSocketAddress address() {
		return new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port);
	}

	boolean isRunning() {
		return this.process.isAlive();
	}

	/**
	 * Return what callers get who ask for instances with passing checks.
	 * @param service the service
	 * @return the ids of its instances
	 */
	List<String> passing(String service) {
		return ids(get("health/service/" + service + "?consistent&passing"));
	}

	/**
	 * Return what callers get who ask for all instances.
	 * @param service the service
	 * @return the ids of its instances
	 */
	List<String> all(String service) {
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
	void register(String service, String id, int port) {
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
	 * Return the requests of the client, not of this class.
	 * @return method and path each, such as {@code PUT /v1/agent/service/deregister/1}
	 */
	List<String> requests() {
		return this.requests;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		this.process.onExit().join();
	}

	private boolean isReady() {
		try {
			return !send("GET", "catalog/nodes?consistent", "").body().equals("[]");
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
		String uri = "http://127.0.0.1:" + this.port + "/v1/" + path + ((path.indexOf('?') < 0) ? "?" : "&") + TEST;
		HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
			.timeout(Duration.ofSeconds(10))
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build();
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private void readLog() {
		try (InputStream log = this.process.getInputStream();
				BufferedReader reader = new BufferedReader(new InputStreamReader(log, StandardCharsets.UTF_8))) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				Matcher matcher = REQUEST.matcher(line);
				if (matcher.find() && !matcher.group(2).endsWith(TEST)) {
					this.requests.add(matcher.group(1) + " " + matcher.group(2));
				}
			}
		}
		catch (IOException ex) {
			// it was closed
		}
	}

}
