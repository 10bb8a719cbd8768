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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rolls the payment service over under load, without the starter and with it, and says
 * what the clients saw.
 */
final class DemoApplication {

	private DemoApplication() {
	}

	public static void main(String[] args) throws IOException {
		Path page = Path.of((args.length > 0) ? args[0] : "target/demo/index.html").toAbsolutePath();
		long started = System.nanoTime();
		List<Round> rounds = new ArrayList<>();
		for (Variant variant : Variant.values()) {
			System.out.println();
			System.out.println("== " + variant.title() + " (" + variant.description() + ")");
			rounds.add(RollingUpdate.run(variant, EurekaRegistry::start, (line) -> print(started, line)));
		}
		System.out.println();
		DemoTable.of(rounds).forEach((row) -> System.out.println(row.text()));
		DemoPage.write(page, rounds);
		System.out.println();
		System.out.println("The timeline: " + page.toUri());
	}

	private static void print(long started, String line) {
		System.out
			.println(String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - started) / 1_000_000_000.0, line));
	}

}
