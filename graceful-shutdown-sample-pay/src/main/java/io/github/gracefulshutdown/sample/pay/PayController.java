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

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Payments over HTTP.
 */
@RestController
@RequestMapping("/api/pay")
class PayController {

	private final PaymentService payments;

	private final OrderBook orders;

	private final Reconciliation reconciliation;

	private final Duration reconciliationAge;

	private final InstantSource clock;

	PayController(PaymentService payments, OrderBook orders, Reconciliation reconciliation, PayProperties properties,
			InstantSource clock) {
		this.payments = payments;
		this.orders = orders;
		this.reconciliation = reconciliation;
		this.reconciliationAge = properties.reconciliationAge();
		this.clock = clock;
	}

	@PostMapping
	Receipt pay(@RequestBody Payment payment,
			@RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key)
			throws InterruptedException {
		if (key != null && !Payment.isIdentifier(key)) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "'Idempotency-Key' must have 1 to 64 characters");
		}
		return new Receipt(this.payments.pay(payment, key).paymentId(), "ORDERED");
	}

	/**
	 * Says who is paid at a device.
	 * @param skip do not look up how much was paid there, which needs the database
	 */
	@GetMapping("/open/merchant/info")
	Merchant merchant(@RequestParam String deviceCode, @RequestParam(defaultValue = "false") boolean skip) {
		return new Merchant(deviceCode, "Merchant of " + deviceCode,
				skip ? null : this.orders.countByDevice(deviceCode));
	}

	/**
	 * Lists the payments charged without an order.
	 */
	@GetMapping("/reconciliation")
	List<Debit> reconciliation() {
		Instant debitedBefore = this.clock.instant().minus(this.reconciliationAge);
		return this.reconciliation.chargedWithoutOrder(debitedBefore);
	}

	record Receipt(String paymentId, String status) {

	}

	record Merchant(String deviceCode, String name, @Nullable Long orders) {

	}

}
