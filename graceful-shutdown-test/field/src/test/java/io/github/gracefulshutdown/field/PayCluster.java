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

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.gracefulshutdown.inflight.RabbitServer;
import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import org.awaitility.Awaitility;

/**
 * What the payment service has around it in the field: Nacos, PostgreSQL, RabbitMQ, Redis
 * and the acquirer, each as a process of its own.
 */
final class PayCluster implements AutoCloseable {

	private static final Path SAMPLE = Path.of("..", "..", "graceful-shutdown-sample-pay", "target").toAbsolutePath();

	private static final String MAIN = "io.github.gracefulshutdown.sample.pay.";

	// matched at the end, for the clone's directory may have any name
	private static final String STARTER = "/graceful-shutdown-(autoconfigure|starter)(-[^/]*\\.jar|/target/classes/?)$";

	private final List<Runnable> servers = new ArrayList<>();

	private final ProofKit kit;

	private final PayManifest manifest;

	private final ServerProcess nacos;

	private final ServerProcess postgresql;

	private final ServerProcess redis;

	private final RabbitServer rabbit;

	private final URI acquirer;

	private PayCluster(ProofKit kit, PayManifest manifest) throws Exception {
		this.kit = kit;
		this.manifest = manifest;
		try {
			this.nacos = own(ServerProcess.nacos());
			this.postgresql = own(ServerProcess.postgresql());
			this.redis = own(ServerProcess.redis());
			this.rabbit = RabbitServer.start();
			this.servers.add(this.rabbit::close);
			this.acquirer = application("acquirer.AcquirerApplication").name("acquirer")
				.startedWhen("Acquirer started on port")
				.start()
				.uri();
			this.postgresql.await(() -> connect().isValid(1));
			this.redis.await(() -> redis("PING").equals("+PONG"));
			this.nacos.await(() -> status("http://127.0.0.1:" + this.nacos.port() + "/nacos/v1/ns/operator/metrics"));
		}
		catch (Exception | Error ex) {
			close();
			throw ex;
		}
	}

	static PayCluster start(ProofKit kit, PayManifest manifest) throws Exception {
		return new PayCluster(kit, manifest);
	}

	private ServerProcess own(ServerProcess server) {
		this.servers.add(server::close);
		return server;
	}

	/**
	 * Starts an instance as the manifest describes it, and waits until it is ready.
	 * @param name its name
	 * @param starter whether the starter is on its class path
	 */
	RunningApplication startPay(String name, boolean starter) throws IOException {
		ApplicationBuilder pay = application("PayApplication").name(name)
			.startTimeout(ServerProcess.PATIENCE)
			.property("spring.rabbitmq.port", Integer.toString(this.rabbit.address().getPort()))
			.property("spring.data.redis.port", Integer.toString(this.redis.port()))
			.property("spring.datasource.username", "pay")
			// some payments are always between the debit and the order
			.property("pay.order-delay", "100ms");
		this.manifest.environment().forEach(pay::environment);
		Map<String, String> surroundings = Map.of("SPRING_PROFILES_ACTIVE", "full,nacos",
				"SPRING_CLOUD_NACOS_SERVERADDR", "127.0.0.1:" + this.nacos.port(), "SPRING_DATASOURCE_URL",
				databaseUrl(), "SPRING_RABBITMQ_HOST", "127.0.0.1", "SPRING_DATA_REDIS_HOST", "127.0.0.1",
				"PAY_ACQUIRERURI", this.acquirer.toString());
		this.manifest.surroundings().forEach((variable) -> pay.environment(variable, surroundings.get(variable)));
		if (!starter) {
			// the client of the report's time had no wait of its own, 10 s by now
			pay.without(STARTER).property("spring.cloud.nacos.discovery.graceful-shutdown-wait-time", "0");
			// calls as fast as these come to Tomcat's 100 on a connection while a hook
			// sleeps, and their users move to another pod by that; slower ones stay
			pay.property("server.tomcat.max-keep-alive-requests", "-1");
		}
		RunningApplication application = pay.start();
		Awaitility.await()
			.atMost(ServerProcess.PATIENCE)
			.ignoreExceptions()
			.until(() -> status(application.uri() + "/actuator/health/readiness")
					&& list("/nacos/v1/ns/instance/list?serviceName=pay").contains("\"port\":" + application.port()));
		return application;
	}

	/**
	 * The payments that were charged at devices of that name.
	 */
	List<String> charged(String device) throws IOException {
		return get(this.acquirer + "/debits").lines()
			.map((line) -> line.substring(0, line.indexOf(',')))
			.filter((payment) -> payment.startsWith(device + "-"))
			.toList();
	}

	List<String> ordered(String device) throws SQLException {
		return query("select payment_id from pay_order where device_code = ?", device);
	}

	/**
	 * The orders of which the broker's message has arrived.
	 */
	List<String> receipts(String device) throws SQLException {
		return query("select payment_id from receipt join pay_order using (payment_id) where device_code = ?", device);
	}

	/**
	 * Counts the keys under which clients have asked for payments at a device.
	 */
	int keys(String device) throws IOException {
		// the answer begins with the size of the list
		return Integer.parseInt(redis("KEYS pay:" + device + "-*").substring(1));
	}

	private List<String> query(String sql, String device) throws SQLException {
		try (Connection connection = connect(); PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setString(1, device);
			List<String> found = new ArrayList<>();
			for (ResultSet rows = statement.executeQuery(); rows.next();) {
				found.add(rows.getString(1));
			}
			return found;
		}
	}

	private String redis(String command) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.redis.port())) {
			socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
			return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
				.readLine();
		}
	}

	private Connection connect() throws SQLException {
		return DriverManager.getConnection(databaseUrl(), "pay", "");
	}

	private String databaseUrl() {
		return "jdbc:postgresql://127.0.0.1:" + this.postgresql.port() + "/postgres";
	}

	private ApplicationBuilder application(String main) throws IOException {
		String entries = Files.readString(SAMPLE.resolve("test-classes").resolve("runtime.classpath")).strip();
		return this.kit.application(MAIN + main)
			.classpath(Stream
				.concat(Stream.of(SAMPLE.resolve("classes")),
						Stream.of(entries.split(File.pathSeparator, -1)).map(Path::of))
				.toArray(Path[]::new))
			.classData(SAMPLE.resolve("class-data"));
	}

	private String list(String path) throws IOException {
		return get("http://127.0.0.1:" + this.nacos.port() + path);
	}

	private static boolean status(String uri) throws IOException {
		return ((HttpURLConnection) URI.create(uri).toURL().openConnection()).getResponseCode() == 200;
	}

	private static String get(String uri) throws IOException {
		return new String(URI.create(uri).toURL().openStream().readAllBytes(), StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.servers.forEach(Runnable::run);
	}

}
