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

import org.apache.catalina.connector.Request;
import org.jspecify.annotations.Nullable;

/**
 * Finds the trace that a request in flight belongs to, where a tracing library has put
 * it. Called for a report only, never while serving, and by another thread than the one
 * that works on the request.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TraceIds {

	/**
	 * Find the trace of a request.
	 * @param request the request, which may be over meanwhile
	 * @return the identifier of its trace, or {@code null} if it has none; one that is
	 * blank or all zeros is taken for none
	 */
	@Nullable String find(Request request);

}
