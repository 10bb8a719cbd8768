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

package io.github.gracefulshutdown.sample.pay.rollout;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.pay.Debit;
import io.github.gracefulshutdown.test.ApplicationBuilder;
import io.github.gracefulshutdown.test.ClientGroup;
import io.github.gracefulshutdown.test.Connections;
import io.github.gracefulshutdown.test.Hook;
import io.github.gracefulshutdown.test.LoadBuilder;
import io.github.gracefulshutdown.test.LoadReport;
import io.github.gracefulshutdown.test.Moment;
import io.github.gracefulshutdown.test.ProofKit;
import io.github.gracefulshutdown.test.Request;
import io.github.gracefulshutdown.test.RunningApplication;
import io.github.gracefulshutdown.test.RunningLoad;
import io.github.gracefulshutdown.test.ServiceAddress;
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.jspecify.annotations.Nullable;

/**
 * Rolls the payment service over as a Deployment with two replicas and
 * {@code maxUnavailable: 0} does: each instance is replaced by starting another one,
 * waiting until it is in service, taking the old one out of the service address and
 * ending it as a kubelet does. What takes long to go is not waited for: while an instance
 * is on its way out, the next one starts.
 */
final class RollingUpdate {

	/**
	 * As in the service's {@code application.yml}.
	 */
	private static final Duration GRACE_PERIOD = Duration.ofSeconds(30);

	private static final int REPLICAS = 2;

	/**
	 * Longer than callers need to go elsewhere, so that there is something to wait for
	 * where an instance is ended.
	 */
	private static final long BUSINESS_TIME = 5000;

	private static final Request INFO = Request.get("/api/pay/open/merchant/info?deviceCode=d{n}&skip=true")
		.named("info");

	private static final Request PAY = Request.post("/api/pay").json("""
			{"paymentId":"p-{n}","amount":9.90,"deviceCode":"d{n}"}""").named("pay");

	private static final Request WORK = Request.get("/sleep/one?systemNo={n}").named("work");

	private final Variant variant;

	private final Registry registry;

	private final RegistryCaller caller;

	private final PayBackend backend;

	private final ServiceAddress address;

	private final Consumer<String> progress;

	private final List<Instance> running = new ArrayList<>();

	private final List<CompletableFuture<InstanceTrace>> leaving = new ArrayList<>();

	private int started;

	private RollingUpdate(Variant variant, Registry registry, RegistryCaller caller, PayBackend backend,
			ServiceAddress address, Consumer<String> progress) {
		this.variant = variant;
		this.registry = registry;
		this.caller = caller;
		this.backend = backend;
		this.address = address;
		this.progress = progress;
	}

	/**
	 * Rolls all instances over once, under load.
	 * @param variant how the service is built and configured
	 * @param registries starts the registry where callers find it
	 * @param progress is told what happens, by several threads
	 * @return what came of it
	 */
	static Round run(Variant variant, Supplier<? extends Registry> registries, Consumer<String> progress)
			throws IOException {
		progress.accept("the registry, a caller and the backend are starting");
		// the kit ends what is still running: the load is over then
		try (Registry registry = registries.get();
				RegistryCaller caller = RegistryCaller.start(registry);
				ProofKit kit = new ProofKit();
				PayBackend backend = PayBackend.start(kit);
				ServiceAddress address = ServiceAddress.open()) {
			return new RollingUpdate(variant, registry, caller, backend, address, progress).run(kit);
		}
	}

	private Round run(ProofKit kit) {
		startAll();
		Await.until("the caller knows all instances", () -> this.caller.instances() == REPLICAS);
		RunningLoad load = load(kit).start().awaitRequests(1000);
		this.progress.accept("load is on: " + load.requests() + " requests answered");
		Moment started = Moment.now();
		for (int i = 0; i < REPLICAS; i++) {
			replaceOldest();
		}
		List<InstanceTrace> traces = traces();
		Moment ended = Moment.now();
		// what the last ones do to callers with stale caches belongs to the round
		LoadReport report = load.awaitRequests(load.requests() + 500).stop();
		List<Debit> torn = this.backend.chargedWithoutOrder();
		Round round = new Round(this.variant, started, ended, traces, report, torn);
		this.progress.accept("%d requests, %d of them failed; %d charged without an order".formatted(report.size(),
				round.failures().size(), torn.size()));
		return round;
	}

