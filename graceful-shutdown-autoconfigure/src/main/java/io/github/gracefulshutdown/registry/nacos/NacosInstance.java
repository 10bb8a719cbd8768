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

import java.util.HashMap;
import java.util.Map;

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import com.alibaba.cloud.nacos.registry.NacosRegistration;
import com.alibaba.nacos.api.common.Constants;
import com.alibaba.nacos.api.naming.pojo.Instance;

import org.springframework.util.StringUtils;

/**
 * An instance as Nacos knows it.
 *
 * @param service the name of its service
 * @param group the group of its service
 * @param ip its address
 * @param port its port
 * @param cluster its cluster
 * @param ephemeral whether it goes when its client does
 * @param weight its share of the requests
 * @param enabled whether callers are told of it
 * @param metadata what else callers are told
 */
record NacosInstance(String service, String group, String ip, int port, String cluster, boolean ephemeral,
		double weight, boolean enabled, Map<String, String> metadata) {

	NacosInstance {
		cluster = StringUtils.hasText(cluster) ? cluster : Constants.DEFAULT_CLUSTER_NAME;
		metadata = new HashMap<>(metadata);
		metadata.values().removeIf((value) -> value == null);
	}

	/**
	 * Return what the application registers.
	 * @param registration where it registers
	 * @return the instance
	 */
	static NacosInstance of(NacosRegistration registration) {
		NacosDiscoveryProperties properties = registration.getNacosDiscoveryProperties();
		return new NacosInstance(registration.getServiceId(), properties.getGroup(), registration.getHost(),
				registration.getPort(), properties.getClusterName(), properties.isEphemeral(), properties.getWeight(),
				properties.isInstanceEnabled(), registration.getMetadata());
	}

	/**
	 * Return this instance as the server shows it, who may have been told otherwise by an
	 * operator.
	 * @param shown what the server shows
	 * @param enabled whether it is enabled
	 * @return the same instance
	 */
	NacosInstance as(Instance shown, boolean enabled) {
		return new NacosInstance(this.service, this.group, this.ip, this.port, this.cluster, this.ephemeral,
				shown.getWeight(), enabled, shown.getMetadata());
	}

	/**
	 * Return what of the metadata another has not.
	 * @param other the other
	 * @return this instance with the rest of the metadata
	 */
	NacosInstance without(NacosInstance other) {
		Map<String, String> rest = new HashMap<>(this.metadata);
		rest.entrySet().removeAll(other.metadata.entrySet());
		return new NacosInstance(this.service, this.group, this.ip, this.port, this.cluster, this.ephemeral,
				this.weight, this.enabled, rest);
	}

	NacosInstance withEnabled(boolean enabled) {
		return new NacosInstance(this.service, this.group, this.ip, this.port, this.cluster, this.ephemeral,
				this.weight, enabled, this.metadata);
	}

	NacosInstance withEphemeral(boolean ephemeral) {
		return new NacosInstance(this.service, this.group, this.ip, this.port, this.cluster, ephemeral, this.weight,
				this.enabled, this.metadata);
	}

	boolean isAt(Instance instance) {
		return this.ip.equals(instance.getIp()) && this.port == instance.getPort()
				&& this.cluster.equals(instance.getClusterName());
	}

	Instance toInstance() {
		Instance instance = new Instance();
		instance.setIp(this.ip);
		instance.setPort(this.port);
		instance.setClusterName(this.cluster);
		instance.setEphemeral(this.ephemeral);
		instance.setWeight(this.weight);
		instance.setEnabled(this.enabled);
		instance.setMetadata(new HashMap<>(this.metadata));
		return instance;
	}

}
