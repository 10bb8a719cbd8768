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

package io.github.gracefulshutdown.inflight;

import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.ShutdownParticipant;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * A request does what every participant has to do.
 */
class TomcatParticipantContractTests extends AbstractTomcatContractTests {

	private final CountDownLatch ending = new CountDownLatch(1);

	@Override
	protected ShutdownParticipant participant() {
		return this.tomcat;
	}

	@Override
	HttpServlet servlet() {
		return new RequestServlet();
	}

	@Override
	protected void finishWork() {
		this.ending.countDown();
	}

	/**
	 * Answers when it may.
	 */
	@SuppressWarnings("serial")
	private final class RequestServlet extends HttpServlet {

		@Override
		protected void doGet(HttpServletRequest request, HttpServletResponse response) {
			TomcatParticipantContractTests.this.running.countDown();
			try {
				TomcatParticipantContractTests.this.ending.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
