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

package io.github.gracefulshutdown.field;

/**
 * The ways in which the report stopped its service. Times are the report's, in seconds.
 */
enum Way {

	LOCAL_INT("`kill -2`", 50),

	LOCAL_TERM("`kill -15`", 50),

	SERVICE_STOP("stop of a service (`start-stop-daemon`)", 50),

	REDEPLOY("redeploy: `kill -15`, then a new one on the same port", 50),

	DOCKER_STOP("`docker stop`, 10 s", 10),

	DOCKER_STOP_LONG("`docker stop -t 50`, exec-form `ENTRYPOINT`", 50),

	DOCKER_STOP_SHELL("`docker stop -t 50`, shell-form `ENTRYPOINT`", 50),

	DOCKER_KILL("`docker kill -s TERM`", 50);

	private final String title;

	private final int period;

	Way(String title, int period) {
		this.title = title;
		this.period = period;
	}

	boolean isLocal() {
		return compareTo(REDEPLOY) <= 0;
	}

	/**
	 * Returns how long the service may take to stop; it is told the same.
	 */
	int period() {
		return this.period;
	}

	@Override
	public String toString() {
		return this.title;
	}

}
