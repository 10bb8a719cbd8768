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

package io.github.gracefulshutdown.autoconfigure;

import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.gracefulshutdown.platform.Severity;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of graceful shutdown.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("graceful-shutdown")
public class GracefulShutdownProperties implements InitializingBean {

	/**
	 * Whether graceful shutdown is on. Off is as if the starter were absent.
	 */
	private boolean enabled = true;

	/**
	 * The time from the first trigger to the end of the process: the pod's
	 * terminationGracePeriodSeconds, 'docker stop -t', Marathon's
	 * taskKillGracePeriodSeconds.
	 */
	private Duration gracePeriod = Duration.ofSeconds(30);

	/**
	 * What is kept of the grace period for closing the rest of the application.
	 */
	private Duration reserve = Duration.ofSeconds(5);

	/**
	 * What to do shortly before the end of the grace period, if something hangs that
	 * keeps the process from ending.
	 */
	private OnDeadline onDeadline = OnDeadline.LOG;

	/**
	 * Whether readiness is set to REFUSING_TRAFFIC as soon as the instance begins to
	 * leave.
	 */
	private boolean readiness = true;

	/**
	 * Signals that take the instance out of service without ending it, such as 'USR2'.
	 */
	private List<String> signals = new ArrayList<>();

	/**
	 * File that is told what was done, in JSON of at most 4096 bytes, as Kubernetes reads
	 * it when a container has ended; 'auto' for '/dev/termination-log' on Kubernetes, or
	 * 'off'.
	 */
	private String terminationMessage = "auto";

	/**
	 * What to do at start about what will go wrong at the end.
	 */
	private Severity doctor = Severity.WARN;

	/**
	 * What to do about single findings instead, by their ids, such as
	 * 'endpoint-not-exposed'.
	 */
	private Map<String, Severity> doctorSeverity = new LinkedHashMap<>();

	private final Http http = new Http();

	private final Registry registry = new Registry();

	private final Settle settle = new Settle();

	private final Drain drain = new Drain();

	private final Checkpoint checkpoint = new Checkpoint();

	private final Batch batch = new Batch();

	private final Executors executors = new Executors();

	private final Listeners listeners = new Listeners();

	private final Endpoint endpoint = new Endpoint();

	/**
	 * Refuse what cannot be, once the values are bound.
	 */
	@Override
	public void afterPropertiesSet() {
		if (this.enabled) {
			PropertyRules.check(this);
		}
	}

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public Duration getGracePeriod() {
		return this.gracePeriod;
	}

	public void setGracePeriod(Duration gracePeriod) {
		this.gracePeriod = gracePeriod;
	}

	public Duration getReserve() {
		return this.reserve;
	}

	public void setReserve(Duration reserve) {
		this.reserve = reserve;
	}

	public OnDeadline getOnDeadline() {
		return this.onDeadline;
	}

	public void setOnDeadline(OnDeadline onDeadline) {
		this.onDeadline = onDeadline;
	}

	public boolean isReadiness() {
		return this.readiness;
	}

	public void setReadiness(boolean readiness) {
		this.readiness = readiness;
	}

	public List<String> getSignals() {
		return this.signals;
	}

	public void setSignals(List<String> signals) {
		this.signals = signals;
	}

	public String getTerminationMessage() {
		return this.terminationMessage;
	}

	public void setTerminationMessage(String terminationMessage) {
		this.terminationMessage = terminationMessage;
	}

	public Severity getDoctor() {
		return this.doctor;
	}

	public void setDoctor(Severity doctor) {
		this.doctor = doctor;
	}

	public Map<String, Severity> getDoctorSeverity() {
		return this.doctorSeverity;
	}

	public void setDoctorSeverity(Map<String, Severity> doctorSeverity) {
		this.doctorSeverity = doctorSeverity;
	}

	public Http getHttp() {
		return this.http;
	}

	public Registry getRegistry() {
		return this.registry;
	}

