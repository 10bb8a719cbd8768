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

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import io.github.gracefulshutdown.sample.pay.acquirer.AcquirerServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.StatusAssertions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PayApplication}, over HTTP.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "eureka.client.enabled=false",
		"spring.datasource.url=jdbc:h2:mem:pay;DB_CLOSE_DELAY=-1", "pay.reconciliation-age=-1m" })
class PayApplicationTests {

	private static AcquirerServer server;

	private final String paymentId = UUID.randomUUID().toString();

	private Acquirer acquirer;

	private RestTestClient client;

	@BeforeAll
	static void startAcquirer() throws IOException {
		server = AcquirerServer.start(0);
	}

	@AfterAll
	static void stopAcquirer() {
		server.close();
	}

	@DynamicPropertySource
	static void acquirer(DynamicPropertyRegistry registry) {
		registry.add("pay.acquirer-uri", PayApplicationTests::acquirerUri);
	}

	@BeforeEach
	void setUp(@LocalServerPort int port, @Autowired Acquirer acquirer) {
		this.client = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
		this.acquirer = acquirer;
	}

	@Test
	void whenPaidThenItIsDebitedAndOrderedOnce() {
		pay(payment("9.90")).isOk();
		pay(payment("9.9")).isOk();
		assertThat(debits()).isOne();
		get("/api/pay/open/merchant/info?deviceCode=" + this.paymentId).jsonPath("$.orders").isEqualTo(1);
		assertThat(get("/api/pay/reconciliation").returnResult().getResponseBodyContent()).asString()
			.doesNotContain(this.paymentId);
	}

	@Test
	void whenAskedAgainWithTheSameKeyThenItIsThePaymentThatWasMade() {
		String again = UUID.randomUUID().toString();
		pay(payment("9.90"), this.paymentId).isOk();
		this.client.post()
			.uri("/api/pay")
			.header("Idempotency-Key", this.paymentId)
			.contentType(MediaType.APPLICATION_JSON)
			.body(payment("9.90").replaceFirst(this.paymentId, again))
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.paymentId")
			.isEqualTo(this.paymentId);
		assertThat(debits()).isOne();
		assertThat(this.acquirer.debits()).extracting(Debit::paymentId).doesNotContain(again);
		get("/api/pay/open/merchant/info?deviceCode=" + this.paymentId).jsonPath("$.orders").isEqualTo(1);
	}

	@Test
	void whenTheKeyIsNoneThenNothingIsDebited() {
		pay(payment("9.90"), this.paymentId.repeat(2)).isBadRequest();
		assertThat(debits()).isZero();
	}

	@Test
	void whenOnlyDebitedThenReconciliationFindsIt(@Autowired DataSource dataSource) {
		this.acquirer.debit(new Payment(this.paymentId, new BigDecimal("9.90"), "torn"));
		assertThat(get("/api/pay/reconciliation").returnResult().getResponseBodyContent()).asString()
			.contains(this.paymentId);
		Reconciliation outside = Reconciliation.between(acquirerUri(), dataSource);
		Debit torn = this.acquirer.debits()
			.stream()
			.filter((debit) -> debit.paymentId().equals(this.paymentId))
			.findFirst()
			.orElseThrow();
		assertThat(outside.chargedWithoutOrder(torn.debitedAt().plusNanos(1))).contains(torn);
		assertThat(outside.chargedWithoutOrder(torn.debitedAt())).doesNotContain(torn);
	}

	@Test
	void whenAmountHasChangedThenConflict() {
		pay(payment("9.90")).isOk();
		pay(payment("9.91")).isEqualTo(HttpStatus.CONFLICT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "[]", "nonsense", """
			{"paymentId":"%s","deviceCode":"d"}""", """
			{"paymentId":"%s","amount":0,"deviceCode":"d"}""", """
			{"paymentId":"%s","amount":-1,"deviceCode":"d"}""", """
			{"paymentId":"%s","amount":1.001,"deviceCode":"d"}""", """
			{"paymentId":"%s","amount":1e17,"deviceCode":"d"}""", """
			{"paymentId":"%s","amount":1}""", """
			{"paymentId":"%1$s%1$s","amount":1,"deviceCode":"d"}""", """
			{"paymentId":"%s\\n","amount":1,"deviceCode":"d"}""", """
			{"amount":1,"deviceCode":"d"}""" })
	void whenPaymentIsMalformedThenNothingIsDebited(String body) {
		int before = this.acquirer.debits().size();
		pay(body.formatted(this.paymentId)).isBadRequest();
		assertThat(this.acquirer.debits()).hasSize(before);
	}

	@Test
	void whenLookUpIsSkippedThenMerchantHasNoOrders() {
		get("/api/pay/open/merchant/info?deviceCode=d&skip=true").json("""
				{"deviceCode":"d","name":"Merchant of d","orders":null}""");
	}

	@Test
	void whenBusinessTimeIsSetThenWorkTakesIt() {
		get("/biz/time/set?sleepTime=3").jsonPath("$.sleepTime").isEqualTo(3);
		get("/sleep/one?systemNo=one").json("""
				{"systemNo":"one","slept":3}""");
		this.client.get().uri("/biz/time/set?sleepTime=-1").exchange().expectStatus().isBadRequest();
		this.client.get().uri("/biz/time/set?sleepTime=600001").exchange().expectStatus().isBadRequest();
		get("/sleep/one?systemNo=one").jsonPath("$.slept").isEqualTo(3);
	}

	@Test
	void whenAcquirerIsAwayThenBadGateway() throws IOException {
		AcquirerServer away = AcquirerServer.start(0);
		URI uri = URI.create("http://127.0.0.1:" + away.getPort());
		away.close();
		Acquirer client = new Acquirer(uri, Duration.ofSeconds(5));
		assertThatExceptionOfType(AcquirerException.class)
			.isThrownBy(() -> client.debit(new Payment(this.paymentId, BigDecimal.ONE, "d")))
			.satisfies((ex) -> assertThat(ex.getStatusCode()).isEqualTo(HttpStatus.BAD_GATEWAY));
	}

	private StatusAssertions pay(String body, String... key) {
		return this.client.post()
			.uri("/api/pay")
			.headers((headers) -> headers.put("Idempotency-Key", List.of(key)))
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange()
			.expectStatus();
	}

	private RestTestClient.BodyContentSpec get(String uri) {
		return this.client.get().uri(uri).exchange().expectStatus().isOk().expectBody();
	}

	private long debits() {
		return this.acquirer.debits().stream().map(Debit::paymentId).filter(this.paymentId::equals).count();
	}

	private String payment(String amount) {
		return """
				{"paymentId":"%1$s","amount":%2$s,"deviceCode":"%1$s"}""".formatted(this.paymentId, amount);
	}

	private static URI acquirerUri() {
		return URI.create("http://127.0.0.1:" + server.getPort());
	}

}
