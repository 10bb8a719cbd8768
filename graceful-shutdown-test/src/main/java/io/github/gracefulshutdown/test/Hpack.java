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

package io.github.gracefulshutdown.test;

import java.io.ByteArrayOutputStream;
import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * As much of HPACK (RFC 7541) as a client needs that sends literals only, allows no
 * dynamic table and wants to know nothing but the status and the length.
 */
final class Hpack {

	static final int AUTHORITY = 1;

	static final int METHOD = 2;

	static final int PATH = 4;

	static final int SCHEME = 6;

	private static final String STATUS = ":status";

	private static final String CONTENT_LENGTH = "content-length";

	private static final int FIRST_STATUS = 8;

	/** The values of the static table's entries from {@link #FIRST_STATUS}. */
	private static final int[] STATUSES = { 200, 204, 206, 304, 400, 404, 500 };

	private static final int CONTENT_LENGTH_INDEX = 28;

	private static final int STATIC_ENTRIES = 61;

	private Hpack() {
	}

	/**
	 * Encode a header as a literal that is not indexed.
	 * @param nameIndex the index of the name in the static table, which is the only way
	 * in which Tomcat takes the name of a pseudo-header
	 * @param value the value
	 * @param output where to append it
	 */
	static void encode(int nameIndex, String value, ByteArrayOutputStream output) {
		output.write(nameIndex);
		encode(value, output);
	}

	/**
	 * Encode a header as a literal that is not indexed.
	 * @param name the name in lower case
	 * @param value the value
	 * @param output where to append it
	 */
	static void encode(String name, String value, ByteArrayOutputStream output) {
		output.write(0);
		encode(name, output);
		encode(value, output);
	}

	private static void encode(String text, ByteArrayOutputStream output) {
		byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
		int rest = bytes.length - 0x7f;
		output.write(Math.min(bytes.length, 0x7f));
		if (rest >= 0) {
			for (; rest >= 0x80; rest >>>= 7) {
				output.write((rest & 0x7f) | 0x80);
			}
			output.write(rest);
		}
		output.writeBytes(bytes);
	}

	/**
	 * Decode a header block.
	 * @param block the header block
	 * @return what is of interest in it
	 * @throws ProtocolException if the block is malformed
	 */
	static Head decode(ByteBuffer block) throws ProtocolException {
		Head head = new Head(0, -1);
		try {
			while (block.hasRemaining()) {
				int first = block.get() & 0xff;
				if ((first & 0x80) != 0) {
					int index = integer(first, 7, block);
					if (index == 0 || index > STATIC_ENTRIES) {
						throw new ProtocolException("the header index " + index + " is not in the static table");
					}
					int status = index - FIRST_STATUS;
					head = (status >= 0 && status < STATUSES.length) ? head.withStatus(STATUSES[status]) : head;
				}
				else if ((first & 0x40) == 0 && (first & 0x20) != 0) {
					integer(first, 5, block); // the size of the dynamic table, which is 0
				}
				else {
					int index = integer(first, ((first & 0x40) != 0) ? 6 : 4, block);
					String name = (index != 0) ? name(index) : string(block);
					head = head.with(name, string(block));
				}
			}
		}
		catch (BufferUnderflowException | NumberFormatException ex) {
			throw new ProtocolException("the header block is malformed: " + ex);
		}
		return head;
	}

	private static @Nullable String name(int index) {
		if (index >= FIRST_STATUS && index < FIRST_STATUS + STATUSES.length) {
			return STATUS;
		}
		return (index == CONTENT_LENGTH_INDEX) ? CONTENT_LENGTH : null;
	}

	private static int integer(int first, int prefix, ByteBuffer block) throws ProtocolException {
		int max = (1 << prefix) - 1;
		int value = first & max;
		if (value < max) {
			return value;
		}
		for (int shift = 0; shift < 28; shift += 7) {
			int next = block.get() & 0xff;
			value += (next & 0x7f) << shift;
			if ((next & 0x80) == 0) {
				return value;
			}
		}
		throw new ProtocolException("a number in the header block is too large");
	}

	/**
	 * Decode a string.
	 * @param block the header block
	 * @return the string, {@code null} if it is Huffman-coded and not a number
	 */
	private static @Nullable String string(ByteBuffer block) throws ProtocolException {
		int first = block.get() & 0xff;
		int length = integer(first, 7, block);
		if (length > block.remaining()) {
			throw new ProtocolException("a string in the header block is too long");
		}
		byte[] bytes = new byte[length];
		block.get(bytes);
		return ((first & 0x80) != 0) ? digits(bytes) : new String(bytes, StandardCharsets.ISO_8859_1);
	}

	/**
	 * Decode Huffman-coded digits: 0 to 2 have the codes 00000 to 00010, 3 to 9 have
	 * 011001 to 011111. No digit's code begins with a 1, but the padding does.
	 * @param bytes the coded digits
	 * @return the digits, {@code null} if there is something else
	 */
	private static @Nullable String digits(byte[] bytes) {
		StringBuilder digits = new StringBuilder();
		int position = 0;
		while (position < bytes.length * 8 && bits(bytes, position, 1) == 0) {
			int five = bits(bytes, position, 5);
			int six = bits(bytes, position, 6);
			if (five <= 2) {
				digits.append(five);
				position += 5;
			}
			else if (six >= 0x19 && six <= 0x1f) {
				digits.append(six - 0x19 + 3);
				position += 6;
			}
			else {
				return null;
			}
		}
		return (bytes.length * 8 - position < 8) ? digits.toString() : null;
	}

	/** What is beyond the end is padding. */
	private static int bits(byte[] bytes, int position, int count) {
		int value = 0;
		for (int i = position; i < position + count; i++) {
			int bit = (i < bytes.length * 8) ? (bytes[i / 8] >> (7 - i % 8)) & 1 : 1;
			value = (value << 1) | bit;
		}
		return value;
	}

	/**
	 * What is of interest in a header block.
	 *
	 * @param status the status, 0 if there is none
	 * @param length the content length, -1 if there is none
	 */
	record Head(int status, long length) {

		Head withStatus(int status) {
			return new Head(status, this.length);
		}

		Head with(@Nullable String name, @Nullable String value) {
			if (value != null && STATUS.equals(name)) {
				return withStatus(Integer.parseInt(value));
			}
			if (value != null && CONTENT_LENGTH.equals(name)) {
				return new Head(this.status, Long.parseLong(value));
			}
			return this;
		}

	}

}
