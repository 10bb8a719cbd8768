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

package io.github.gracefulshutdown.actuate;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link AddressRange}.
 */
class AddressRangeTests {

	@ParameterizedTest
	@CsvSource({ "127.0.0.0/8, 127.0.0.1", "127.0.0.0/8, 127.255.255.255", "127.0.0.0/8, ::ffff:127.0.0.1",
			"10.1.2.3, 10.1.2.3", "10.1.2.3/32, 10.1.2.3", "10.1.2.3/8, 10.9.9.9", "0.0.0.0/0, 203.0.113.9",
			"192.168.4.0/22, 192.168.7.255", "10.0.0.128/25, 10.0.0.200", "::1, 0:0:0:0:0:0:0:1", "::1/128, ::1",
			"::/0, 2001:db8::1", "2001:db8::/33, 2001:db8:7fff::1", "fe80::/10, fe80::1%eth0",
			"::ffff:10.0.0.0/104, 10.3.3.3", "::ffff:0:0/96, 203.0.113.9", "::ffff:10.0.0.1, 10.0.0.1" })
	void whenAddressIsInsideThenContains(String range, String address) {
		assertThat(AddressRange.parse(range).contains(address)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.0/8, 128.0.0.1", "127.0.0.0/8, 126.255.255.255", "127.0.0.0/8, ::1", "::1/128, 127.0.0.1",
			"::1/128, ::2", "10.1.2.3, 10.1.2.4", "192.168.4.0/22, 192.168.8.0", "10.0.0.128/25, 10.0.0.127",
			"2001:db8::/33, 2001:db8:8000::1", "::/0, 10.0.0.1", "0.0.0.0/0, ::1", "::ffff:10.0.0.0/104, 11.0.0.1",
			"0.0.0.0/0, localhost", "0.0.0.0/0, ''", "0.0.0.0/0, 127.1", "::/0, :" })
	void whenAddressIsOutsideOrNoneThenDoesNotContain(String range, String address) {
		assertThat(AddressRange.parse(range).contains(address)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "/8", "localhost", "localhost/8", "cafe.de", "10.0.0", "10.0.0.0.0", "10.0.0.256",
			"010.0.0.1", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/a", "10.0.0.0/8/8", " 10.0.0.1",
			"10.0.0.1.", "::1/129", "::ffff:10.0.0.0/8", "fe80::1%eth0", "[::1]", ":", ":::", "1:2:3", "*",
			"0x7f.0.0.1", "2130706433" })
	void whenTextIsNoAddressThenRefuses(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.parse(text)).withMessageContaining("'");
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.0/8, true", "127.0.0.1, true", "::1, true", "::ffff:127.0.0.1, true", "126.0.0.0/7, false",
			"0.0.0.0/0, false", "::/0, false", "::2, false", "10.0.0.1, false" })
	void whenOnlyTheHostItselfHasSuchAnAddressThenIsLoopback(String range, boolean loopback) {
		assertThat(AddressRange.parse(range).isLoopback()).isEqualTo(loopback);
	}

}
