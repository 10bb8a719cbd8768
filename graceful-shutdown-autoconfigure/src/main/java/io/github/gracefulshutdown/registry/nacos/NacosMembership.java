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

package io.github.gracefulshutdown.registry.nacos;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import com.alibaba.cloud.nacos.NacosServiceManager;
import com.alibaba.cloud.nacos.event.NacosDiscoveryInfoChangedEvent;
import com.alibaba.cloud.nacos.registry.NacosAutoServiceRegistration;
import com.alibaba.cloud.nacos.registry.NacosRegistration;
import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.pojo.Instance;
import io.github.gracefulshutdown.Deadline;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.registry.Loopback;
import io.github.gracefulshutdown.registry.Presence;
import io.github.gracefulshutdown.registry.RegistryMembership;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.cloud.client.discovery.event.InstancePreRegisteredEvent;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.util.StringUtils;

/**
 * Membership in Nacos. An instance leaves by being deregistered with its own client,
 * which goes on answering look-ups until the context has closed. While it is out, the
 * application is told that it does not register, so that neither a refresh of the context
 * puts it back, nor its close deregisters it again and sleeps. Thread-safe.
 *
 * @since 0.1.0
 */
public final class NacosMembership implements RegistryMembership, SmartApplicationListener, DisposableBean {

	/**
	 * A server lists what has changed after half a second.
	 */
	private static final Duration LISTING_DELAY = Duration.ofSeconds(1);

	/**
	 * The servers of a cluster tell each other after a second, and then each tells its
	 * callers.
	 */
	private static final Duration PUSH_DELAY = Duration.ofSeconds(2);

	/**
	 * A server that does not answer must hold up neither leaving nor the end of the
	 * application for what can be done without.
	 */
	private static final Duration ASIDE_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

	private final NacosServiceManager serviceManager;

	private final NacosDiscoveryProperties properties;

	private final NacosRegistration registration;

	private final NacosAutoServiceRegistration autoRegistration;

	private final Duration loadBalancerCacheTtl;

	private final ShutdownClock clock;

	private final NacosCalls calls = new NacosCalls();

	private volatile @Nullable NacosInstance registered;

	private volatile @Nullable Departed departed;

	/** Whether this has told the server to hide whoever is at the address. */
	private volatile boolean hidden;

	private volatile @Nullable NacosOpenApi openApi;

	/**
	 * Make a membership.
	 * @param serviceManager has the client of the application
	 * @param properties what the application registers
	 * @param registration the registration of the application
	 * @param autoRegistration says whether the application has registered
	 * @param loadBalancerCacheTtl how long the load balancers of callers keep an address
	 * @param clock the clock to wait with
	 */
	public NacosMembership(NacosServiceManager serviceManager, NacosDiscoveryProperties properties,
			NacosRegistration registration, NacosAutoServiceRegistration autoRegistration,
			Duration loadBalancerCacheTtl, ShutdownClock clock) {
		this.serviceManager = serviceManager;
		this.properties = properties;
		this.registration = registration;
		this.autoRegistration = autoRegistration;
		this.loadBalancerCacheTtl = loadBalancerCacheTtl;
		this.clock = clock;
	}

	@Override
	public String name() {
		return "nacos";
	}

	@Override
	public boolean isRegistered() {
		return this.departed != null || (this.autoRegistration.isRunning() && this.properties.isRegisterEnabled());
	}

	@Override
	public boolean isLocal() {
		String servers = this.properties.getServerAddr();
		return servers != null && Loopback.areAll(List.of(servers.split(",")));
	}

	/**
	 * From here on the application stays out, whether the server answers or not.
	 */
	@Override
	public void leave() throws Exception {
		depart();
		inTurn(() -> {
			NacosInstance registered = departAsShown().registered();
			naming().deregisterInstance(registered.service(), registered.group(), registered.toInstance());
		});
	}

