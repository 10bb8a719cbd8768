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
import java.util.Properties;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.CommonParams;
import com.alibaba.nacos.api.naming.pojo.Instance;
import com.alibaba.nacos.api.naming.utils.NamingUtils;
import com.alibaba.nacos.client.env.NacosClientProperties;
import com.alibaba.nacos.client.naming.core.NamingServerListManager;
import com.alibaba.nacos.client.naming.remote.http.NamingHttpClientManager;
import com.alibaba.nacos.client.naming.remote.http.NamingHttpClientProxy;
import com.alibaba.nacos.client.naming.utils.InitUtils;
import com.alibaba.nacos.client.naming.utils.UtilAndComs;
import com.alibaba.nacos.client.security.SecurityProxy;
import com.alibaba.nacos.common.utils.JacksonUtils;
import org.jspecify.annotations.Nullable;

/**
 * The API that operators of Nacos use. The client of the application keeps to what it has
 * registered itself; this reaches what others have registered or set for the same
 * address. It is spoken with the means of the client, which knows the servers and how to
 * log in.
 */
class NacosOpenApi {

	private final Properties properties;

	private final NamingServerListManager servers;

	private final SecurityProxy security;

	private final NamingHttpClientProxy http;

	/**
	 * Find the servers.
	 * @param properties those of the client
	 * @throws NacosException if the properties make no client
	 */
	NacosOpenApi(Properties properties) throws NacosException {
		NacosClientProperties clientProperties = NacosClientProperties.PROTOTYPE.derive(properties);
		String namespace = InitUtils.initNamespaceForNaming(clientProperties);
		InitUtils.initWebRootContext(clientProperties);
		this.properties = properties;
		this.servers = new NamingServerListManager(clientProperties, namespace);
		this.servers.start();
		this.security = new SecurityProxy(this.servers, NamingHttpClientManager.getInstance().getNacosRestTemplate());
		this.http = new NamingHttpClientProxy(namespace, this.security, this.servers, clientProperties);
	}

	/**
	 * Log in, unless the last login is still good.
	 */
	private NamingHttpClientProxy http() {
		this.security.login(this.properties);
		return this.http;
	}

	/**
	 * Stop looking for servers. What the client shares stays open.
	 * @throws NacosException if it could not be closed
	 */
	void close() throws NacosException {
		this.security.shutdown();
		this.servers.shutdown();
	}

	/**
	 * Read an instance, whether callers are told of it or not.
	 * @param instance the instance to look for
	 * @return the instance, or {@code null} if the server has none
	 * @throws NacosException if it could not be read
	 */
	@Nullable Instance find(NacosInstance instance) throws NacosException {
		try {
			return JacksonUtils.toObj(http().reqApi(UtilAndComs.nacosUrlInstance, parameters(instance), "GET"),
					Instance.class);
		}
		catch (NacosException ex) {
			if (ex.getErrCode() == NacosException.NOT_FOUND) {
				return null;
			}
			throw ex;
		}
	}

	/**
	 * Remove an instance that was registered with this API. One that was registered over
	 * a connection of its own stays.
	 * @param instance the instance
	 * @throws NacosException if it could not be removed
	 */
	void remove(NacosInstance instance) throws NacosException {
		http().reqApi(UtilAndComs.nacosUrlInstance, parameters(instance), "DELETE");
	}

	/**
	 * Set weight, metadata and whether callers are told of it for whoever registers at
	 * this address. Sticks to the address until the server forgets it, which is a minute
	 * after an ephemeral instance has gone.
	 * @param instance the instance
	 * @throws NacosException if it could not be set
	 */
	void set(NacosInstance instance) throws NacosException {
		http().updateInstance(instance.service(), instance.group(), instance.toInstance());
	}

	private static Map<String, String> parameters(NacosInstance instance) {
		Map<String, String> parameters = new HashMap<>();
		parameters.put(CommonParams.SERVICE_NAME, NamingUtils.getGroupedName(instance.service(), instance.group()));
		parameters.put(CommonParams.CLUSTER_NAME, instance.cluster());
		parameters.put("ip", instance.ip());
		parameters.put("port", String.valueOf(instance.port()));
		parameters.put("ephemeral", String.valueOf(instance.ephemeral()));
		return parameters;
	}

}
