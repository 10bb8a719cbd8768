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

import com.alibaba.nacos.api.exception.NacosException;
import io.github.gracefulshutdown.registry.InstanceConfiguration;
import io.github.gracefulshutdown.registry.nacos.NacosMembership.Departed;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has set for this instance in Nacos: its weight, its metadata, and
 * whether callers are told of it. The server keeps it for the address, and whoever
 * registers there next inherits it. Nothing can delete it, so it is set to what this
 * instance registers itself: the next one has its own metadata, is enabled, and has the
 * weight of this one. Thread-safe.
 *
 * @since 0.1.0
 */
public final class NacosInstanceMetadata implements InstanceConfiguration {

	private final NacosMembership membership;

	/** Only read and written in turn. */
	private @Nullable Departed cleared;

	/**
	 * Make it for an instance.
	 * @param membership the membership of the instance
	 */
	public NacosInstanceMetadata(NacosMembership membership) {
		this.membership = membership;
	}

	@Override
	public String name() {
		return "nacos metadata";
	}

	@Override
	public void clear() throws Exception {
		this.membership.inTurn(this::doClear);
	}

	private void doClear() throws NacosException {
		Departed departed = this.membership.departed();
		if (departed == null || !(this.membership.isHidden() || departed.isConfigured())) {
			return;
		}
		if (this.membership.isHidden() && this.membership.openApi().find(departed.registered()) != null) {
			throw new IllegalStateException(
					"Somebody else has registered this address, and is hidden until the application has closed");
		}
		this.membership.reveal(departed.registered());
		this.cleared = departed;
	}

	@Override
	public void restore() throws Exception {
		this.membership.inTurn(this::doRestore);
	}

	private void doRestore() throws NacosException {
		Departed cleared = this.cleared;
		if (cleared != null && cleared.isConfigured()) {
			this.membership.openApi().set(cleared.shown().without(cleared.registered()));
		}
		this.cleared = null;
	}

}
