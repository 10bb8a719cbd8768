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

package io.github.gracefulshutdown;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * One piece of work in flight, named so that it can be found again, and without anything
 * that may be secret: a route template, never a raw URL.
 *
 * @param kind the kind of work, such as {@code http}
 * @param name what it is, such as {@code POST /orders/{id}}
 * @param age how long it has been running
 * @param thread the name of the thread that runs it, or {@code null} if none does at the
 * moment
 * @param traceId the identifier of the trace it belongs to, or {@code null}
 * @param location the top of its stack, or {@code null} if no thread runs it
 * @since 0.1.0
 */
public record ActiveWork(String kind, String name, Duration age, @Nullable String thread, @Nullable String traceId,
		@Nullable String location) {

}
