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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * What the library adds to the start of an application and to the close of an idle one,
 * each once in a process, as it is in real life. Pairs of processes, with the library on
 * the class path and without, change their order from pair to pair, so that what else the
 * machine does hits both.
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
		print("start", starts);
		print("close of an idle application", closes);
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
		String separator = File.pathSeparator;
		Predicate<String> wanted = (entry) -> {
			File file = new File(entry);
			return file.isDirectory() ? library || !entry.endsWith("target" + File.separator + "classes")
					: LIBRARIES.matcher(file.getName()).matches();
		};
		String classpath = Stream.of(System.getProperty("java.class.path").split(separator))
			.filter(wanted)
			.collect(Collectors.joining(separator));
		List<String> options = List.of(System.getProperty("benchmark.options", "-showversion").split(" "));
		List<String> command = Stream
			.of(List.of(System.getProperty("java.home") + "/bin/java"), options,
					List.of("-cp", classpath, Once.class.getName()))
			.flatMap(List::stream)
			.toList();
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		List<String> lines = output.lines().filter((line) -> line.startsWith("took ")).toList();
		if (lines.size() != 1) {
			throw new IllegalStateException(output);
		}
		return Stream.of(lines.get(0).split(" ")).skip(1).mapToDouble((nanos) -> Long.parseLong(nanos) / 1e6).toArray();
	}

	/**
	 * One start and one close.
	 */
	static final class Once {

		private Once() {
		}

		public static void main(String[] args) throws InterruptedException {
			long begun = System.nanoTime();
			SpringApplication application = new SpringApplication(Application.class);
			ConfigurableApplicationContext context = application.run("--server.port=0", "--server.address=127.0.0.1");
			long started = System.nanoTime();
			// what the start has left is not the close's: neither garbage nor code to
			// compile
			System.gc();
			Thread.sleep(1000);
			long closing = System.nanoTime();
			context.close();
			long closed = System.nanoTime();
			System.out.println("took " + (started - begun) + " " + (closed - closing));
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