	/**
	 * Call the server once all that was to be called before has ended.
	 */
	void inTurn(NacosCalls.Call call) throws Exception {
		this.calls.inTurn(call);
	}

	private synchronized Departed depart() {
		Departed departed = this.departed;
		if (departed == null) {
			departed = new Departed(registered(), null, this.properties.getGracefulShutdownWaitTime());
			this.departed = departed;
		}
		stayOut();
		return departed;
	}

	private Departed departAsShown() throws InterruptedException {
		Departed departed = depart();
		if (departed.seen() == null) {
			departed = departed.seenAs(shown(departed.registered()));
			this.departed = departed;
		}
		return departed;
	}

	private synchronized void depart(Departed departed) {
		this.departed = departed;
		stayOut();
	}

	private synchronized void arrive(Departed departed) {
		this.departed = null;
		this.properties.setRegisterEnabled(true);
		this.properties.setGracefulShutdownWaitTime(departed.gracefulShutdownWaitTime());
	}

	/**
	 * Return what was registered. A refresh of the context may since have taken port and
	 * service from the properties.
	 */
	private NacosInstance registered() {
		NacosInstance registered = this.registered;
		return (registered != null) ? registered : NacosInstance.of(this.registration);
	}

	/**
	 * Return what the server shows, which is what to put back later. A server that cannot
	 * be asked keeps nobody from leaving.
	 */
	private NacosInstance shown(NacosInstance registered) throws InterruptedException {
		try {
			Instance listed = find(registered);
			if (listed != null) {
				return registered.as(listed, listed.isEnabled());
			}
		}
		catch (NacosException | LinkageError ex) {
			return registered;
		}
		CompletableFuture<NacosInstance> unlisted = NacosCalls.aside(() -> {
			Instance instance = openApi().find(registered);
			return (instance != null) ? registered.as(instance, false) : registered;
		}).exceptionally((ex) -> registered);
		this.clock.await(unlisted, ASIDE_TIMEOUT);
		return unlisted.getNow(registered);
	}

	private void stayOut() {
		this.properties.setRegisterEnabled(false);
		this.properties.setGracefulShutdownWaitTime(0);
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
		return InstancePreRegisteredEvent.class.isAssignableFrom(type)
				|| InstanceRegisteredEvent.class.isAssignableFrom(type)
				|| NacosDiscoveryInfoChangedEvent.class.isAssignableFrom(type)
				|| ContextClosedEvent.class.isAssignableFrom(type);
	}

