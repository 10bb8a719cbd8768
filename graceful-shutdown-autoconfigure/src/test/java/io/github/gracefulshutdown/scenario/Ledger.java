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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the application has charged and what it has ordered, read after its end.
 */
record Ledger(Path file) {

	/**
	 * Payments that were charged and have no order.
	 */
	Set<String> chargedWithoutOrder() {
		Set<String> payments = entries("charged ");
		payments.removeAll(entries("ordered "));
		return payments;
	}

	Set<String> charged() {
		return entries("charged ");
	}

	private Set<String> entries(String what) {
		try {
			return Files.readAllLines(this.file)
				.stream()
				.filter((line) -> line.startsWith(what))
				.map((line) -> line.substring(what.length()))
				.collect(Collectors.toSet());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
