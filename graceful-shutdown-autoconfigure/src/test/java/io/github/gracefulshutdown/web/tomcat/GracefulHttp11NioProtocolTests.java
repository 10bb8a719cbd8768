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

package io.github.gracefulshutdown.web.tomcat;

import java.net.InetAddress;

import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GracefulHttp11NioProtocol}.
 */
class GracefulHttp11NioProtocolTests {

	@ParameterizedTest
	@CsvSource({ "1, HTTP/1.1, 200, close", "1, HTTP/1.1, 101, Upgrade", "100, HTTP/1.1, 200, Upgrade",
			"1, HTTP/1.0, 200, Upgrade" })
	void whenLeavingThenConnectionEndsUnlessItIsSwitchedToAnotherProtocol(int maxKeepAliveRequests, String protocol,
			int status, String expected) throws Exception {
		GracefulHttp11NioProtocol http = new GracefulHttp11NioProtocol();
		http.setAddress(InetAddress.getLoopbackAddress());
		http.setPort(0);
		http.setMaxKeepAliveRequests(maxKeepAliveRequests);
		http.endpoint().init();
		try {
			Request request = new Request();
			request.protocol().setString(protocol);
			Response response = new Response();
			response.setStatus(status);
			response.setContentLength(0);
			response.getMimeHeaders().setValue("Connection").setString("Upgrade");
			assertThat(http.useCompression(request, response)).isFalse();
			assertThat(response.getMimeHeaders().getHeader("Connection")).isEqualTo(expected);
		}
		finally {
			http.endpoint().destroy();
		}
	}

}
