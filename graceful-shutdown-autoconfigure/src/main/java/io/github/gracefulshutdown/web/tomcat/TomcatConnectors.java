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

package io.github.gracefulshutdown.web.tomcat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import org.apache.catalina.Container;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardWrapper;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ProtocolHandler;
import org.apache.coyote.Request;
import org.apache.coyote.http11.AbstractHttp11Protocol;

import org.springframework.boot.tomcat.TomcatConnectorCustomizer;

/**
 * All connectors of a server: those that Spring Boot customizes, and those that stand
 * beside them in the same service.
 * <p>
 * In loops: all this runs once in the life of a process, while it closes, and there each
 * lambda costs what making its class costs.
 */
final class TomcatConnectors implements TomcatConnectorCustomizer {

	private final List<Connector> customized = new CopyOnWriteArrayList<>();

	private final Map<AbstractHttp11Protocol<?>, Integer> maxKeepAliveRequests = new ConcurrentHashMap<>();

	private final Supplier<String> upgradeRoute;

	/**
	 * Make the connectors.
	 * @param upgradeRoute the route of the request that this thread upgrades
	 */
	TomcatConnectors(Supplier<String> upgradeRoute) {
		this.upgradeRoute = upgradeRoute;
	}

	@Override
	public void customize(Connector connector) {
		this.customized.add(connector);
		if (connector.getProtocolHandler() instanceof GracefulHttp11NioProtocol protocol) {
			protocol.setUpgradeRoute(this.upgradeRoute);
		}
	}

	private Set<Connector> connectors() {
		Set<Connector> connectors = new LinkedHashSet<>();
		for (Connector connector : this.customized) {
			Collections.addAll(connectors, (connector.getService() != null) ? connector.getService().findConnectors()
					: new Connector[] { connector });
		}
		return connectors;
	}

	private <T> List<T> protocols(Class<T> type) {
		List<T> protocols = new ArrayList<>();
		for (Connector connector : connectors()) {
			if (type.isInstance(connector.getProtocolHandler())) {
				protocols.add(type.cast(connector.getProtocolHandler()));
			}
		}
		return protocols;
	}

	private List<GracefulNioEndpoint> endpoints() {
		List<GracefulNioEndpoint> endpoints = new ArrayList<>();
		for (GracefulHttp11NioProtocol protocol : protocols(GracefulHttp11NioProtocol.class)) {
			endpoints.add(protocol.endpoint());
		}
		return endpoints;
	}

	private Set<StandardContext> contexts() {
		Set<StandardContext> contexts = new LinkedHashSet<>();
		for (Connector connector : this.customized) {
			if (connector.getService() != null) {
				for (Container host : connector.getService().getContainer().findChildren()) {
					for (Container context : host.findChildren()) {
						if (context instanceof StandardContext standardContext) {
							contexts.add(standardContext);
						}
					}
				}
			}
		}
		return contexts;
	}

	/**
	 * Answer with {@code Connection: close} from now on, while all else goes on.
	 */
	void stopKeepAlive() {
		for (AbstractHttp11Protocol<?> protocol : protocols(AbstractHttp11Protocol.class)) {
			this.maxKeepAliveRequests.putIfAbsent(protocol, protocol.getMaxKeepAliveRequests());
			protocol.setMaxKeepAliveRequests(1);
		}
	}

	void restoreKeepAlive() {
		this.maxKeepAliveRequests.forEach(AbstractHttp11Protocol::setMaxKeepAliveRequests);
		this.maxKeepAliveRequests.clear();
	}

	/**
	 * Close all ports. Connections that are open go on being served.
	 */
	void closePorts() {
		for (ProtocolHandler protocol : protocols(ProtocolHandler.class)) {
			if (protocol instanceof GracefulHttp11NioProtocol graceful) {
				graceful.endpoint().closePort();
			}
			else {
				protocol.closeServerSocketGraceful();
			}
		}
	}

	/**
	 * Send a GOAWAY on HTTP/2 connections that have not had theirs: the one at
	 * {@link #closePorts()} misses a connection that is being worked on at that moment.
	 */
	void sendMissingGoAways() {
		for (AbstractProtocol<?> protocol : protocols(AbstractProtocol.class)) {
			protocol.getHandler().pause();
		}
	}

	/**
	 * Return the number of requests in flight by Tomcat's own counters, which see every
	 * protocol and every kind of thread.
	 */
	long requestsInFlight() {
		long requests = 0;
		for (StandardContext context : contexts()) {
			requests += context.getInProgressAsyncCount();
			for (Container wrapper : context.findChildren()) {
				requests += (wrapper instanceof StandardWrapper standardWrapper) ? standardWrapper.getCountAllocated()
						: 0;
			}
		}
		return requests;
	}

	/**
	 * Return the number of sockets being worked on, as far as is known.
	 */
	long busySockets() {
		long busy = 0;
		for (GracefulNioEndpoint endpoint : endpoints()) {
			busy += endpoint.busySockets();
		}
		return busy;
	}

	/**
	 * Return whether a connection is open, or may be where that is not known.
	 */
	boolean hasOpenConnections() {
		for (ProtocolHandler protocol : protocols(ProtocolHandler.class)) {
			if (!(protocol instanceof GracefulHttp11NioProtocol graceful)
					|| !graceful.endpoint().getConnections().isEmpty()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Return the WebSockets that are open, as far as is known.
	 */
	List<WebSocketProcessor> webSockets() {
		List<WebSocketProcessor> webSockets = new ArrayList<>();
		for (GracefulNioEndpoint endpoint : endpoints()) {
			webSockets.addAll(endpoint.webSockets());
		}
		return webSockets;
	}

	/**
	 * End the connection of an HTTP/1.1 request as if its peer had. The request must not
	 * end meanwhile.
	 */
	void breakConnection(Request request) {
		for (GracefulNioEndpoint endpoint : endpoints()) {
			endpoint.breakConnection(request);
		}
	}

	/**
	 * Serve no further request, and close the connections that are left.
	 */
	void closeConnections() {
		for (Connector connector : connectors()) {
			connector.pause();
		}
		for (GracefulNioEndpoint endpoint : endpoints()) {
			endpoint.closeConnections();
		}
	}

	/**
	 * Shut down the worker pools, which must have nothing left to do.
	 */
	void releasePools() {
		for (GracefulNioEndpoint endpoint : endpoints()) {
			endpoint.releasePool();
		}
	}

	/**
	 * Have Tomcat not wait once more for what was cut.
	 */
	void stopWithoutWaiting() {
		for (GracefulNioEndpoint endpoint : endpoints()) {
			endpoint.setExecutorTerminationTimeoutMillis(0);
		}
		for (StandardContext context : contexts()) {
			context.setUnloadDelay(0);
		}
	}

}
