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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * A template of requests. {@code {n}} in its path, header values and body stands for a
 * number that is unique in the load. Immutable; each method returns a new template.
 *
 * @since 0.1.0
 */
public final class Request {

	private static final String NUMBER = "{n}";

	private final String method;

	private final String path;

	private final String name;

	private final Map<String, String> headers;

	private final @Nullable String body;

	private final Pace pace;

	private final @Nullable Predicate<String> expectation;

	private Request(String method, String path, String name, Map<String, String> headers, @Nullable String body,
			Pace pace, @Nullable Predicate<String> expectation) {
		this.method = method;
		this.path = path;
		this.name = name;
		this.headers = headers;
		this.body = body;
		this.pace = pace;
		this.expectation = expectation;
	}

	/**
	 * Create a {@code GET} request.
	 * @param path the path and query, with a leading slash
	 * @return the request
	 */
	public static Request get(String path) {
		return of("GET", path);
	}

	/**
	 * Create a {@code POST} request, so far with an empty body.
	 * @param path the path and query, with a leading slash
	 * @return the request
	 */
	public static Request post(String path) {
		return of("POST", path);
	}

	/**
	 * Create a request.
	 * @param method the method
	 * @param path the path and query, with a leading slash
	 * @return the request
	 */
	public static Request of(String method, String path) {
		if (!path.startsWith("/")) {
			throw new IllegalArgumentException("The path '" + path + "' has no leading slash");
		}
		return new Request(method, path, method + " " + path, Map.of(), null, Pace.AT_ONCE, null);
	}

	/**
	 * Set the name under which results are reported, by default method and path.
	 * @param name the name
	 * @return the changed request
	 */
	public Request named(String name) {
		return new Request(this.method, this.path, name, this.headers, this.body, this.pace, this.expectation);
	}

	/**
	 * Add a header. Framing, {@code Host} and {@code Connection} are the client's.
	 * @param name the name
	 * @param value the value
	 * @return the changed request
	 */
	public Request header(String name, String value) {
		Map<String, String> headers = new LinkedHashMap<>(this.headers);
		headers.put(name, value);
		return new Request(this.method, this.path, this.name, headers, this.body, this.pace, this.expectation);
	}

	/**
	 * Set the body.
	 * @param contentType the content type
	 * @param body the body, sent as UTF-8 with its length
	 * @return the changed request
	 */
	public Request body(String contentType, String body) {
		Request typed = header("Content-Type", contentType);
		return new Request(this.method, this.path, this.name, typed.headers, body, this.pace, this.expectation);
	}

	/**
	 * Set a JSON body.
	 * @param json the body
	 * @return the changed request
	 */
	public Request json(String json) {
		return body("application/json", json);
	}

	/**
	 * Upload slowly: write the body in pieces and pause between them.
	 * @param bytes the size of a piece in bytes; over HTTP/2 Tomcat takes many pieces of
	 * less than 1024 bytes for an attack
	 * @param pause the pause between two pieces
	 * @return the changed request
	 */
	public Request inPieces(int bytes, Duration pause) {
		return new Request(this.method, this.path, this.name, this.headers, this.body, new Pace(bytes, pause),
				this.expectation);
	}

	/**
	 * Expect something of the body of each 2xx answer: a stream may be framed correctly
	 * and still have ended early. What is not as expected is {@link Outcome#INVALID}.
	 * @param expectation tells whether a body is as expected; it is called by the
	 * client's thread with at most the first 64 KB
	 * @return the changed request
	 */
	public Request expecting(Predicate<String> expectation) {
		return new Request(this.method, this.path, this.name, this.headers, this.body, this.pace, expectation);
	}

	/**
	 * Return the name under which results are reported.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Fill in the template.
	 * @param number what {@code {n}} stands for
	 * @return what goes over the wire
	 */
	Prepared prepare(long number) {
		String replacement = Long.toString(number);
		Map<String, String> headers = new LinkedHashMap<>();
		this.headers.forEach((name, value) -> headers.put(name, value.replace(NUMBER, replacement)));
		byte[] body = (this.body != null) ? this.body.replace(NUMBER, replacement).getBytes(StandardCharsets.UTF_8)
				: new byte[0];
		return new Prepared(this.method, this.path.replace(NUMBER, replacement), headers, body, this.pace);
	}

	boolean isExpected(String body) {
		return this.expectation == null || this.expectation.test(body);
	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * How fast a body is written.
	 *
	 * @param bytes the size of a piece
	 * @param pause the pause between two pieces
	 */
	record Pace(int bytes, Duration pause) {

		static final Pace AT_ONCE = new Pace(Integer.MAX_VALUE, Duration.ZERO);

		Pace {
			if (bytes < 1 || pause.isNegative()) {
				throw new IllegalArgumentException("Pieces of " + bytes + " bytes with pauses of " + pause);
			}
		}

	}

	/**
	 * A request whose template has been filled in.
	 */
	@SuppressWarnings("ArrayRecordComponent") // never compared
	record Prepared(String method, String path, Map<String, String> headers, byte[] body, Pace pace) {

		boolean hasBody() {
			return this.body.length > 0 || this.method.equals("POST") || this.method.equals("PUT")
					|| this.method.equals("PATCH");
		}

	}

}
