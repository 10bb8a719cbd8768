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

package io.github.gracefulshutdown.sample.pay.acquirer;

import java.io.IOException;
import java.util.Arrays;

/**
 * Runs an {@link AcquirerServer} as a process of its own. {@code --server.port=} sets the
 * port, 8090 by default; with 0 a free one is taken. Other arguments are ignored.
 *
 * @since 0.1.0
 */
public final class AcquirerApplication {

	private static final String PORT = "--server.port=";

	private AcquirerApplication() {
	}

	public static void main(String[] args) throws IOException {
		// without it JDK 17 delays every small answer by some 40 ms
		System.setProperty("sun.net.httpserver.nodelay", "true");
		int port = Arrays.stream(args)
			.filter((argument) -> argument.startsWith(PORT))
			.mapToInt((argument) -> Integer.parseInt(argument.substring(PORT.length())))
			.findFirst()
			.orElse(8090);
		System.out.println("Acquirer started on port " + AcquirerServer.start(port).getPort() + " (http)");
	}

}
