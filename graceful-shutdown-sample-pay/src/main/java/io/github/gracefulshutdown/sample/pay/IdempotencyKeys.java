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

/**
 * The keys under which clients have asked for payments, in a store that all instances
 * share. A client that has got no answer asks again with the same key.
 */
@FunctionalInterface
interface IdempotencyKeys {

	/**
	 * Takes a key for a payment, unless it is taken.
	 * @param key chosen by the client
	 * @param paymentId the payment
	 * @return the payment that has the key: this one, or the one for which it was taken
	 * first
	 */
	String claim(String key, String paymentId);

}
