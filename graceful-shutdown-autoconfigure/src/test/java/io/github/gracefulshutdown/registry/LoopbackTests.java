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

package io.github.gracefulshutdown.registry;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Loopback}.
 */
class LoopbackTests {

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "LOCALHOST:2181", "127.0.0.1:8848", " 127.0.0.1:8849", "127.1.2.3",
			"[::1]:2181", "http://localhost:8761/eureka/", "https://user:secret@127.0.0.1:8761/eureka/",
			"http://localhost:8848,localhost" })
	void whenAddressIsOfThisHostThenIsKnown(String addresses) {
		assertThat(Loopback.areAll(List.of(addresses.split(",")))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "10.0.0.1:8848", "localhost.example.com:2181", "127.0.0.1.example.com",
			"http://eureka.example.com/localhost", "localhost:8848,nacos:8848", "http://localhost@eureka.example.com/",
			"127.0.0.1@example.com" })
	void whenAddressIsOfAnotherHostThenIsKnown(String addresses) {
		assertThat(Loopback.areAll(List.of(addresses.split(",")))).isFalse();
	}

}
