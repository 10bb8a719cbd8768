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

import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownPlan;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Writes the plan to the log before the ports are opened: a line, and on {@code DEBUG} a
 * table.
 *
 * @since 0.1.0
 */
public final class PlanLog implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(GracefulShutdown.class);

	private final GracefulShutdown shutdown;

	/**
	 * Make a log of the plan.
	 * @param shutdown has the plan
	 */
	public PlanLog(GracefulShutdown shutdown) {
		this.shutdown = shutdown;
	}

	@Override
	public void afterSingletonsInstantiated() {
		ShutdownPlan plan = this.shutdown.report().plan();
		logger.info(plan);
		if (logger.isDebugEnabled()) {
			logger.debug(plan.table());
		}
	}

}
