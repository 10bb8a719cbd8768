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

package io.github.gracefulshutdown.scenario;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * What the library adds to the start of an application and to the close of an idle one:
 * once in a process, as it is in real life, where most of the time goes into classes that
 * are used for the first time; and again and again in one process, where what is left is
 * what is done. Starts come in pairs, with the library and without, which change their
 * order from pair to pair, so that what else the machine does hits both.
 */
public final class StartAndCloseBenchmark {

	/**
	 * What a web application with Actuator has on its class path.
	 */
	private static final Pattern LIBRARIES = Pattern.compile("(spring-(core|beans|context|aop|expression|web|webmvc)"
			+ "|spring-boot|spring-boot-(autoconfigure|actuator|health|tomcat|web-server|jackson|http-converter|servlet"
			+ "|webmvc|micrometer|starter).*|tomcat-embed-.*|jackson-.*-3.*|jackson-annotations|micrometer-(core"
			+ "|commons|observation|jakarta9)|logback-(core|classic)|slf4j-api|log4j-.*|jul-to-slf4j|commons-logging"
			+ "|jspecify|snakeyaml|jakarta.annotation-api|HdrHistogram)-[\\d.]+.*\\.jar");

	private static final String CLASSES = "target" + File.separator + "classes";

	private static final int DEFAULT_PAIRS = 15;

	private StartAndCloseBenchmark() {
	}

	public static void main(String[] args) throws Exception {
		int pairs = (args.length > 0) ? Integer.parseInt(args[0]) : DEFAULT_PAIRS;
		double[][] starts = new double[2][pairs];
		double[][] closes = new double[2][pairs];
		// the first pair reads the files into the memory of the machine
		for (int pair = -1; pair < pairs; pair++) {
			for (int turn = 0; turn < 2; turn++) {
				int library = (pair + turn) & 1;
				double[] took = run(library == 1);
				if (pair >= 0) {
					starts[library][pair] = took[0];
					closes[library][pair] = took[1];
				}
			}
		}
		System.out.printf("medians (ranges) of %d pairs, in ms%n", pairs);
		print("start, new processes", starts);
		print("close, new processes", closes);
		Process process = process(true, Repeated.class, Integer.toString(pairs));
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		System.out.print(output);
	}

	private static void print(String what, double[][] millis) {
		double[] added = IntStream.range(0, millis[0].length)
			.mapToDouble((pair) -> millis[1][pair] - millis[0][pair])
			.toArray();
		System.out.printf("%-30s alone %s  with the library %s  added %s%n", what, median(millis[0]), median(millis[1]),
				median(added));
	}

	private static String median(double[] values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return "%.1f (%.1f to %.1f)".formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
	}

	private static double[] run(boolean library) throws Exception {
		Process process = process(library, Once.class);
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		List<String> lines = output.lines().filter((line) -> line.startsWith("took ")).toList();
		if (lines.size() != 1) {
			throw new IllegalStateException(output);
		}
		return Stream.of(lines.get(0).split(" ")).skip(1).mapToDouble((nanos) -> Long.parseLong(nanos) / 1e6).toArray();
	}

	private static Process process(boolean library, Class<?> main, String... arguments) throws IOException {
		String separator = File.pathSeparator;
		Predicate<String> wanted = (entry) -> {
			File file = new File(entry);
			return file.isDirectory() ? !entry.endsWith(CLASSES) : LIBRARIES.matcher(file.getName()).matches();
		};
		Stream<String> others = Stream.of(System.getProperty("java.class.path").split(separator)).filter(wanted);
		String classpath = Stream.concat(others, library ? Stream.of(Library.JAR.toString()) : Stream.empty())
			.collect(Collectors.joining(separator));
		List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
		command.addAll(List.of(System.getProperty("benchmark.options", "-showversion").split(" ")));
		command.addAll(List.of("-cp", classpath, main.getName()));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
	}

	/**
	 * Start and close once, and return how long both took, in nanoseconds.
	 */
	private static long[] startAndClose(long pause, String... arguments) throws InterruptedException {
		long begun = System.nanoTime();
		SpringApplication application = new SpringApplication(Application.class);
		application.setBannerMode(Banner.Mode.OFF);
		ConfigurableApplicationContext context = application.run(arguments);
		long started = System.nanoTime();
		// what the start has left is not the close's: neither garbage nor code to
		// compile
		System.gc();
		Thread.sleep(pause);
		long closing = System.nanoTime();
		context.close();
		return new long[] { started - begun, System.nanoTime() - closing };
	}

	/**
	 * The library as users have it: in a directory that comes first, every class of
	 * others would be looked for too.
	 */
	private static final class Library {

		static final Path JAR = jar();

		private static Path jar() {
			try {
				Path jar = Files.createTempFile("graceful-shutdown-", ".jar");
				jar.toFile().deleteOnExit();
				String classes = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
					.filter((entry) -> entry.endsWith(CLASSES))
					.findFirst()
					.orElseThrow();
				int status = ToolProvider.findFirst("jar")
					.orElseThrow()
					.run(System.out, System.err, "--create", "--file", jar.toString(), "-C", classes, ".");
				if (status != 0) {
					throw new IllegalStateException("The library cannot be packed");
				}
				return jar;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	/**
	 * One start and one close.
	 */
	static final class Once {

		private Once() {
		}

		public static void main(String[] args) throws InterruptedException {
			long[] took = startAndClose(1000, "--server.port=0", "--server.address=127.0.0.1");
			System.out.println("took " + took[0] + " " + took[1]);
		}

	}

	/**
	 * Starts and closes in one process, after as many that are not counted.
	 */
	static final class Repeated {

		private Repeated() {
		}

		public static void main(String[] args) throws InterruptedException {
			int pairs = Integer.parseInt(args[0]);
			double[][] starts = new double[2][pairs];
			double[][] closes = new double[2][pairs];
			for (int pair = -pairs; pair < pairs; pair++) {
				for (int turn = 0; turn < 2; turn++) {
					int library = (pair + turn) & 1;
					long[] took = startAndClose(100, "--server.port=0", "--server.address=127.0.0.1",
							"--logging.level.root=warn", "--graceful-shutdown.enabled=" + (library == 1));
					if (pair >= 0) {
						starts[library][pair] = took[0] / 1e6;
						closes[library][pair] = took[1] / 1e6;
					}
				}
			}
			print("start, one process", starts);
			print("close, one process", closes);
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
