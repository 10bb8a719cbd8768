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

package io.github.gracefulshutdown.sample.pay.settlement;

import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Settlement over HTTP, for whoever closes the day.
 */
@RestController
class SettlementController {

	private final Settlement settlement;

	private final InstantSource clock;

	SettlementController(Settlement settlement, InstantSource clock) {
		this.settlement = settlement;
		this.clock = clock;
	}

	/**
	 * Settles a day in the background; asked again, what is left of it.
	 * @param day such as {@code 2026-01-31}, and over: no order comes to it any more
	 */
	@PostMapping("/api/pay/settlement")
	@ResponseStatus(HttpStatus.ACCEPTED)
	void settle(@RequestParam LocalDate day) {
		if (!day.isBefore(LocalDate.ofInstant(this.clock.instant(), ZoneId.systemDefault()))) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "'day' is not over yet");
		}
		this.settlement.start(day);
	}

}
