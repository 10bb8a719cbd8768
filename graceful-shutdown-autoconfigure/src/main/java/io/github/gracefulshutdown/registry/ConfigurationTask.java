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

package io.github.gracefulshutdown.registry;

import io.github.gracefulshutdown.PhaseContext;
import org.jspecify.annotations.Nullable;

/**
 * What is done with one configuration that others keep for this instance.
 */
final class ConfigurationTask extends ReportedTask {

	private final InstanceConfiguration configuration;

	private final String action;

	private final String past;

	private final Call call;

	private @Nullable String error;

	private boolean done;

	private ConfigurationTask(InstanceConfiguration configuration, String action, String past, Call call) {
		this.configuration = configuration;
		this.action = action;
		this.past = past;
		this.call = call;
	}

	static ConfigurationTask clear(InstanceConfiguration configuration, Runnable onCleared) {
		return new ConfigurationTask(configuration, "clearing", "cleared", () -> {
			configuration.clear();
			onCleared.run();
		});
	}

	static ConfigurationTask restore(InstanceConfiguration configuration, Runnable onRestored) {
		return new ConfigurationTask(configuration, "restoring", "restored", () -> {
			configuration.restore();
			onRestored.run();
		});
	}

	@Override
	String name() {
		return this.configuration.name();
	}

	@Override
	void doRun() throws InterruptedException {
		String failure = act(this.action, this.call);
		synchronized (this) {
			this.error = failure;
			this.done = failure == null;
		}
	}

	@Override
	boolean doReport(PhaseContext context, @Nullable String hanging) {
		String failure = (hanging != null) ? hanging : this.error;
		context.detail(name() + ": "
				+ ((failure != null) ? failure : this.done ? this.past : "not " + this.past + ", no time left"));
		return this.done;
	}

}
