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

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownPhase;

/**
 * Looks whether callers may go on using the address for longer than there is to wait for
 * them: because of what lies between the registry and them, or because of their own load
 * balancers.
 *
 * @since 0.1.0
 */
public final class StaleAddressCheck implements DoctorCheck {

	private final DeregistrationParticipant registries;

	private final ShutdownBudget budget;

	private final boolean limited;

	private final Duration loadBalancerCacheTtl;

	/**
	 * Make a check.
	 * @param registries the registries of the instance
	 * @param budget the time there is
	 * @param limited whether SETTLE was told how long to wait at most
	 * @param loadBalancerCacheTtl how long the load balancers of callers keep an address,
	 * as far as the configuration of this application says
	 */
	public StaleAddressCheck(DeregistrationParticipant registries, ShutdownBudget budget, boolean limited,
			Duration loadBalancerCacheTtl) {
		this.registries = registries;
		this.budget = budget;
		this.limited = limited;
		this.loadBalancerCacheTtl = loadBalancerCacheTtl;
	}

	@Override
	public List<Finding> findings() {
		Duration time = this.budget.share(ShutdownPhase.SETTLE);
		boolean cached = this.loadBalancerCacheTtl.compareTo(time) > 0;
		List<Finding> findings = new ArrayList<>();
		for (RegistryMembership registry : this.registries.members()) {
			Duration staleness = registry.staleness();
			// what load balancers alone keep for too long is not the registry's fault
			Duration own = cached ? staleness.minus(this.loadBalancerCacheTtl) : staleness;
			if (own.compareTo(time) > 0) {
				findings.add(new Finding("stale-address",
						"Callers may use the address that %s has told them for %s after this instance has left, and SETTLE has %s to wait for them."
							.formatted(registry.name(), seconds(staleness), seconds(time)),
						"Shorten %s, and say in 'graceful-shutdown.settle.min' how long it is then; or give SETTLE the time: %s."
							.formatted(registry.stalenessSettings(), enough(staleness))));
			}
		}
		if (cached && this.registries.isMember()) {
			findings.add(new Finding("load-balancer-cache",
					"Load balancers of callers that are configured as this application is keep its address for %s, and SETTLE has %s to wait for them."
						.formatted(seconds(this.loadBalancerCacheTtl), seconds(time)),
					"Shorten 'spring.cloud.loadbalancer.cache.ttl' at the callers, and here, so that this application knows."));
		}
		return findings;
	}

	private String enough(Duration staleness) {
		String gracePeriod = "'graceful-shutdown.grace-period', and what the platform grants, of "
				+ this.budget.gracePeriodToSettle(staleness).plusMillis(999).toSeconds() + "s";
		return this.limited ? gracePeriod + ", and no 'graceful-shutdown.settle.max'" : gracePeriod;
	}

	private static String seconds(Duration duration) {
		return duration.toMillis() / 1000.0 + " s";
	}

}
