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

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;

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

	private Stream<Connector> connectors() {
		return this.customized.stream()
			.flatMap((connector) -> (connector.getService() != null)
					? Stream.of(connector.getService().findConnectors()) : Stream.of(connector))
			.distinct();
	}

	private Stream<ProtocolHandler> protocols() {
		return connectors().map(Connector::getProtocolHandler);
	}

	private <T> Stream<T> protocols(Class<T> type) {
		return protocols().filter(type::isInstance).map(type::cast);
	}

	/**
	 * Answer with {@code Connection: close} from now on, while all else goes on.
	 */
	void stopKeepAlive() {
		protocols(AbstractHttp11Protocol.class).forEach((protocol) -> {
			this.maxKeepAliveRequests.putIfAbsent(protocol, protocol.getMaxKeepAliveRequests());
			protocol.setMaxKeepAliveRequests(1);
		});
	}

	void restoreKeepAlive() {
		this.maxKeepAliveRequests.forEach(AbstractHttp11Protocol::setMaxKeepAliveRequests);
		this.maxKeepAliveRequests.clear();
	}

	/**
	 * Close all ports. Connections that are open go on being served.
	 */
	void closePorts() {
		protocols().forEach((protocol) -> {
			if (protocol instanceof GracefulHttp11NioProtocol graceful) {
				graceful.endpoint().closePort();
			}
			else {
				protocol.closeServerSocketGraceful();
			}
		});
	}

	/**
	 * Send a GOAWAY on HTTP/2 connections that have not had theirs: the one at
	 * {@link #closePorts()} misses a connection that is being worked on at that moment.
	 */
	void sendMissingGoAways() {
		protocols(AbstractProtocol.class).forEach((protocol) -> protocol.getHandler().pause());
	}

	/**
	 * Return the number of requests in flight by Tomcat's own counters, which see every
	 * protocol and every kind of thread.
	 */
	long requestsInFlight() {
		return contexts()
			.mapToLong((context) -> context.getInProgressAsyncCount() + Stream.of(context.findChildren())
				.filter(StandardWrapper.class::isInstance)
				.mapToLong((wrapper) -> ((StandardWrapper) wrapper).getCountAllocated())
				.sum())
			.sum();
	}

	/**
	 * Return the number of sockets being worked on, as far as is known.
	 */
	long busySockets() {
		return endpoints().mapToLong(GracefulNioEndpoint::busySockets).sum();
	}

	/**
	 * Return whether a connection is open, or may be where that is not known.
	 */
	boolean hasOpenConnections() {
		return protocols().anyMatch((protocol) -> !(protocol instanceof GracefulHttp11NioProtocol graceful)
				|| !graceful.endpoint().getConnections().isEmpty());
	}

	/**
	 * Return the WebSockets that are open, as far as is known.
	 */
	List<WebSocketProcessor> webSockets() {
		return endpoints().flatMap((endpoint) -> endpoint.webSockets().stream()).toList();
	}

	/**
	 * End the connection of an HTTP/1.1 request as if its peer had. The request must not
	 * end meanwhile.
	 */
	void breakConnection(Request request) {
		endpoints().forEach((endpoint) -> endpoint.breakConnection(request));
	}

	/**
	 * Serve no further request, and close the connections that are left.
	 */
	void closeConnections() {
		connectors().forEach(Connector::pause);
		endpoints().forEach(GracefulNioEndpoint::closeConnections);
	}

	/**
	 * Shut down the worker pools, which must have nothing left to do.
	 */
	void releasePools() {
		endpoints().forEach(GracefulNioEndpoint::releasePool);
	}

	/**
	 * Have Tomcat not wait once more for what was cut.
	 */
	void stopWithoutWaiting() {
		endpoints().forEach((endpoint) -> endpoint.setExecutorTerminationTimeoutMillis(0));
		contexts().forEach((context) -> context.setUnloadDelay(0));
	}

	private Stream<GracefulNioEndpoint> endpoints() {
		return protocols(GracefulHttp11NioProtocol.class).map(GracefulHttp11NioProtocol::endpoint);
	}

	private Stream<StandardContext> contexts() {
		return this.customized.stream()
			.filter((connector) -> connector.getService() != null)
			.map((connector) -> connector.getService().getContainer())
			.distinct()
			.flatMap((engine) -> Stream.of(engine.findChildren()))
			.flatMap((host) -> Stream.of(host.findChildren()))
			.filter(StandardContext.class::isInstance)
			.map(StandardContext.class::cast);
	}

}
