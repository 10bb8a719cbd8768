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

import org.springframework.context.annotation.Profile;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.ValueOperations;
import org.springframework.stereotype.Repository;

/**
 * Keeps keys in Redis, for a day.
 * <p>
 * Redis has to keep them for that long: {@code appendonly yes} and
 * {@code maxmemory-policy noeviction}. The acquirer knows a payment by its id alone. A
 * client that asks again with its key but with a new payment id is debited again if the
 * key was lost, in a restart, a failover or an eviction, or if it asks after more than a
 * day; and no reconciliation finds that, for both debits have an order.
 */
@Repository
@Profile("full")
class RedisIdempotencyKeys implements IdempotencyKeys {

	private static final Duration EXPIRY = Duration.ofDays(1);

	private final StringRedisTemplate redis;

	RedisIdempotencyKeys(StringRedisTemplate redis) {
		this.redis = redis;
	}

	@Override
	public String claim(String key, String paymentId) {
		ValueOperations<String, String> values = this.redis.opsForValue();
		if (Boolean.TRUE.equals(values.setIfAbsent("pay:" + key, paymentId, EXPIRY))) {
			return paymentId;
		}
		String before = values.get("pay:" + key);
		// or it has expired just now
		return (before != null) ? before : claim(key, paymentId);
	}

}
