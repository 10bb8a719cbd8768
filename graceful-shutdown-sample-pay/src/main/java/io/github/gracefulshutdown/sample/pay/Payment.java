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

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * A payment, as it is asked for and as it is ordered. What the order book could not hold
 * is refused here, because behind the debit it would be too late.
 *
 * @param paymentId chosen by the client; the same one again is the same payment
 * @param amount what to debit, more than zero
 * @param deviceCode the device at which it is paid
 */
record Payment(String paymentId, BigDecimal amount, String deviceCode) {

	private static final int MAX_LENGTH = 64;

	private static final int MAX_SCALE = 2;

	private static final int MAX_DIGITS = 17;

	Payment {
		Assert.isTrue(isIdentifier(paymentId), "'paymentId' must have 1 to 64 characters and no line break");
		Assert.isTrue(isIdentifier(deviceCode), "'deviceCode' must have 1 to 64 characters and no line break");
		Assert.isTrue(amount != null && amount.signum() > 0, "'amount' must be more than zero");
		Assert.isTrue(amount.scale() <= MAX_SCALE, "'amount' must have at most two decimals");
		Assert.isTrue(amount.precision() - amount.scale() <= MAX_DIGITS, "'amount' must have at most 17 digits");
	}

	Payment withId(String paymentId) {
		return new Payment(paymentId, this.amount, this.deviceCode);
	}

	static boolean isIdentifier(@Nullable String value) {
		return StringUtils.hasText(value) && value.length() <= MAX_LENGTH
				&& value.chars().noneMatch(Character::isISOControl);
	}

}
