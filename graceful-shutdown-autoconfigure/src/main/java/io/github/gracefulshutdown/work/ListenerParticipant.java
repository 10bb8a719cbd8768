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

package io.github.gracefulshutdown.work;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.gracefulshutdown.ActiveWork;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The part of message listeners. At CLOSE their containers stop taking messages, all at
 * once and beside the HTTP drain, whereas Spring has the one wait for the other. DRAIN
 * waits for the messages in hand, and CUT sends those back that are not done.
 * <p>
 * Containers are looked up when the second act begins. One that does not run by then is
 * left alone.
 *
 * @param <C> the type of the containers
 * @since 0.1.0
 */
public abstract class ListenerParticipant<C extends SmartLifecycle> implements ShutdownParticipant {

	private static final Log logger = LogFactory.getLog(ListenerParticipant.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final String kind;

	private final String handlerMethod;

	private volatile @Nullable List<Stop> stops;

	/**
	 * Make the participant.
	 * @param beanFactory where the containers are
	 * @param kind the kind of messages, in one word
	 * @param handlerMethod the method of Spring that is on the stack of a thread while it
	 * handles a message
	 */
	protected ListenerParticipant(ConfigurableListableBeanFactory beanFactory, String kind, String handlerMethod) {
		this.beanFactory = beanFactory;
		this.kind = kind;
		this.handlerMethod = handlerMethod;
	}

	/**
	 * Return the containers that may have messages.
	 * @return the containers by what the names of their threads begin with
	 */
	protected abstract Map<String, C> containers();

	/**
	 * Return whether requests in flight may be waiting for what a container receives. It
	 * is left alone then.
	 * @param container the container
	 * @return whether it receives replies
	 */
	protected boolean receivesReplies(C container) {
		return false;
	}

	/**
	 * Say what a container listens to.
	 * @param id what the names of its threads begin with
	 * @param container the container
	 * @return the names of its queues or topics; never anything of a message
	 */
	protected abstract String describe(String id, C container);

	/**
	 * Stop a container, which is to finish what it has in hand rather than give it up.
	 * Called on a thread that may wait for it.
	 * @param container the container
	 * @param stopped to be called when no message is in hand
	 */
	protected abstract void stop(C container, Runnable stopped);

	/**
	 * Have a container begin none of the messages that it has received in advance. Called
	 * when half of the time for draining is over, so that the other half is for the
	 * messages in hand.
	 * @param container the container, which has been told to stop
	 */
	protected void beginNoMore(C container) {
	}

	/**
	 * Have what is not done sent to others, and have nobody wait for this container
	 * again.
	 * @param container the container, which still handles messages
	 * @return whether it is sent to others even if its handler takes an interrupt for the
	 * end of its work, and returns; if not, the handler is not interrupted
	 */
	protected abstract boolean giveUp(C container);

	/**
	 * Return the containers that are beans, and those of registries that are.
	 * @param type the type of the containers
	 * @param registryType the type of what keeps those of annotated methods
	 * @param ids says which containers a registry has
	 * @param container finds one of them
	 * @param <R> the type of the registry
	 * @return the containers by the name of the bean, or the id
	 */
	protected final <R> Map<String, C> containers(Class<C> type, Class<R> registryType, Function<R, Set<String>> ids,
			BiFunction<R, String, @Nullable C> container) {
		Map<String, C> containers = beans(type);
		beans(registryType).values().forEach((registry) -> {
			for (String id : ids.apply(registry)) {
				C found = container.apply(registry, id);
				if (found != null) {
					containers.put(id, found);
				}
			}
		});
		return containers;
	}

	/**
	 * Return the beans of a type that exist, and make none.
	 * @param type the type
	 * @param <T> the type
	 * @return the beans by name
	 */
	protected final <T> Map<String, T> beans(Class<T> type) {
		Map<String, T> beans = new LinkedHashMap<>();
		for (String name : this.beanFactory.getBeanNamesForType(type, false, false)) {
			if (this.beanFactory.containsSingleton(name)) {
				beans.put(name, this.beanFactory.getBean(name, type));
			}
		}
		return beans;
	}

	@Override
	public final String name() {
		return this.kind + " listeners";
	}

	@Override
	public final Set<ShutdownPhase> phases() {
		return EnumSet.of(ShutdownPhase.CLOSE, ShutdownPhase.DRAIN, ShutdownPhase.CUT);
	}

	@Override
	public final void onPhase(PhaseContext context) throws Exception {
		switch (context.phase()) {
			case CLOSE -> close(context);
			case DRAIN -> drain(context);
			case CUT -> cut(context);
			case ANNOUNCE, DEREGISTER, SETTLE -> {
			}
		}
	}

	private void close(PhaseContext context) {
		List<Stop> running = running(context.clock());
		this.stops = running;
		if (!running.isEmpty()) {
			running.forEach(Stop::start);
			context.detail("%d %s take no more messages".formatted(running.size(), name()));
		}
	}

	private List<Stop> running(ShutdownClock clock) {
		List<Stop> running = new ArrayList<>();
		containers().forEach((id, container) -> {
			if (attempt(id, container::isRunning, false) && !attempt(id, () -> receivesReplies(container), false)) {
				running.add(new Stop(id, container, clock));
			}
		});
		return running;
	}

	/**
	 * Ask a container: one that fails must not cost the others their turn.
	 */
	private static <T> T attempt(String id, Supplier<T> question, T otherwise) {
		try {
			return question.get();
		}
		catch (RuntimeException ex) {
			logger.debug("Container '" + id + "' does not say", ex);
			return otherwise;
		}
	}

	private void drain(PhaseContext context) throws InterruptedException, TimeoutException {
		if (begun().isEmpty()) {
			return;
		}
		// a handler that ended the application cannot end before the application does
		Map<Thread, StackTraceElement[]> threads = Thread.getAllStackTraces();
		List<Stop> stops = begun().stream().filter((stop) -> !stop.isWaiting(threads, context.waiter())).toList();
		this.stops = stops;
		if (!awaitStopped(context, half(context.deadline()))) {
			pending().forEach(Stop::beginNoMore);
			if (!awaitStopped(context, context.deadline())) {
				throw new TimeoutException();
			}
		}
		stops.forEach((stop) -> stop.stopped.exceptionally((ex) -> {
			context.detail("%s could not be stopped: %s".formatted(stop.id, ex));
			return null;
		}));
		context.detail("%s have stopped".formatted(name()));
	}

	private void cut(PhaseContext context) throws InterruptedException {
		List<Stop> pending = pending().toList();
		if (pending.isEmpty()) {
			return;
		}
		List<CompletableFuture<Void>> givenUp = pending.stream().map(Stop::giveUp).toList();
		// half of the time each: a broker that hangs must not spare the handlers of
		// others
		await(context, half(context.deadline()), givenUp.stream());
		Map<Thread, StackTraceElement[]> threads = Thread.getAllStackTraces();
		List<Stop> fenced = pending.stream().filter((stop) -> stop.fenced).toList();
		List<Thread> handlers = fenced.stream().flatMap((stop) -> stop.handlers(threads).stream()).toList();
		handlers.forEach(Thread::interrupt);
		context.detail(
				"%d %s have not stopped, %d handlers interrupted".formatted(pending.size(), name(), handlers.size()));
		await(context, context.deadline(), fenced.stream().map((stop) -> stop.stopped));
	}

	private boolean awaitStopped(PhaseContext context, Deadline deadline) throws InterruptedException {
		return await(context, deadline, pending().map((stop) -> stop.stopped));
	}

	private static boolean await(PhaseContext context, Deadline deadline, Stream<CompletableFuture<Void>> all)
			throws InterruptedException {
		return context.clock()
			.await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)), deadline.remaining());
	}

	private static Deadline half(Deadline deadline) {
		return deadline.within(deadline.remaining().dividedBy(2));
	}

	private List<Stop> begun() {
		return Objects.requireNonNullElse(this.stops, List.of());
	}

	private Stream<Stop> pending() {
		return begun().stream().filter((stop) -> !stop.stopped.isDone());
	}

	@Override
	public final Collection<ActiveWork> activeWork() {
		boolean begun = this.stops != null;
		List<Stop> stops = begun ? pending().toList() : running(ShutdownClock.system());
		if (stops.isEmpty()) {
			return List.of();
		}
		Map<Thread, StackTraceElement[]> threads = Thread.getAllStackTraces();
		return stops.stream().flatMap((stop) -> {
			List<Thread> handlers = stop.handlers(threads);
			// a virtual one, or one of the client, is not found
			return stop.activeWork((handlers.isEmpty() && begun) ? Collections.singletonList(null) : handlers);
		}).toList();
	}

	/**
	 * One container on its way to a stop.
	 */
	private final class Stop {

		private final String id;

		private final C container;

		private final ShutdownClock clock;

		private final long since;

		private final CompletableFuture<Void> stopped = new CompletableFuture<>();

		private volatile boolean fenced;

		private Stop(String id, C container, ShutdownClock clock) {
			this.id = id;
			this.container = container;
			this.clock = clock;
			this.since = clock.nanoTime();
		}

		/**
		 * Stop the container on a thread of its own: some ask the broker first.
		 */
		private void start() {
			run("stop", this.stopped, () -> stop(this.container, () -> this.stopped.complete(null)));
		}

		private void beginNoMore() {
			try {
				ListenerParticipant.this.beginNoMore(this.container);
			}
			catch (RuntimeException ex) {
				logger.debug("Container '" + this.id + "' goes on with what it has received", ex);
			}
		}

		private CompletableFuture<Void> giveUp() {
			CompletableFuture<Void> givenUp = new CompletableFuture<>();
			run("give-up", givenUp, () -> {
				this.fenced = ListenerParticipant.this.giveUp(this.container);
				givenUp.complete(null);
			});
			return givenUp;
		}

		private void run(String what, CompletableFuture<Void> done, Runnable task) {
			Thread thread = new Thread(() -> {
				try {
					task.run();
				}
				catch (RuntimeException | Error ex) {
					done.completeExceptionally(ex);
				}
			}, "graceful-shutdown-" + what + "-" + this.id);
			thread.setDaemon(true);
			thread.start();
		}

		/**
		 * Return the platform threads that handle a message of this container.
		 */
		private List<Thread> handlers(Map<Thread, StackTraceElement[]> threads) {
			return threads.entrySet()
				.stream()
				.filter((thread) -> isNamedAfterContainer(thread.getKey()))
				.filter((thread) -> Stream.of(thread.getValue()).anyMatch(this::isHandlerMethod))
				.map(Map.Entry::getKey)
				.toList();
		}

		private boolean isNamedAfterContainer(Thread thread) {
			// "<id>-1", with Kafka "<id>-0-C-1"
			return thread.getName().startsWith(this.id)
					&& thread.getName().substring(this.id.length()).matches("-[\\dC-]+");
		}

		private boolean isHandlerMethod(StackTraceElement frame) {
			return frame.getMethodName().equals(ListenerParticipant.this.handlerMethod);
		}

		private boolean isWaiting(Map<Thread, StackTraceElement[]> threads, @Nullable Thread waiter) {
			List<Thread> handlers = handlers(threads);
			return !handlers.isEmpty()
					&& handlers.stream().allMatch((thread) -> thread == waiter || PhaseContext.isExiting(thread));
		}

		private Stream<ActiveWork> activeWork(List<? extends @Nullable Thread> handlers) {
			// since when is not known: at least since no more messages are taken
			Duration age = Duration.ofNanos(this.clock.nanoTime() - this.since);
			String name = attempt(this.id, () -> describe(this.id, this.container), this.id);
			return handlers.stream()
				.map((thread) -> ActiveWork.of(ListenerParticipant.this.kind, name, age, thread, null));
		}

	}

}
