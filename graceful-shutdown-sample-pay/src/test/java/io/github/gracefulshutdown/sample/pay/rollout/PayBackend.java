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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.pay.Debit;
import io.github.gracefulshutdown.sample.pay.PayApplication;
import io.github.gracefulshutdown.sample.pay.Reconciliation;
import io.github.gracefulshutdown.sample.pay.acquirer.AcquirerApplication;
import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.RunningApplication;
import org.h2.tools.Server;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * What the instances of the payment service share and what outlives them: the database
 * with the orders, and the acquirer with its ledger.
 */
final class PayBackend implements AutoCloseable {

	private final ProofKit kit;

	private final Server database;

	private final URI acquirer;

	private final List<Path> classpath;

	private PayBackend(ProofKit kit, Server database, URI acquirer, List<Path> classpath) {
		this.kit = kit;
		this.database = database;
		this.acquirer = acquirer;
		this.classpath = classpath;
	}

	static PayBackend start(ProofKit kit) throws IOException {
		RunningApplication acquirer = kit.application(AcquirerApplication.class)
			.name("acquirer")
			.startedWhen("Acquirer started on port")
			.start();
		return new PayBackend(kit, startDatabase(), acquirer.uri(), runtimeClasspath().toList());
	}

	/**
	 * Describes an instance of the payment service.
	 * @param variant how it is built and configured
	 * @param name its name
	 * @param registry the profile of the registry in which it is listed
	 * @return the builder, for what else is to be set
	 */
	ApplicationBuilder application(Variant variant, String name, String registry) {
		return variant
			.apply(this.kit.application(PayApplication.class).name(name).classpath(this.classpath.toArray(Path[]::new)))
			.classData(Path.of("target", "class-data"))
			.property("spring.profiles.active", "demo," + registry)
			.property("spring.datasource.url", databaseUrl())
			.property("spring.datasource.username", "sa")
			.property("pay.acquirer-uri", this.acquirer.toString());
	}

	/**
	 * Sets how long an instance's long work takes.
	 * @param application the instance
	 * @param millis in milliseconds
	 */
	void setBusinessTime(RunningApplication application, long millis) {
		URI uri = application.uri().resolve("/biz/time/set?sleepTime=" + millis);
		try {
			HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
			connection.getInputStream().close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Lists the payments charged without an order; no instance has to run.
	 */
	List<Debit> chargedWithoutOrder() {
		return chargedWithoutOrder(databaseUrl());
	}

	/**
	 * Lists the payments charged without an order in another database.
	 */
	List<Debit> chargedWithoutOrder(String databaseUrl) {
		return Reconciliation.between(this.acquirer, new DriverManagerDataSource(databaseUrl, "sa", ""))
			.chargedWithoutOrder(Instant.MAX);
	}

	@Override
	public void close() {
		this.database.stop();
	}

	String databaseUrl() {
		// each backend has a server of its own, and memory outlives the instances
		return "jdbc:h2:tcp://127.0.0.1:" + this.database.getPort() + "/mem:pay" + this.database.getPort()
				+ ";DB_CLOSE_DELAY=-1";
	}

	private static Server startDatabase() {
		System.setProperty("h2.bindAddress", "127.0.0.1");
		try {
			return Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What a deployment has on its class path, without what only tests need.
	 */
	private static Stream<Path> runtimeClasspath() throws IOException {
		try (InputStream resource = PayBackend.class.getResourceAsStream("/runtime.classpath")) {
			String entries = new String(Objects.requireNonNull(resource, "runtime.classpath is missing").readAllBytes(),
					StandardCharsets.UTF_8);
			URI classes = PayApplication.class.getProtectionDomain().getCodeSource().getLocation().toURI();
			return Stream.concat(Stream.of(Path.of(classes)),
					Arrays.stream(entries.strip().split(System.getProperty("path.separator"), -1)).map(Path::of));
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
