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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import org.jspecify.annotations.Nullable;

/**
 * The phase in which a registry is left, for one participant on its own.
 */
public final class DeregisterPhase implements PhaseContext {

	private final ShutdownClock clock;

	private final Deadline deadline;

	private final List<String> details = new ArrayList<>();

	private final List<ShutdownReport.Registry> registries = new ArrayList<>();

	public DeregisterPhase(ShutdownClock clock, Duration time) {
		this.clock = clock;
		this.deadline = Deadline.after(time, clock);
	}

	@Override
	public ShutdownPhase phase() {
		return ShutdownPhase.DEREGISTER;
	}

	@Override
	public Deadline deadline() {
		return this.deadline;
	}

	@Override
	public ShutdownClock clock() {
		return this.clock;
	}

	@Override
	public @Nullable Thread waiter() {
		return null;
	}

	@Override
	public void detail(String detail) {
		this.details.add(detail);
	}

	@Override
	public void registry(ShutdownReport.Registry registry) {
		this.registries.add(registry);
	}

	public List<String> details() {
		return this.details;
	}

	public List<ShutdownReport.Registry> registries() {
		return this.registries;
	}

	public ShutdownReport.Registry registry() {
		return this.registries.get(this.registries.size() - 1);
	}

	@Override
	public boolean checkpoint(String name, String position) {
		throw new UnsupportedOperationException();
	}

}