	public Settle getSettle() {
		return this.settle;
	}

	public Drain getDrain() {
		return this.drain;
	}

	public Checkpoint getCheckpoint() {
		return this.checkpoint;
	}

	public Batch getBatch() {
		return this.batch;
	}

	public Executors getExecutors() {
		return this.executors;
	}

	public Listeners getListeners() {
		return this.listeners;
	}

	public Endpoint getEndpoint() {
		return this.endpoint;
	}

	/**
	 * HTTP connections.
	 */
	public static class Http {

		/**
		 * Whether HTTP/1.1 keep-alive connections are moved off, by answering with
		 * 'Connection: close', as soon as the instance begins to leave.
		 */
		private boolean handover = true;

		public boolean isHandover() {
			return this.handover;
		}

		public void setHandover(boolean handover) {
			this.handover = handover;
		}

	}

	/**
	 * Service registries.
	 */
	public static class Registry {

		/**
		 * Whether the instance leaves its service registries.
		 */
		private boolean enabled = true;

		/**
		 * How long leaving the registries may take in all: until each of them no longer
		 * offers the instance, and has gone on not offering it.
		 */
		private Duration confirmTimeout = Duration.ofSeconds(5);

		/**
		 * How long of that a registry has to go on not offering the instance.
		 */
		private Duration hold = Duration.ofSeconds(1);

		/**
		 * Whether to remove the instance by force when leaving did not work.
		 */
		private boolean evict = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public Duration getConfirmTimeout() {
			return this.confirmTimeout;
		}

		public void setConfirmTimeout(Duration confirmTimeout) {
			this.confirmTimeout = confirmTimeout;
		}

		public Duration getHold() {
			return this.hold;
		}

		public void setHold(Duration hold) {
			this.hold = hold;
		}

		public boolean isEvict() {
			return this.evict;
		}

		public void setEvict(boolean evict) {
			this.evict = evict;
		}

	}

	/**
	 * Waiting for callers.
	 */
	public static class Settle {

		/**
		 * When to wait until callers have stopped.
		 */
		private SettleMode mode = SettleMode.AUTO;

		/**
		 * How long callers may go on using the address after it was dropped. Derived from
		 * the service registries in use by default.
		 */
		private @Nullable Duration min;

		/**
		 * How long no business request has to come.
		 */
		private Duration quietPeriod = Duration.ofSeconds(2);

		/**
		 * How long to wait at most. By default 10s, or 'min' where that is more, and
		 * never more than half of the budget.
		 */
		private @Nullable Duration max;

		/**
		 * Beginnings of User-Agent headers whose requests are probes and keep nothing
		 * waiting.
		 */
		private List<String> ignoredUserAgents = new ArrayList<>(List.of("kube-probe", "ELB-HealthChecker"));

		/**
		 * Beginnings of paths whose requests are probes and keep nothing waiting, besides
		 * the management paths.
		 */
		private List<String> ignoredPaths = new ArrayList<>();

		public SettleMode getMode() {
			return this.mode;
		}

		public void setMode(SettleMode mode) {
			this.mode = mode;
		}

		public @Nullable Duration getMin() {
			return this.min;
		}

		public void setMin(@Nullable Duration min) {
			this.min = min;
		}

		public Duration getQuietPeriod() {
			return this.quietPeriod;
		}

		public void setQuietPeriod(Duration quietPeriod) {
			this.quietPeriod = quietPeriod;
		}

		public @Nullable Duration getMax() {
			return this.max;
		}

		public void setMax(@Nullable Duration max) {
			this.max = max;
		}

		public List<String> getIgnoredUserAgents() {
			return this.ignoredUserAgents;
		}

		public void setIgnoredUserAgents(List<String> ignoredUserAgents) {
			this.ignoredUserAgents = ignoredUserAgents;
		}

		public List<String> getIgnoredPaths() {
			return this.ignoredPaths;
		}