	/**
	 * Comes before the application registers again, and before it deregisters and sleeps:
	 * a refresh of the context may have reset the properties.
	 */
	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		Departed departed = this.departed;
		if (departed != null) {
			stayOut();
		}
		else if (event instanceof InstanceRegisteredEvent<?> && event.getSource() == this.autoRegistration
				&& StringUtils.hasText(this.registration.getServiceId())) {
			this.registered = NacosInstance.of(this.registration);
		}
	}

	@Override
	public Presence presence() throws NacosException {
		Departed departed = this.departed;
		Instance instance = find((departed != null) ? departed.registered() : registered());
		return (instance != null && instance.isEnabled()) ? Presence.PRESENT : Presence.ABSENT;
	}

	private @Nullable Instance find(NacosInstance instance) throws NacosException {
		return naming().getAllInstances(instance.service(), instance.group(), List.of(), false)
			.stream()
			.filter(instance::isAt)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Removes what was registered at this address over HTTP. What another connection has
	 * registered goes with that connection only, so the server is told to hide it, until
	 * this instance rejoins, is known to be the only one, or is destroyed.
	 */
	@Override
	public boolean evict() throws Exception {
		depart();
		inTurn(() -> {
			NacosInstance instance = departAsShown().registered();
			openApi().remove(instance.withEphemeral(!instance.ephemeral()));
			goOn();
			openApi().remove(instance);
			goOn();
			this.hidden = true;
			openApi().set(instance.without(instance).withEnabled(false));
		});
		return true;
	}

	/**
	 * Go on unless whoever has called has given up. The client over HTTP does not ask.
	 */
	private static void goOn() throws InterruptedException {
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
	}

	boolean isHidden() {
		return this.hidden;
	}

	/**
	 * Let the server show whoever registers at the address, as he registers.
	 */
	void reveal(NacosInstance registered) throws NacosException {
		openApi().set(registered.without(registered));
		this.hidden = false;
	}

	@Override
	public void rejoin() throws Exception {
		inTurn(this::doRejoin);
	}

	private void doRejoin() throws NacosException, InterruptedException {
		Departed departed = this.departed;
		if (departed == null) {
			return;
		}
		arrive(departed);
		try {
			if (!this.autoRegistration.isRunning()) {
				this.autoRegistration.start();
			}
			NacosInstance shown = departed.shown();
			if (!shown.enabled()) {
				goOn();
				openApi().set(shown.without(departed.registered()));
			}
			goOn();
			naming().registerInstance(shown.service(), shown.group(), shown.toInstance());
			if (this.hidden) {
				reveal(shown);
			}
		}
		catch (NacosException | InterruptedException | RuntimeException | LinkageError ex) {
			depart(departed);
			throw ex;
		}
		if (departed.shown().enabled()) {
			awaitListing();
		}
	}

	private void awaitListing() throws NacosException, InterruptedException {
		Deadline deadline = Deadline.after(LISTING_DELAY, this.clock);
		while (presence() != Presence.PRESENT && !deadline.hasPassed()) {
			this.clock.sleep(POLL_INTERVAL);
		}
	}

	@Override
	public Duration staleness() {
		return PUSH_DELAY.plus(this.loadBalancerCacheTtl);
	}

	/**
	 * Closes the client, which the application no longer does once it has left.
	 */
	@Override
	public void destroy() throws NacosException, InterruptedException {
		try {
			closeClient();
		}
		finally {
			this.calls.close();
			NacosOpenApi openApi = this.openApi;
			if (openApi != null) {
				openApi.close();
			}
		}
	}

	private void closeClient() throws NacosException, InterruptedException {
		Departed departed = this.departed;
		if (departed == null) {
			return;
		}
		if (this.hidden) {
			this.clock.await(NacosCalls.aside(() -> {
				reveal(departed.registered());
				return departed;
			}), ASIDE_TIMEOUT);
		}
		this.serviceManager.nacosServiceShutDown();
	}

	private NamingService naming() {
		return this.serviceManager.getNamingService();
	}

	@Nullable Departed departed() {
		return this.departed;
	}

	/**
	 * Return the HTTP API. To find its servers may take time, which nobody who only
	 * departs waits for.
	 */
	NacosOpenApi openApi() throws NacosException {
		synchronized (this.calls) {
			NacosOpenApi openApi = this.openApi;
			if (openApi == null) {
				openApi = new NacosOpenApi(this.properties.getNacosProperties());
				this.openApi = openApi;
			}
			return openApi;
		}
	}

	/**
	 * What there was before this instance left.
	 *
	 * @param registered what the application had registered
	 * @param seen what the server showed of it, {@code null} if it was not asked yet
	 * @param gracefulShutdownWaitTime how long the client was to sleep on close
	 */
	record Departed(NacosInstance registered, @Nullable NacosInstance seen,
			@Nullable Integer gracefulShutdownWaitTime) {

		Departed seenAs(NacosInstance seen) {
			return new Departed(this.registered, seen, this.gracefulShutdownWaitTime);
		}

		/**
		 * Return what to put back.
		 */
		NacosInstance shown() {
			return (this.seen != null) ? this.seen : this.registered;
		}

		/**
		 * Return whether an operator had set anything.
		 */
		boolean isConfigured() {
			return !this.registered.equals(shown());
		}

	}

}
