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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * An instance of the payment service.
 */
interface Instance extends AutoCloseable {

	URI uri();

	List<String> log();

	boolean isAlive();

	@Override
	void close();

	/**
	 * Waits until the instance has started.
	 */
	default void awaitStart() {
		Instant limit = Instant.now().plus(Duration.ofMinutes(3));
		while (log().stream().noneMatch((line) -> line.contains("Started PayApplication in"))) {
			if (!isAlive() || Instant.now().isAfter(limit)) {
				throw new IllegalStateException("Not started:\n" + String.join("\n", log()));
			}
			LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
		}
	}

	/**
	 * Sets how long business takes.
	 */
	default void setBusinessTime(Duration time) {
		try {
			URI set = uri().resolve("/biz/time/set?sleepTime=" + time.toMillis());
			HttpURLConnection connection = (HttpURLConnection) set.toURL().openConnection();
			connection.getInputStream().readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	default URI business() {
		return uri().resolve("/sleep/one?systemNo=field");
	}

}
