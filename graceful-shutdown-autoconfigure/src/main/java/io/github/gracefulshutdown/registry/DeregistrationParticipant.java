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
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;

/**
 * Takes the instance out of all its service registries in
 * {@link ShutdownPhase#DEREGISTER}, at the same time and each on a thread of its own, so
 * that a registry that fails or hangs costs no other its turn. Reports each of them,
 * whatever happens. Thread-safe.
 *
 * @since 0.1.0
 */
public final class DeregistrationParticipant implements ShutdownParticipant {

	private final List<RegistryMembership> memberships;

	private final List<InstanceConfiguration> configurations;

	private final Duration confirmTimeout;

	private final Duration hold;

	private final boolean evict;

	private final Supplier<ExecutorService> executors;

	private final Set<RegistryMembership> left = ConcurrentHashMap.newKeySet();

	private final Set<InstanceConfiguration> cleared = ConcurrentHashMap.newKeySet();

	/**
	 * Make a participant.
	 * @param memberships the memberships of this instance
	 * @param configurations what others keep for this instance, cleared once it is absent
	 * @param confirmTimeout how long leaving may take in all, up to the confirmation by
	 * every registry and the clearing
	 * @param hold how long of that a registry has to go on not offering the instance; a
	 * quarter of it at most
	 * @param evict whether to remove the instance by force when leaving did not work
	 */
	public DeregistrationParticipant(Collection<? extends RegistryMembership> memberships,
			Collection<? extends InstanceConfiguration> configurations, Duration confirmTimeout, Duration hold,
			boolean evict) {
		this(memberships, configurations, confirmTimeout, hold, evict, () -> Executors.newCachedThreadPool((task) -> {
			Thread thread = new Thread(task, "graceful-shutdown-registry");
			thread.setDaemon(true);
			return thread;
		}));
	}

	DeregistrationParticipant(Collection<? extends RegistryMembership> memberships,
			Collection<? extends InstanceConfiguration> configurations, Duration confirmTimeout, Duration hold,
			boolean evict, Supplier<ExecutorService> executors) {
		this.memberships = List.copyOf(memberships);
		this.configurations = List.copyOf(configurations);
		this.confirmTimeout = confirmTimeout;
		this.hold = hold;
		this.evict = evict;
		this.executors = executors;
	}

	@Override
	public String name() {
		return "registry";
	}

	@Override
	public Set<ShutdownPhase> phases() {
		return hasRegistries() ? EnumSet.of(ShutdownPhase.DEREGISTER) : EnumSet.noneOf(ShutdownPhase.class);
	}

	/**
	 * Return whether callers find, or found, this instance through a service registry.
	 * @return whether there is a registry to leave, or one that was left
	 */
	public boolean isMember() {
		return !members().isEmpty();
	}

	/**
	 * Return whether there are registries, be the instance a member or not.
	 * @return whether there are any
	 */
	public boolean hasRegistries() {
		return !this.memberships.isEmpty();
	}

	/**
	 * Return whether callers on other hosts may find this instance through a service
	 * registry.
	 * @return whether it is a member of one that is not on this very host
	 * @see RegistryMembership#isLocal()
	 */
	public boolean isFoundFromElsewhere() {
		return members().stream().anyMatch((member) -> !member.isLocal());
	}

	/**
	 * Return how long callers may go on using this instance's address after it has left.
	 * @return the longest time of all registries the instance is registered with,
	 * {@link Duration#ZERO} if there are none
	 */
	public Duration staleness() {
		return members().stream()
			.map(RegistryMembership::staleness)
			.max(Comparator.naturalOrder())
			.orElse(Duration.ZERO);
	}

	/**
	 * Return the registries that callers find, or found, this instance through.
	 */
	List<RegistryMembership> members() {
		return this.memberships.stream().filter(this::isMember).toList();
	}

	private boolean isMember(RegistryMembership membership) {
		try {
			return this.left.contains(membership) || membership.isRegistered();
		}
		catch (RuntimeException ex) {
			return true;
		}
	}

	@Override
	public void onPhase(PhaseContext context) throws InterruptedException {
		Deadline deadline = context.deadline().within(this.confirmTimeout);
		Duration time = deadline.remaining();
		// a read that is under way at the end may still return
		Duration limit = time.minus(time.dividedBy(20));
		Duration hold = min(this.hold, limit.dividedBy(4));
		// what is done by force has to be seen as well, and to hold
		Duration patience = limit.dividedBy(2);
		List<Departure> departures = this.memberships.stream()
			.map((membership) -> new Departure(membership, context.clock(), patience, limit, hold, this.evict,
					() -> this.left.add(membership)))
			.toList();
		inParallel("Not confirmed by", context, deadline, departures);
		if (!this.left.isEmpty() && departures.stream().allMatch(Departure::isOut)) {
			inParallel("Not cleared:", context, deadline, this.configurations.stream()
				.map((configuration) -> ConfigurationTask.clear(configuration, () -> this.cleared.add(configuration)))
				.toList());
		}
	}

	@Override
	public void undo(PhaseContext context) throws InterruptedException {
		Deadline deadline = context.deadline().within(this.confirmTimeout);
		try {
			inParallel("Not confirmed by", context, deadline,
					this.memberships.stream()
						.filter(this.left::contains)
						.map((membership) -> new Return(membership, () -> this.left.remove(membership)))
						.toList());
		}
		finally {
			// those that have it back need theirs
			inParallel("Not restored:", context, deadline,
					this.configurations.stream()
						.filter(this.cleared::contains)
						.map((configuration) -> ConfigurationTask.restore(configuration,
								() -> this.cleared.remove(configuration)))
						.toList());
		}
	}

	private void inParallel(String failure, PhaseContext context, Deadline deadline, List<? extends ReportedTask> tasks)
			throws InterruptedException {
		if (tasks.isEmpty()) {
			return;
		}
		List<String> failed = new ArrayList<>();
		ExecutorService executor = this.executors.get();
		try {
			CompletableFuture<?>[] futures = tasks.stream()
				.map((task) -> CompletableFuture.runAsync(task, executor))
				.toArray(CompletableFuture<?>[]::new);
			try {
				context.clock().await(CompletableFuture.allOf(futures), deadline.remaining());
			}
			catch (InterruptedException ex) {
				tasks.forEach(ReportedTask::abandon);
				executor.shutdownNow();
				// what is still leaving must not overtake what takes it back
				executor.awaitTermination(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS);
				throw ex;
			}
		}
		finally {
			for (ReportedTask task : tasks) {
				if (!task.report(context)) {
					failed.add(task.name());
				}
			}
			executor.shutdownNow();
		}
		if (!failed.isEmpty()) {
			throw new IllegalStateException(failure + " " + String.join(", ", failed));
		}
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

}
