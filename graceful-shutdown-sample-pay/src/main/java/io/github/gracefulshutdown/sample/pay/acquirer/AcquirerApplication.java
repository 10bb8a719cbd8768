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

/**
 * Runs an {@link AcquirerServer} as a process of its own. The port is the first argument;
 * without one, or with 0, a free port is taken and printed.
 *
 * @since 0.1.0
 */
public final class AcquirerApplication {

	private AcquirerApplication() {
	}

	public static void main(String[] args) throws IOException {
		// without it JDK 17 delays every small answer by some 40 ms
		System.setProperty("sun.net.httpserver.nodelay", "true");
		AcquirerServer server = AcquirerServer.start((args.length > 0) ? Integer.parseInt(args[0]) : 0);
		System.out.println("Acquirer listens on port " + server.getPort());
	}

}
