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
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.pay.Debit;
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
import io.github.gracefulshutdown.test.StopReport;
import io.github.gracefulshutdown.test.Terminations;
import org.jspecify.annotations.Nullable;

/**
 * Rolls the payment service over as a Deployment with two replicas and
 * {@code maxUnavailable: 0} does: each instance is replaced by starting another one,
 * waiting until it is in service, taking the old one out of the service address and
 * ending it as a kubelet does. What both rounds share, the registry and a caller that
 * knows the service from it, lives as long as this object.
 */
final class RollingUpdate implements AutoCloseable {

	/**
	 * As in the service's {@code application.yml}.
	 */
	private static final Duration GRACE_PERIOD = Duration.ofSeconds(30);

	private static final int REPLICAS = 2;

	/**
	 * Longer than callers need to go elsewhere, so that there is something to wait for.
	 */
	private static final long BUSINESS_TIME = 5000;

	private static final Request INFO = Request.get("/api/pay/open/merchant/info?deviceCode=d{n}&skip=true")
		.named("info");

	private static final Request PAY = Request.post("/api/pay").json("""
			{"paymentId":"p-{n}","amount":9.90,"deviceCode":"d{n}"}""").named("pay");

	private static final Request WORK = Request.get("/sleep/one?systemNo={n}").named("work");

	private final Consumer<String> progress;

	private final RegistryServer registry;

	private final RegistryCaller caller;

	private RollingUpdate(Consumer<String> progress, RegistryServer registry, RegistryCaller caller) {
		this.progress = progress;
		this.registry = registry;
		this.caller = caller;
	}

	/**
	 * Prepares the surroundings.
	 * @param progress is told what happens
	 * @return where rounds can be run
	 */
	static RollingUpdate prepare(Consumer<String> progress) {
		progress.accept("Eureka server is starting");
		RegistryServer registry = RegistryServer.start();
		RegistryCaller caller = RegistryCaller.start(registry.uri());
		progress.accept("Eureka server at " + registry.uri());
		return new RollingUpdate(progress, registry, caller);
	}

	@Override
	public void close() {
		this.caller.close();
		this.registry.close();
	}

	/**
	 * Rolls all instances over once, under load.
	 * @param variant how the service is built and configured
	 * @return what came of it
	 */
	Round run(Variant variant) throws IOException {
		Await.until("the last round's instances have left the caller's sight", () -> this.caller.instances() == 0);
		try (ProofKit kit = new ProofKit();
				PayBackend backend = PayBackend.start(kit);
				ServiceAddress address = ServiceAddress.open()) {
			Fleet fleet = new Fleet(variant, backend, address);
			fleet.startAll();
			Await.until("the caller knows all instances", () -> this.caller.instances() == REPLICAS);
			RunningLoad load = load(kit, address).start().awaitRequests(1000);
			this.progress.accept("load is on: " + load.requests() + " requests answered");
			Moment started = Moment.now();
			for (int i = 0; i < REPLICAS; i++) {
				fleet.replaceOldest();
				this.progress.accept("%d requests, %d of them failed".formatted(load.requests(),
						load.report().where("failed", Round::isFailure).size()));
			}
			Moment ended = Moment.now();
			// what the last ones do to callers with stale caches belongs to the round
			load.awaitRequests(load.requests() + 500);
			LoadReport report = load.stop();
			List<InstanceTrace> traces = fleet.traces();
			fleet.stopAll();
			List<Debit> torn = backend.chargedWithoutOrder();
			this.progress.accept("reconciliation: " + torn.size() + " charged without an order");
			return new Round(variant, started, ended, traces, report, torn);
		}
	}

	private LoadBuilder load(ProofKit kit, ServiceAddress address) {
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
				.target(address::uri))
			.group(ClientGroup.of("address, payments", 6, Connections.KEEP_ALIVE, PAY)
				.thinkTime(min, max)
				.target(address::uri))
			.group(ClientGroup.of("address, long work", 4, Connections.KEEP_ALIVE, WORK)
				.thinkTime(min, max)
				.target(address::uri));
	}

	/**
	 * The instances of one round.
	 */
	private final class Fleet {

		private final Variant variant;

		private final PayBackend backend;

		private final ServiceAddress address;

		private final List<Instance> running = new ArrayList<>();

		private final List<InstanceTrace> ended = new ArrayList<>();

		private int started;

		Fleet(Variant variant, PayBackend backend, ServiceAddress address) {
			this.variant = variant;
			this.backend = backend;
			this.address = address;
		}

		void startAll() {
			List<CompletableFuture<Instance>> starting = Stream.generate(this::nextName)
				.limit(REPLICAS)
				.map((name) -> CompletableFuture.supplyAsync(() -> start(name)))
				.toList();
			starting.stream().map(CompletableFuture::join).forEach(this.running::add);
		}

		void replaceOldest() {
			this.running.add(start(nextName()));
			Instance old = this.running.remove(0);
			RollingUpdate.this.progress.accept(old.name() + " is told to go");
			// a cluster does both at once: the endpoint goes, and the kubelet is told
			this.address.remove(old.application().uri());
			StopReport stop = Terminations.kubelet(GRACE_PERIOD)
				.preStop(Hook.post("/actuator/deregister"))
				.stop(old.application());
			InstanceTrace trace = old.trace(stop);
			trace.phases()
				.forEach((phase) -> RollingUpdate.this.progress.accept("  %s %s after %d ms: %s".formatted(phase.name(),
						phase.outcome(), Duration.between(phase.from(), phase.to()).toMillis(), phase.detail())));
			RollingUpdate.this.progress.accept(old.name() + ": " + stop);
			this.ended.add(trace);
		}

		List<InstanceTrace> traces() {
			return Stream.concat(this.ended.stream(), this.running.stream().map((instance) -> instance.trace(null)))
				.toList();
		}

		/**
		 * Ends what runs without losing anything: the load is over.
		 */
		void stopAll() {
			this.running.stream()
				.map((instance) -> CompletableFuture
					.runAsync(() -> Terminations.kubelet(GRACE_PERIOD).stop(instance.application())))
				.toList()
				.forEach(CompletableFuture::join);
		}

		private String nextName() {
			return "pay-" + ++this.started;
		}

		private Instance start(String name) {
			Moment launched = Moment.now();
			RollingUpdate.this.progress.accept(name + " is starting");
			RunningApplication application = this.backend.application(this.variant, name)
				.property("eureka.instance.instance-id", name)
				.property("eureka.client.service-url.defaultZone", RollingUpdate.this.registry.uri().toString())
				.start();
			this.backend.setBusinessTime(application, BUSINESS_TIME);
			Await.until(name + " is up in the registry", () -> RollingUpdate.this.registry.isUp("PAY", name));
			this.address.add(application.uri());
			RollingUpdate.this.progress.accept(name + " is in service");
			return new Instance(name, application, launched, Moment.now());
		}

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
