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
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * What came of a request.
 *
 * @param outcome what the client saw
 * @param status the status, 0 if none came
 * @param sent when the request was about to be written
 * @param body the beginning of the body
 * @param detail what went wrong, empty if nothing did
 */
record Answer(Outcome outcome, int status, Moment sent, String body, String detail) {

	private static final int FIRST_SERVER_ERROR = 500;

	private static final int EXCERPT = 120;

	/**
	 * A complete answer.
	 * @param status the status
	 * @param sent when the request was about to be written
	 * @param body the body
	 * @return the answer
	 */
	static Answer complete(int status, Moment sent, Body body) {
		String text = body.text();
		return (status < FIRST_SERVER_ERROR) ? new Answer(Outcome.ANSWERED, status, sent, text, "")
				: new Answer(Outcome.SERVER_ERROR, status, sent, text, excerpt(text));
	}

	/**
	 * An answer that is not complete.
	 * @param failure why
	 * @param begun whether something of it had come
	 * @param status the status, 0 if none came
	 * @param sent when the request was about to be written
	 * @param body the body
	 * @return the answer
	 */
	static Answer incomplete(IOException failure, boolean begun, int status, Moment sent, Body body) {
		Outcome outcome;
		if (failure instanceof SocketTimeoutException) {
			outcome = Outcome.TIMEOUT;
		}
		else if (failure instanceof ProtocolException) {
			outcome = Outcome.INVALID;
		}
		else if (begun) {
			outcome = Outcome.TRUNCATED;
		}
		else {
			outcome = (failure instanceof EOFException) ? Outcome.NO_RESPONSE : Outcome.RESET;
		}
		String detail = (failure.getMessage() != null) ? failure.getMessage() : failure.toString();
		if (begun) {
			detail += " after " + ((status != 0) ? "status " + status + " and " : "") + body.length()
					+ " bytes of the body";
		}
		return new Answer(outcome, status, sent, body.text(), detail);
	}

	/**
	 * The same answer, which is not what was expected.
	 * @return the invalid answer
	 */
	Answer unexpected() {
		return new Answer(Outcome.INVALID, this.status, this.sent, this.body,
				"unexpected body of " + this.body.length() + " characters: " + excerpt(this.body));
	}

	Answer withDetail(String detail) {
		return new Answer(this.outcome, this.status, this.sent, this.body, detail);
	}

	private static String excerpt(String text) {
		String line = text.replaceAll("\\s+", " ").strip();
		return (line.length() <= EXCERPT) ? line : line.substring(0, EXCERPT) + "…";
	}

	/**
	 * A body as it comes, of which only the beginning is kept.
	 */
	static final class Body {

		private static final int KEPT = 64 * 1024;

		private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

		private long length;

		void add(int value) {
			if (this.length++ < KEPT) {
				this.kept.write(value);
			}
		}

		long length() {
			return this.length;
		}

		String text() {
			return this.kept.toString(StandardCharsets.UTF_8);
		}

	}

}
