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

package io.github.gracefulshutdown.registry.nacos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.alibaba.nacos.api.naming.pojo.Instance;
import com.alibaba.nacos.common.utils.JacksonUtils;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.gracefulshutdown.test.FaultProxy;
import io.github.gracefulshutdown.test.FreePort;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

import org.springframework.util.FileSystemUtils;

/**
 * A Nacos server in a process of its own, on free ports of the loopback interface, and
 * the means to make it misbehave: clients reach it through proxies. It is read and
 * written over its own HTTP API, as its console does.
 */
public final class NacosServer implements AutoCloseable {

	private static final Path MODULE = Path.of("..", "graceful-shutdown-test", "nacos-server", "target");

	/** Where the client finds gRPC, seen from HTTP. */
	private static final int GRPC = 1000;

	private static final int ATTEMPTS = 5;

	private final HttpClient http = HttpClient.newHttpClient();

	private final Path home;

	private final int port;

	private final Process process;

	private final FaultProxy httpProxy;

	private final FaultProxy grpcProxy;

	private NacosServer(Path home, int port, Process process) {
		this.home = home;
		this.port = port;
		this.process = process;
		int proxyPort = FreePort.find(0, GRPC);
		this.httpProxy = FaultProxy.to(address(port), proxyPort);
		this.grpcProxy = FaultProxy.to(address(port + GRPC), proxyPort + GRPC);
	}

	/**
	 * Start a server. Where it cannot be had, the test is aborted.
	 * @return the server, which answers
	 */
	public static NacosServer start() {
		try {
			Path classPath = MODULE.resolve("class-path.txt");
			if (!Files.exists(classPath)) {
				String reason = "Nacos is not there: build graceful-shutdown-test/nacos-server first";
				if ("true".equals(System.getenv("REQUIRE_REGISTRIES"))) {
					Assertions.fail(reason);
				}
				Assumptions.abort(reason);
			}
			for (int i = 0; i < ATTEMPTS; i++) {
				NacosServer server = start(
						MODULE.resolve("classes") + File.pathSeparator + Files.readString(classPath));
				if (server.process.isAlive()) {
					return server;
				}
				// somebody else has taken one of its ports
				server.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		throw new AssertionError("Nacos does not start");
	}

	private static NacosServer start(String classPath) throws IOException {
		Path home = Files.createTempDirectory("nacos");
		int port = FreePort.find(0, GRPC, GRPC + 1);
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx256m", "-XX:TieredStopAtLevel=1", "-Duser.home=" + home,
				"--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.util=ALL-UNNAMED",
				"--add-opens=java.base/java.math=ALL-UNNAMED", "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
				"-cp", classPath, "io.github.gracefulshutdown.test.nacos.NacosServerApplication", String.valueOf(port),
				home.toString())
			.redirectErrorStream(true)
			.redirectOutput(home.resolve("output.log").toFile())
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		NacosServer server = new NacosServer(home, port, process);
		Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !process.isAlive() || server.answers());
		return server;
	}

	private static InetSocketAddress address(int port) {
		return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
	}

	/**
	 * Return where clients find this server, by way of the proxies.
	 * @return host and port
	 */
	public String address() {
		return "127.0.0.1:" + this.httpProxy.port();
	}

	/**
	 * Return what callers are told of an instance.
	 * @param service its service
	 * @param port its port
	 * @return the instance, or {@code null} if they are not told of it
	 */
	public @Nullable Instance offered(String service, int port) {
		return find(send("GET", "/instance/list?serviceName=" + service).get("hosts"), port);
	}

	/**
	 * Return what the console shows of an instance, which may be more than callers see.
	 * @param service its service
	 * @param port its port
	 * @return the instance, or {@code null} if there is none
	 */
	@Nullable Instance shown(String service, int port) {
		JsonNode answer = send("GET",
				"/catalog/instances?clusterName=DEFAULT&pageNo=1&pageSize=100&serviceName=" + service);
		return find(answer.get("list"), port);
	}

