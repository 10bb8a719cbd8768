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

import java.math.BigDecimal;
import java.time.Instant;

/**
 * A line of the acquirer's ledger.
 *
 * @param paymentId the payment
 * @param amount what was taken
 * @param debitedAt when
 * @since 0.1.0
 */
public record Debit(String paymentId, BigDecimal amount, Instant debitedAt) {

	static Debit parse(String line) {
		// an id may contain a comma, the two behind it cannot
		int at = line.lastIndexOf(',');
		int amount = line.lastIndexOf(',', at - 1);
		return new Debit(line.substring(0, amount), new BigDecimal(line.substring(amount + 1, at)),
				Instant.parse(line.substring(at + 1)));
	}

}
