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

package io.github.gracefulshutdown.test.nacos;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import com.alibaba.nacos.consistency.cp.CPProtocol;
import com.alibaba.nacos.consistency.cp.RequestProcessor4CP;
import com.alibaba.nacos.consistency.entity.ReadRequest;
import com.alibaba.nacos.consistency.entity.Response;
import com.alibaba.nacos.consistency.entity.WriteRequest;
import com.alibaba.nacos.core.distributed.AbstractConsistencyProtocol;
import com.alibaba.nacos.core.distributed.raft.RaftConfig;

/**
 * What Raft comes down to where there is one server: whatever is written is applied. The
 * build of Nacos at hand has its own Raft switched off, and without this neither
 * persistent instances nor what operators set for an instance would be kept.
 */
class SingleServerProtocol extends AbstractConsistencyProtocol<RaftConfig, RequestProcessor4CP>
		implements CPProtocol<RaftConfig, RequestProcessor4CP> {

	private final Map<String, RequestProcessor4CP> processors = new ConcurrentHashMap<>();

	@Override
	public void init(RaftConfig config) {
	}

	@Override
	public void addRequestProcessors(Collection<RequestProcessor4CP> processors) {
		processors.forEach((processor) -> this.processors.put(processor.group(), processor));
	}

	@Override
	public Response getData(ReadRequest request) {
		return processor(request.getGroup()).onRequest(request);
	}

	@Override
	public CompletableFuture<Response> aGetData(ReadRequest request) {
		return CompletableFuture.supplyAsync(() -> getData(request));
	}

	@Override
	public synchronized Response write(WriteRequest request) {
		return processor(request.getGroup()).onApply(request);
	}

	@Override
	public CompletableFuture<Response> writeAsync(WriteRequest request) {
		return CompletableFuture.supplyAsync(() -> write(request));
	}

	private RequestProcessor4CP processor(String group) {
		RequestProcessor4CP processor = this.processors.get(group);
		if (processor == null) {
			throw new IllegalArgumentException("Nobody processes " + group);
		}
		return processor;
	}

	@Override
	public boolean isLeader(String group) {
		return true;
	}

	@Override
	public void memberChange(Set<String> addresses) {
	}

	@Override
	public void shutdown() {
	}

}
