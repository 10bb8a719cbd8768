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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.apache.catalina.Valve;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import io.github.gracefulshutdown.web.TrafficClassifier;

/**
 * What the library adds to a request while serving: the valve, and the two counts of the
 * endpoint.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ActiveRequestsValveBenchmark {

	@Benchmark
	public void baseline(Server server, Exchange exchange) throws Exception {
		server.next.invoke(exchange.request, exchange.response);
	}

	@Benchmark
	public void added(Server server, Exchange exchange) throws Exception {
		add(server, exchange);
	}

	@Benchmark
	@Threads(2)
	public void addedByTwoThreads(Server server, Exchange exchange) throws Exception {
		add(server, exchange);
	}

	private static void add(Server server, Exchange exchange) throws Exception {
		server.begun.increment();
		server.valve.invoke(exchange.request, exchange.response);
		server.ended.increment();
	}

	/**
	 * What all requests share.
	 */
	@State(Scope.Benchmark)
	public static class Server {

		final LongAdder begun = new LongAdder();

		final LongAdder ended = new LongAdder();

		final ActiveRequestsValve valve = new ActiveRequestsValve(new TrafficClassifier(null, List.of(), List.of()));

		final Valve next = new ValveBase(true) {

			@Override
			public void invoke(Request request, Response response) {
				// the application is not what is measured
			}

		};

		/**
		 * Called by JMH.
		 */
		public Server() {
			this.valve.setNext(this.next);
		}

	}

	/**
	 * What each thread has of its own.
	 */
	@State(Scope.Thread)
	public static class Exchange {

		final Request request = new Request(new Connector(), new org.apache.coyote.Request());

		final Response response = new Response(new org.apache.coyote.Response());

	}

}
