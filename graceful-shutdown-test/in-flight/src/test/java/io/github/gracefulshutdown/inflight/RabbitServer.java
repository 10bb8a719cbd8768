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

package io.github.gracefulshutdown.inflight;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.github.gracefulshutdown.test.FreePort;
import org.awaitility.Awaitility;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;

/**
 * A RabbitMQ server on free ports, and a connection to it. It is a node of Debian's
 * {@code rabbitmq-server}, with an {@code epmd} of its own, or a container where Docker
 * has one. Without either the tests are aborted, or fail where
 * {@code REQUIRE_REGISTRIES=true}.
 */
public final class RabbitServer implements AutoCloseable {

	private static final String IMAGE = "rabbitmq:3.13-alpine";

	private static final int PORT = 5672;

	private static final Duration PULL_TIMEOUT = Duration.ofMinutes(1);

	/**
	 * The script itself: the one on the path changes user, and does not end with the
	 * server.
	 */
	private static final Path SCRIPT = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");

	private final Host host;

	private final Connection connection;

	private final Channel channel;

	private RabbitServer(Host host) {
		this.host = host;
		ConnectionFactory factory = new ConnectionFactory();
		factory.setHost(address().getHostString());
		factory.setPort(address().getPort());
		this.connection = Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.pollInterval(Duration.ofMillis(250))
			.ignoreExceptions()
			.until(factory::newConnection, (connected) -> true);
		try {
			this.channel = this.connection.createChannel();
			this.channel.confirmSelect();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start a server.
	 * @return the server, which can be connected to
	 */
	public static RabbitServer start() {
		Host host = Files.isExecutable(SCRIPT) ? new Local() : container();
		try {
			return new RabbitServer(host);
		}
		catch (RuntimeException | Error ex) {
			host.close();
			throw ex;
		}
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
		reason = "There is no " + SCRIPT + ", and " + reason;
		if (Boolean.parseBoolean(System.getenv("REQUIRE_REGISTRIES"))) {
			throw new AssertionError(reason);
		}
		throw new TestAbortedException(reason);
	}

	public InetSocketAddress address() {
		return this.host.address();
	}

	/**
	 * Make a durable queue, or empty the one there is.
	 * @param queue the name
	 */
	void declare(String queue) {
		call(() -> this.channel.queueDeclare(queue, true, false, false, Map.of()));
		call(() -> this.channel.queuePurge(queue));
	}

	/**
	 * Send messages and wait until the server has them.
	 * @param queue where to
	 * @param messages what
	 */
	void send(String queue, List<String> messages) {
		for (String message : messages) {
			call(() -> {
				this.channel.basicPublish("", queue, MessageProperties.PERSISTENT_TEXT_PLAIN,
						message.getBytes(StandardCharsets.UTF_8));
				return null;
			});
		}
		call(() -> this.channel.waitForConfirms(PULL_TIMEOUT.toMillis()));
	}

	/**
	 * Return how many messages nobody has in hand.
	 * @param queue where
	 * @return the number of messages that are ready
	 */
	public long ready(String queue) {
		return call(() -> this.channel.messageCount(queue));
	}

	/**
	 * Return how many consumers the broker sends messages to.
	 * @param queue of which queue
	 * @return the number of consumers
	 */
	public long consumers(String queue) {
		return call(() -> this.channel.consumerCount(queue));
	}

	/**
	 * Take all messages that nobody has in hand.
	 * @param queue where from
	 * @return the messages, each with {@code " redelivered"} if it was delivered before
	 */
	List<String> take(String queue) {
		List<String> messages = new ArrayList<>();
		for (GetResponse response = get(queue); response != null; response = get(queue)) {
			messages.add(new String(response.getBody(), StandardCharsets.UTF_8)
					+ (response.getEnvelope().isRedeliver() ? " redelivered" : ""));
		}
		return messages;
	}

	private GetResponse get(String queue) {
		return call(() -> this.channel.basicGet(queue, true));
	}

	private static <T> T call(Call<T> call) {
		try {
			return call.call();
		}
		catch (IOException | TimeoutException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	@Override
	public void close() {
		this.connection.abort();
		this.host.close();
	}

	/**
	 * A call to the server.
	 *
	 * @param <T> what it returns
	 */
	@FunctionalInterface
	private interface Call<T> {

		T call() throws IOException, TimeoutException, InterruptedException;

	}

	/**
	 * What runs the server.
	 */
	private interface Host extends AutoCloseable {

		InetSocketAddress address();

		@Override
		void close();

	}

	private static final class Local implements Host {

		private final int port;

		private final List<Process> processes = new ArrayList<>();

		private Local() {
			this.port = FreePort.find();
			String epmdPort = Integer.toString(FreePort.find());
			try {
				Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target").toAbsolutePath()),
						"rabbitmq");
				Map<String, String> environment = Map.ofEntries(Map.entry("HOME", directory.toString()),
						Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"), Map.entry("ERL_EPMD_PORT", epmdPort),
						Map.entry("RABBITMQ_NODENAME", "test@localhost"),
						Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
						Map.entry("RABBITMQ_NODE_PORT", Integer.toString(this.port)),
						Map.entry("RABBITMQ_DIST_PORT", Integer.toString(FreePort.find())),
						Map.entry("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"),
						Map.entry("RABBITMQ_CONF_ENV_FILE", directory.resolve("none").toString()),
						Map.entry("RABBITMQ_CONFIG_FILE", directory.resolve("rabbitmq").toString()),
						Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", directory.resolve("plugins").toString()),
						Map.entry("RABBITMQ_MNESIA_BASE", directory.resolve("mnesia").toString()),
						Map.entry("RABBITMQ_PID_FILE", directory.resolve("pid").toString()),
						Map.entry("RABBITMQ_LOG_BASE", directory.toString()), Map.entry("RABBITMQ_LOGS", "-"));
				// else the server would start one that outlives it
				start(directory, environment, "epmd", "-address", "127.0.0.1", "-port", epmdPort);
				start(directory, environment, SCRIPT.toString());
			}
			catch (IOException ex) {
				close();
				throw new UncheckedIOException(ex);
			}
		}

		private void start(Path directory, Map<String, String> environment, String... command) throws IOException {
			ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("rabbitmq.log").toFile()));
			builder.environment().putAll(environment);
			Process process = builder.start();
			this.processes.add(process);
			Runtime.getRuntime().addShutdownHook(new Thread(() -> kill(process)));
		}

		@Override
		public InetSocketAddress address() {
			return new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port);
		}

		@Override
		public void close() {
			this.processes.forEach(Local::kill);
		}

		private static void kill(Process process) {
			List<ProcessHandle> descendants = process.descendants().toList();
			process.destroyForcibly();
			descendants.forEach(ProcessHandle::destroyForcibly);
			process.onExit().join();
		}

	}

	private static final class Container implements Host {

		private final GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(IMAGE))
			.withExposedPorts(PORT);

		private Container() {
			this.container.start();
		}

		@Override
		public InetSocketAddress address() {
			return new InetSocketAddress(this.container.getHost(), this.container.getMappedPort(PORT));
		}

		@Override
		public void close() {
			this.container.stop();
		}

	}

}