	private static @Nullable Instance find(@Nullable JsonNode instances, int port) {
		if (instances != null) {
			for (JsonNode instance : instances) {
				if (instance.get("port").asInt() == port) {
					return JacksonUtils.toObj(instance.toString(), Instance.class);
				}
			}
		}
		return null;
	}

	/**
	 * Register an instance from outside, and wait until callers are told of it.
	 * @param service its service
	 * @param port its port
	 * @param ephemeral whether it goes when nothing is heard of it
	 */
	public void register(String service, int port, boolean ephemeral) {
		send("POST", instance(service, port, ephemeral));
		Awaitility.await().until(() -> offered(service, port) != null);
	}

	/**
	 * Register an instance from outside of which callers are not told.
	 * @param service its service
	 * @param port its port
	 * @param ephemeral whether it goes when nothing is heard of it
	 */
	void registerHidden(String service, int port, boolean ephemeral) {
		send("POST", instance(service, port, ephemeral) + "&enabled=false");
		Awaitility.await().until(() -> shown(service, port) != null);
	}

	/**
	 * Wait until callers are told of whatever was registered before. A server lists a new
	 * service at once, and what changes in one only half a second later.
	 */
	void awaitListing() {
		String service = "later-" + UUID.randomUUID();
		register(service, 1, true);
		register(service, 2, true);
	}

	/**
	 * Set what an operator may set for an instance, and wait until the server shows it.
	 * @param service its service
	 * @param port its port
	 * @param ephemeral its kind
	 * @param weight its weight
	 * @param enabled whether callers are told of it
	 * @param metadata its metadata
	 */
	void set(String service, int port, boolean ephemeral, double weight, boolean enabled,
			Map<String, String> metadata) {
		String entries = metadata.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "=" + entry.getValue())
			.collect(Collectors.joining(","));
		send("PUT", instance(service, port, ephemeral) + "&weight=" + weight + "&enabled=" + enabled + "&metadata="
				+ URLEncoder.encode(entries, StandardCharsets.UTF_8));
		Awaitility.await().until(() -> {
			Instance shown = shown(service, port);
			return shown != null && shown.getWeight() == weight && shown.isEnabled() == enabled
					&& shown.getMetadata().entrySet().containsAll(metadata.entrySet());
		});
	}

	private static String instance(String service, int port, boolean ephemeral) {
		return "/instance?ip=127.0.0.1&serviceName=" + service + "&port=" + port + "&ephemeral=" + ephemeral;
	}

	private boolean answers() {
		try {
			return this.http.send(request("GET", "/operator/metrics"), HttpResponse.BodyHandlers.discarding())
				.statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private JsonNode send(String method, String path) {
		try {
			HttpResponse<String> response = this.http.send(request(method, path), HttpResponse.BodyHandlers.ofString());
			return response.body().startsWith("{") ? JacksonUtils.toObj(response.body())
					: JacksonUtils.createEmptyJsonNode();
		}
		catch (IOException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private HttpRequest request(String method, String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + "/nacos/v1/ns" + path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.timeout(Duration.ofSeconds(30))
			.build();
	}

	/**
	 * Return what stands between clients and the server.
	 * @return the proxies for HTTP and for gRPC
	 */
	public List<FaultProxy> proxies() {
		return List.of(this.httpProxy, this.grpcProxy);
	}

	void hang() {
		proxies().forEach(FaultProxy::hang);
	}

	void hangHttp() {
		this.httpProxy.hang();
	}

	void refuse() {
		proxies().forEach(FaultProxy::refuse);
	}

	void delay(Duration delay) {
		proxies().forEach((proxy) -> proxy.delay(delay));
	}

	void answer(int status) {
		proxies().forEach((proxy) -> proxy.answer(status));
	}

	public void recover() {
		proxies().forEach(FaultProxy::pass);
	}

	@Override
	public void close() {
		Stream.of(this.httpProxy, this.grpcProxy).forEach(FaultProxy::close);
		this.process.destroyForcibly().onExit().join();
		try {
			FileSystemUtils.deleteRecursively(this.home);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
