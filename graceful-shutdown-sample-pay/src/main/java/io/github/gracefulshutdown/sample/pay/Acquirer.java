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

package io.github.gracefulshutdown.sample.pay;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.springframework.http.HttpStatus;

/**
 * The way to the acquirer. Safe for use by many threads.
 */
class Acquirer {

	private final URI debits;

	private final Duration timeout;

	private final HttpClient client;

	Acquirer(URI uri, Duration timeout) {
		this.debits = uri.resolve("/debits");
		this.timeout = timeout;
		this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout).build();
	}

	/**
	 * Debits a payment. The acquirer debits one with the same id and amount only once.
	 * @throws AcquirerException if the payment was refused, or if nobody knows whether it
	 * was debited
	 */
	void debit(Payment payment) {
		String form = "paymentId=" + encode(payment.paymentId()) + "&amount=" + encode(text(payment.amount()));
		send(HttpRequest.newBuilder(this.debits)
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(form)));
	}

	/**
	 * Returns all debits the acquirer has made.
	 */
	List<Debit> debits() {
		return send(HttpRequest.newBuilder(this.debits)).lines().map(Debit::parse).toList();
	}

	private String send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = this.client.send(request.timeout(this.timeout).build(),
					HttpResponse.BodyHandlers.ofString());
			if (response.statusCode() == HttpStatus.CONFLICT.value()) {
				throw new AcquirerException(HttpStatus.CONFLICT, "The payment was debited with another amount", null);
			}
			if (response.statusCode() >= HttpStatus.MULTIPLE_CHOICES.value()) {
				throw new AcquirerException(HttpStatus.BAD_GATEWAY, "The acquirer answered " + response.statusCode(),
						null);
			}
			return response.body();
		}
		catch (IOException ex) {
			throw new AcquirerException(HttpStatus.BAD_GATEWAY, "The acquirer did not answer", ex);
		}
		catch (InterruptedException ex) {
			// cut by the shutdown. Not interrupted again: over HTTP/2, Tomcat would
			// close the connection instead of answering
			throw new AcquirerException(HttpStatus.BAD_GATEWAY, "Interrupted while waiting for the acquirer", ex);
		}
	}

	private static String text(BigDecimal amount) {
		return amount.stripTrailingZeros().toPlainString();
	}

	private static String encode(String value) {
		return URLEncoder.encode(value, StandardCharsets.UTF_8);
	}

}