		public void setIgnoredPaths(List<String> ignoredPaths) {
			this.ignoredPaths = ignoredPaths;
		}

	}

	/**
	 * Waiting for what is in flight.
	 */
	public static class Drain {

		/**
		 * How long to wait at most until nothing is in flight. By default what is left of
		 * the budget.
		 */
		private @Nullable Duration timeout;

		/**
		 * How long connections that are still open when nothing is in flight are kept,
		 * for a request that is already on the wire.
		 */
		private Duration linger = Duration.ofMillis(500);

		/**
		 * How long event streams and WebSockets have, once the ports are closed, before
		 * they are ended.
		 */
		private Duration streamTimeout = Duration.ofSeconds(5);

		public @Nullable Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(@Nullable Duration timeout) {
			this.timeout = timeout;
		}

		public Duration getLinger() {
			return this.linger;
		}

		public void setLinger(Duration linger) {
			this.linger = linger;
		}

		public Duration getStreamTimeout() {
			return this.streamTimeout;
		}

		public void setStreamTimeout(Duration streamTimeout) {
			this.streamTimeout = streamTimeout;
		}

	}

	/**
	 * Positions of work that does not end in the time there is.
	 */
	public static class Checkpoint {

		/**
		 * Directory with a file for each position that a participant records. It has to
		 * outlive the process.
		 */
		private @Nullable File directory;

		public @Nullable File getDirectory() {
			return this.directory;
		}

		public void setDirectory(@Nullable File directory) {
			this.directory = directory;
		}

	}

	/**
	 * Spring Batch.
	 */
	public static class Batch {

		/**
		 * Whether jobs are stopped at their next chunk, so that the next start resumes
		 * them.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * Executors and schedulers.
	 */
	public static class Executors {

		/**
		 * Whether executors and schedulers take part: schedulers begin nothing new, and
		 * executors finish what they have.
		 */
		private boolean enabled = true;

		/**
		 * Names of beans that are left alone.
		 */
		private List<String> excluded = new ArrayList<>();

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public List<String> getExcluded() {
			return this.excluded;
		}

		public void setExcluded(List<String> excluded) {
			this.excluded = excluded;
		}

	}

	/**
	 * Message listeners.
	 */
	public static class Listeners {

		/**
		 * Whether message listeners stop taking messages beside the HTTP drain, and get
		 * what is left of the budget for those in hand.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * The deregister endpoint.
	 */
	public static class Endpoint {

		/**
		 * Addresses that may take the instance out of service or back, in CIDR notation.
		 * By default loopback itself and not all of 127.0.0.0/8, from where a proxy in
		 * the same pod may call.
		 */
		private List<String> allowedAddresses = new ArrayList<>(List.of("127.0.0.1", "::1"));

		/**
		 * Whether 'GET /actuator/deregister/now' takes the instance out of service, for
		 * hooks that can only GET.
		 */
		private boolean allowGet = false;

		public List<String> getAllowedAddresses() {
			return this.allowedAddresses;
		}

		public void setAllowedAddresses(List<String> allowedAddresses) {
			this.allowedAddresses = allowedAddresses;
		}

		public boolean isAllowGet() {
			return this.allowGet;
		}

		public void setAllowGet(boolean allowGet) {
			this.allowGet = allowGet;
		}

	}

	/**
	 * What to do when something hangs shortly before the end of the grace period.
	 */
	public enum OnDeadline {

		/**
		 * Name it in the log, with the stacks of those who keep the process from ending.
		 */
		LOG,

		/**
		 * End the process as well, with exit status 143, if it is ending anyway: SIGKILL
		 * would lose what is not written yet.
		 */
		HALT

	}

	/**
	 * When to wait until callers have stopped.
	 */
	public enum SettleMode {

		/**
		 * Only where something routes by a service registry or a cloud platform.
		 */
		AUTO,

		/**
		 * Always.
		 */
		ALWAYS,

		/**
		 * Never.
		 */
		NEVER

	}

}
