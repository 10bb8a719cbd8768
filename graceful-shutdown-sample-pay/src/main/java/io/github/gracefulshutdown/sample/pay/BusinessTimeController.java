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

import java.util.concurrent.atomic.AtomicLong;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Simulates long work: set how long business takes on this instance, then do some.
 */
@RestController
class BusinessTimeController {

	private static final long MAX_SLEEP_TIME = 600_000;

	private final AtomicLong sleepTime = new AtomicLong();

	/**
	 * Sets the business time.
	 * @param sleepTime in milliseconds, at most ten minutes
	 */
	@GetMapping("/biz/time/set")
	BusinessTime set(@RequestParam long sleepTime) {
		if (sleepTime < 0 || sleepTime > MAX_SLEEP_TIME) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"'sleepTime' must be between 0 and " + MAX_SLEEP_TIME + " ms");
		}
		this.sleepTime.set(sleepTime);
		return new BusinessTime(sleepTime);
	}

	/**
	 * Works for the business time.
	 * @param systemNo who asks
	 */
	@GetMapping("/sleep/one")
	Work work(@RequestParam String systemNo) {
		long time = this.sleepTime.get();
		try {
			Thread.sleep(time);
		}
		catch (InterruptedException ex) {
			// cut by the shutdown. Not interrupted again: over HTTP/2, Tomcat would
			// close the connection instead of answering
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "Stopped before business was done", ex);
		}
		return new Work(systemNo, time);
	}

	record BusinessTime(long sleepTime) {

	}

	record Work(String systemNo, long slept) {

	}

}
