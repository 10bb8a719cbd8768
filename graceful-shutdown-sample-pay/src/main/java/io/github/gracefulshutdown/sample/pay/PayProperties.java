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

import java.net.URI;
import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How payments are made.
 *
 * @param acquirerUri where the acquirer is
 * @param acquirerTimeout how long the acquirer may take to answer
 * @param orderDelay how long a payment takes between the debit and the order, which is
 * where a service that is ended loses money
 * @param reconciliationAge how old a debit has to be before its order is missed: younger
 * ones may still be under way
 */
@ConfigurationProperties("pay")
record PayProperties(@DefaultValue("http://127.0.0.1:8090") URI acquirerUri,
		@DefaultValue("5s") Duration acquirerTimeout, @DefaultValue("0ms") Duration orderDelay,
		@DefaultValue("1m") Duration reconciliationAge) {

}
