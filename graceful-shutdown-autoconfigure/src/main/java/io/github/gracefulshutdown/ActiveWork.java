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
import java.util.stream.Stream;

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

	/**
	 * Name the work of a thread.
	 * @param kind the kind of work
	 * @param name what it is
	 * @param age how long it has been running
	 * @param thread the thread that runs it, or {@code null} if none does at the moment
	 * @param traceId the identifier of the trace it belongs to, or {@code null}
	 * @return the work, with the name of the thread, {@code (virtual)} if it is one, and
	 * where it is
	 */
	public static ActiveWork of(String kind, String name, Duration age, @Nullable Thread thread,
			@Nullable String traceId) {
		return new ActiveWork(kind, name, age, (thread != null) ? describe(thread) : null, traceId,
				(thread != null) ? location(thread) : null);
	}

	@SuppressWarnings("deprecation") // threadId() came with 19
	private static String describe(Thread thread) {
		String name = thread.getName().isEmpty() ? "#" + thread.getId() : thread.getName();
		ThreadGroup group = thread.getThreadGroup();
		// what Thread.isVirtual() says, which came with 21
		return (group != null && "VirtualThreads".equals(group.getName())) ? name + " (virtual)" : name;
	}

	/**
	 * Return the first frame that is not of the JDK.
	 */
	private static @Nullable String location(Thread thread) {
		StackTraceElement[] stack = thread.getStackTrace();
		return Stream.of(stack)
			.filter((frame) -> !frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk."))
			.findFirst()
			.or(() -> Stream.of(stack).findFirst())
			.map(ActiveWork::text)
			.orElse(null);
	}

	/**
	 * Return where that is, without the class loader and the module.
	 */
	private static String text(StackTraceElement frame) {
		return new StackTraceElement(frame.getClassName(), frame.getMethodName(), frame.getFileName(),
				frame.getLineNumber())
			.toString();
	}

}