	private LoadBuilder load(ProofKit kit) {
		Duration min = Duration.ofMillis(20);
		Duration max = Duration.ofMillis(80);
		return kit.load()
			.group(ClientGroup.of("registry, keep-alive", 8, Connections.KEEP_ALIVE, INFO)
				.thinkTime(min, max)
				.target(this.caller::choose))
			.group(ClientGroup.of("registry, new connections", 4, Connections.NEW, INFO)
				.thinkTime(min, max)
				.target(this.caller::choose))
			.group(ClientGroup.of("registry, payments", 6, Connections.KEEP_ALIVE, PAY)
				.thinkTime(min, max)
				.target(this.caller::choose))
			.group(ClientGroup.of("address, keep-alive", 12, Connections.KEEP_ALIVE, INFO)
				.thinkTime(min, max)
				.target(this.address::uri))
			.group(ClientGroup.of("address, payments", 6, Connections.KEEP_ALIVE, PAY)
				.thinkTime(min, max)
				.target(this.address::uri))
			.group(ClientGroup.of("address, long work", 4, Connections.KEEP_ALIVE, WORK)
				.thinkTime(min, max)
				.target(this.address::uri));
	}

	private void startAll() {
		List<CompletableFuture<Instance>> starting = Stream.generate(this::nextName)
			.limit(REPLICAS)
			.map((name) -> CompletableFuture.supplyAsync(() -> start(name)))
			.toList();
		starting.stream().map(CompletableFuture::join).forEach(this.running::add);
		this.running.forEach((instance) -> this.backend.setBusinessTime(instance.application(), BUSINESS_TIME));
	}

	private void replaceOldest() {
		this.running.add(start(nextName()));
		Instance old = this.running.remove(0);
		this.leaving.add(CompletableFuture.supplyAsync(() -> stop(old)));
	}

	private String nextName() {
		return "pay-" + ++this.started;
	}

	private Instance start(String name) {
		Moment launched = Moment.now();
		this.progress.accept(name + " is starting");
		ApplicationBuilder builder = this.backend.application(this.variant, name, this.registry.profile());
		this.registry.instance(name).forEach(builder::property);
		RunningApplication application = builder.start();
		Await.until(name + " is up in the registry", () -> this.registry.isUp(name));
		this.address.add(application.uri());
		this.progress.accept(name + " is in service");
		return new Instance(name, application, launched, Moment.now());
	}

	private InstanceTrace stop(Instance old) {
		this.progress.accept(old.name() + " is told to go");
		// a cluster does both at once: the endpoint goes, and the kubelet is told
		this.address.remove(old.application().uri());
		StopReport stop = Terminations.kubelet(GRACE_PERIOD)
			.preStop(Hook.post("/actuator/deregister"))
			.stop(old.application());
		InstanceTrace trace = old.trace(stop);
		trace.phases()
			.forEach((phase) -> this.progress.accept("  %s %s %s after %d ms: %s".formatted(old.name(), phase.name(),
					phase.outcome(), Duration.between(phase.from(), phase.to()).toMillis(), phase.detail())));
		this.progress.accept(old.name() + ": " + stop);
		return trace;
	}

	/**
	 * Waits for those that are on their way out.
	 */
	private List<InstanceTrace> traces() {
		return Stream
			.concat(this.leaving.stream().map(CompletableFuture::join),
					this.running.stream().map((instance) -> instance.trace(null)))
			.toList();
	}

	/**
	 * An instance that runs.
	 */
	private record Instance(String name, RunningApplication application, Moment launched, Moment ready) {

		InstanceTrace trace(@Nullable StopReport stop) {
			return new InstanceTrace(this.name, this.launched, this.ready, stop,
					InstanceTrace.phases(this.application.log()));
		}

	}

}
