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
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.test.FreePort;

/**
 * A balancer as a child process, in the foreground, on a free port of the loopback
 * interface.
 */
final class Proxy implements AutoCloseable {

	private final Process process;

	private final int port;

	private Proxy(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Returns where a program is installed; the balancers are not in every user's path.
	 */
	static Optional<Path> find(String program) {
		String path = System.getenv().getOrDefault("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin";
		return Stream.of(path.split(":", -1))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.findFirst();
	}

	/**
	 * HAProxy with its defaults, asking for readiness twice a second.
	 */
	static Proxy haproxy(Path directory, List<Integer> ports) throws IOException {
		int port = FreePort.find();
		String servers = ports.stream()
			.map((server) -> "  server pay%1$d 127.0.0.1:%1$d check\n".formatted(server))
			.collect(Collectors.joining());
		Path configuration = Files.writeString(directory.resolve("haproxy.cfg"), """
				defaults
				  mode http
				  timeout connect 5s
				  timeout client 60s
				  timeout server 60s
				frontend pay
				  bind 127.0.0.1:%d
				  default_backend pay
				backend pay
				  balance roundrobin
				  option httpchk GET /actuator/health/readiness
				  default-server inter 500ms fall 2 rise 2
				  http-response set-header X-Upstream %%b/%%s
				%s""".formatted(port, servers));
		return start(directory, port, find("haproxy").orElseThrow().toString(), "-db", "-f", configuration.toString());
	}

	/**
	 * nginx with kept connections to the instances, and its own ideas of what to send
	 * again.
	 */
	static Proxy nginx(Path directory, List<Integer> ports) throws IOException {
		int port = FreePort.find();
		String servers = ports.stream()
			.map((server) -> "    server 127.0.0.1:%d max_fails=1 fail_timeout=2s;\n".formatted(server))
			.collect(Collectors.joining());
		Path configuration = Files.writeString(directory.resolve("nginx.conf"), """
				daemon off;
				# no worker of another user, who could not enter this directory
				master_process off;
				pid nginx.pid;
				error_log stderr error;
				events { worker_connections 1024; }
				http {
				  access_log off;
				  client_body_temp_path body;
				  proxy_temp_path proxy;
				  fastcgi_temp_path fastcgi;
				  uwsgi_temp_path uwsgi;
				  scgi_temp_path scgi;
				  keepalive_requests 1000000;
				  upstream pay {
				%s    keepalive 32;
				  }
				  server {
				    listen 127.0.0.1:%d;
				    location / {
				      proxy_pass http://pay;
				      proxy_http_version 1.1;
				      proxy_set_header Connection "";
				      add_header X-Upstream $upstream_addr;
				    }
				  }
				}
				""".formatted(servers, port));
		return start(directory, port, find("nginx").orElseThrow().toString(), "-p", directory.toString(), "-e",
				"stderr", "-c", configuration.toString());
	}

	URI uri() {
		return URI.create("http://127.0.0.1:" + this.port);
	}

	/**
	 * Asks for something and returns whether it came from a certain instance.
	 * @param server the port of the instance
	 */
	boolean sendsTo(int server) {
		try {
			HttpURLConnection connection = (HttpURLConnection) uri().resolve("/actuator/health")
				.toURL()
				.openConnection();
			connection.getResponseCode();
			String upstream = connection.getHeaderField("X-Upstream");
			return upstream != null && upstream.endsWith(Integer.toString(server));
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		this.process.onExit().join();
	}

	private static Proxy start(Path directory, int port, String... command) throws IOException {
		Path log = directory.resolve("proxy.log");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
		while (!listens(port)) {
			if (!process.isAlive() || System.nanoTime() - deadline > 0) {
				process.destroyForcibly();
				throw new IllegalStateException(command[0] + " did not start: " + Files.readString(log));
			}
			LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
		}
		return new Proxy(process, port);
	}

	private static boolean listens(int port) {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
