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

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A block of IP addresses in CIDR notation, such as {@code 10.0.0.0/8}, {@code ::1/128}
 * or a single address. Only literal addresses: a name is never looked up. An IPv4 address
 * that is written as an IPv6 one ({@code ::ffff:127.0.0.1}) counts as the IPv4 address it
 * is. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class AddressRange {

	private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");

	private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

	private static final Pattern PREFIX = Pattern.compile("\\d{1,3}");

	private final String text;

	private final byte[] network;

	private final int prefix;

	private AddressRange(String text, byte[] network, int prefix) {
		this.text = text;
		this.network = network;
		this.prefix = prefix;
	}

	/**
	 * Read a block of addresses.
	 * @param text the address, and after a slash the number of bits that count; without a
	 * slash all of them do
	 * @return the block
	 * @throws IllegalArgumentException if the text is not such a block, with a sentence
	 * that says why
	 */
	public static AddressRange parse(String text) {
		int slash = text.indexOf('/');
		String address = (slash < 0) ? text : text.substring(0, slash);
		byte[] network = bytes(address);
		if (network == null) {
			throw new IllegalArgumentException("'" + address + "' is not an IPv4 or IPv6 address");
		}
		boolean mapped = network.length == 4 && address.indexOf(':') >= 0;
		int bits = mapped ? 128 : network.length * 8;
		int prefix = (slash < 0) ? bits : prefix(text.substring(slash + 1), mapped ? 96 : 0, bits);
		return new AddressRange(text, network, mapped ? prefix - 96 : prefix);
	}

	private static int prefix(String text, int least, int most) {
		int prefix = PREFIX.matcher(text).matches() ? Integer.parseInt(text) : -1;
		if (prefix < least || prefix > most) {
			throw new IllegalArgumentException(
					"'/" + text + "' is not a number of bits from " + least + " to " + most + " for this address");
		}
		return prefix;
	}

	/**
	 * Return whether an address lies in this block.
	 * @param address a literal address; a scope such as {@code %eth0} does not count
	 * @return whether it lies in this block, {@code false} if it is not an address
	 */
	public boolean contains(String address) {
		int scope = address.indexOf('%');
		byte[] candidate = bytes((scope < 0) ? address : address.substring(0, scope));
		if (candidate == null || candidate.length != this.network.length) {
			return false;
		}
		for (int bit = 0; bit < this.prefix; bit += 8) {
			int mask = 0xff << Math.max(0, 8 - (this.prefix - bit));
			if (((candidate[bit / 8] ^ this.network[bit / 8]) & mask & 0xff) != 0) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Return whether nobody but the host itself has an address in this block.
	 */
	boolean isLoopback() {
		return (this.network.length == 4) ? this.prefix >= 8 && this.network[0] == 127
				: this.prefix == 128 && contains("::1");
	}

	private static byte @Nullable [] bytes(String address) {
		// the JDK would look up what is not a literal
		if (!IPV4.matcher(address).matches() && !IPV6.matcher(address).matches()) {
			return null;
		}
		try {
			return InetAddress.getByName(address).getAddress();
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

	@Override
	public String toString() {
		return this.text;
	}

}
