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

import java.io.IOException;
import java.util.List;

import io.github.gracefulshutdown.FakeGracefulShutdown;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.filter.ForwardedHeaderFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DeregisterAccess} and {@link ServletCaller}, where no valve has noted
 * the caller.
 */
@ExtendWith(OutputCaptureExtension.class)
class DeregisterAccessTests {

	private final DeregisterAccess access = new DeregisterAccess(List.of(AddressRange.parse("127.0.0.1")), false);

	@AfterEach
	void reset() {
		RequestContextHolder.resetRequestAttributes();
	}

	@Test
	void whenThereIsNoRequestThenRefused() {
		FakeGracefulShutdown shutdown = new FakeGracefulShutdown();
		DeregisterEndpointWebExtension extension = new DeregisterEndpointWebExtension(
				new DeregisterEndpoint(shutdown, List::of), this.access);
		assertThat(extension.deregister((Boolean) null).getStatus()).isEqualTo(403);
		assertThat(shutdown.calls()).isEmpty();
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request("127.0.0.1")));
		assertThat(extension.deregister((Boolean) null).getStatus()).as("control").isEqualTo(200);
	}

	@Test
	void whenAFilterHasRewrittenTheRequestThenWhatWasReceivedCounts() throws ServletException, IOException {
		MockHttpServletRequest received = request("10.0.0.9");
		received.addHeader("X-Forwarded-For", "127.0.0.1");
		new ForwardedHeaderFilter().doFilter(received, new MockHttpServletResponse(), (request, response) -> {
			assertThat(request.getRemoteAddr()).as("control").isEqualTo("127.0.0.1");
			assertThat(((HttpServletRequest) request).getHeader("X-Forwarded-For")).as("control").isNull();
			assertThat(ServletCaller.of(request)).isEqualTo(new Caller("POST", "10.0.0.9", true, false));
		});
	}

	@Test
	void whenTomcatMayHaveTakenTheEvidenceAwayThenRefused() {
		MockHttpServletRequest request = request("127.0.0.1");
		assertThat(this.access.refusal(ServletCaller.of(request))).as("control").isNull();
		request.setAttribute("org.apache.tomcat.request.forwarded", true);
		assertThat(this.access.refusal(ServletCaller.of(request))).isEqualTo("the call was passed on by a proxy");
	}

	@Test
	void whenRefusedAgainThenWarnsOnceForEachPeer(CapturedOutput output) {
		for (int i = 0; i < 3; i++) {
			this.access.refusal(ServletCaller.of(request("10.0.0.9")));
			this.access.refusal(ServletCaller.of(request("10.0.0.10")));
		}
		assertThat(output).containsOnlyOnce("from 10.0.0.9,")
			.containsOnlyOnce("from 10.0.0.10,")
			.contains("graceful-shutdown.endpoint.allowed-addresses");
	}

	@Test
	void whenManyPeersAreRefusedThenTheLogDoesNotFill(CapturedOutput output) {
		for (int i = 0; i < 500; i++) {
			this.access.refusal(ServletCaller.of(request("10.0." + i / 256 + "." + i % 256)));
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("Refused POST"))).hasSize(100);
	}

	@Test
	void whenCallerIsInterruptedThenItGoesAndTheRunGoesOn() {
		FakeGracefulShutdown shutdown = new FakeGracefulShutdown();
		shutdown.leaveLater();
		Thread.currentThread().interrupt();
		DeregisterDescriptor report = new DeregisterEndpoint(shutdown, List::of).deregister(true);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(report.state()).isEqualTo(shutdown.report().state());
		assertThat(shutdown.calls()).hasSize(1);
	}

	private static MockHttpServletRequest request(String address) {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/actuator/deregister");
		request.setRemoteAddr(address);
		return request;
	}

}
