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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An instance of the payment service in a container. It has the host's network, as one
 * sees a service from outside: where a port is published, callers on the same host go
 * through Docker's proxy, which accepts connections for a service that does not.
 */
final class Container implements Instance {

	private final String id;

	private final URI uri;

	private final Process follower;

	private final List<String> log = new CopyOnWriteArrayList<>();

	private final Thread reader;

	private final Thread remover = new Thread(this::remove);

	private Container(String id, URI uri, Process follower) {
		this.id = id;
		this.uri = uri;
		this.follower = follower;
		this.reader = new Thread(this::read);
		this.reader.start();
		// a test that is ended must not leave its containers behind
		Runtime.getRuntime().addShutdownHook(this.remover);
	}

	static Container start(String image, int port, Map<String, String> environment) {
		List<String> command = new ArrayList<>(List.of("run", "--detach", "--network", "host"));
		environment.forEach((name, value) -> command.addAll(List.of("--env", name + "=" + value)));
		command.add(image);
		String id = Docker.run(command.toArray(String[]::new));
		try {
			Process follower = new ProcessBuilder("docker", "logs", "--follow", id).redirectErrorStream(true).start();
			return new Container(id, URI.create("http://127.0.0.1:" + port), follower);
		}
		catch (IOException ex) {
			Docker.run("rm", "--force", id);
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		try (BufferedReader lines = this.follower.inputReader(StandardCharsets.UTF_8)) {
			lines.lines().forEach(this.log::add);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public URI uri() {
		return this.uri;
	}

	@Override
	public List<String> log() {
		return List.copyOf(this.log);
	}

	@Override
	public boolean isAlive() {
		return this.reader.isAlive();
	}

	/**
	 * Runs a command of Docker that stops the container, and waits for its end.
	 * @param command such as {@code stop -t 10}
	 * @return the exit code
	 */
	int stop(String command) throws InterruptedException {
		List<String> words = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
		words.add(this.id);
		Docker.run(words.toArray(String[]::new));
		int exitCode = Integer.parseInt(Docker.run("wait", this.id));
		this.reader.join(Duration.ofSeconds(10).toMillis());
		return exitCode;
	}

	@Override
	public void close() {
		Runtime.getRuntime().removeShutdownHook(this.remover);
		remove();
	}

	private void remove() {
		Docker.run("rm", "--force", this.id);
	}

}
