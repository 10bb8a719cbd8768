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

import java.util.List;

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether Nacos' client will sleep as the application closes. It does not once
 * {@link NacosMembership} has left; it does where that is off, or has nothing to leave.
 *
 * @since 0.1.0
 */
public final class NacosSleepCheck implements DoctorCheck {

	private final NacosDiscoveryProperties properties;

	private final @Nullable NacosMembership membership;

	/**
	 * Make a check.
	 * @param properties the properties of the client
	 * @param membership what leaves Nacos, or {@code null} if nobody of ours does
	 */
	public NacosSleepCheck(NacosDiscoveryProperties properties, @Nullable NacosMembership membership) {
		this.properties = properties;
		this.membership = membership;
	}

	@Override
	public List<Finding> findings() {
		Integer millis = this.properties.getGracefulShutdownWaitTime();
		if (millis == null || millis <= 0 || (this.membership != null && this.membership.isRegistered())) {
			return List.of();
		}
		return List.of(new Finding("nacos-sleep",
				"The client of Nacos sleeps for %s s while the application closes, when nobody calls any more."
					.formatted(millis / 1000.0),
				"Set 'spring.cloud.nacos.discovery.graceful-shutdown-wait-time' to 0."));
	}

}
