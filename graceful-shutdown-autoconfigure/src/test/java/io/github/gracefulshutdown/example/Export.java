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

package io.github.gracefulshutdown.example;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.github.gracefulshutdown.CheckpointStore;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;

/**
 * The example of {@code docs/in-flight.md}: an export that takes a second for each row.
 */
class Export implements ShutdownParticipant {

	private final CheckpointStore checkpoints;

	private final List<String> rows;

	private final Consumer<String> target;

	private volatile boolean running;

	private volatile boolean stopping;

	private volatile int done;

	Export(CheckpointStore checkpoints, List<String> rows, Consumer<String> target) {
		this.checkpoints = checkpoints;
		this.rows = rows;
		this.target = target;
	}

	void run() {
		String position = this.checkpoints.load("export");
		this.done = (position != null) ? Integer.parseInt(position) : 0;
		this.running = true;
		try {
			for (int row = this.done; row < this.rows.size() && !this.stopping; row++) {
				this.target.accept(this.rows.get(row));
				this.done = row + 1;
			}
			if (this.done == this.rows.size()) {
				this.checkpoints.clear("export");
			}
		}
		finally {
			this.running = false;
		}
	}

	@Override
	public Set<ShutdownPhase> phases() {
		return EnumSet.of(ShutdownPhase.DRAIN);
	}

	@Override
	public void onPhase(PhaseContext context) throws InterruptedException {
		if (!this.running) {
			return;
		}
		Duration needed = Duration.ofSeconds(1).multipliedBy(this.rows.size() - this.done);
		if (needed.compareTo(context.deadline().remaining()) > 0) {
			this.stopping = true;
		}
		context.deadline().await(() -> !this.running);
		if (this.done < this.rows.size()) {
			context.checkpoint("export", String.valueOf(this.done));
		}
	}

}
