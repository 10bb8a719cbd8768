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

package io.github.gracefulshutdown.work;

import java.util.List;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What the stack of a thread says of its task.
 */
final class Stacks {

	/**
	 * What tasks are run by, and not what they are.
	 */
	private static final List<String> RUNNERS = List.of("java.", "javax.", "jdk.", "sun.", "org.springframework.",
			"io.micrometer.", Stacks.class.getPackageName() + ".TrackingThreadFactory");

	private Stacks() {
	}

	/**
	 * Return whether a thread is a worker of a pool that waits for a task.
	 */
	static boolean isIdleWorker(StackTraceElement[] stack) {
		return contains(stack, ThreadPoolExecutor.class, "getTask");
	}

	private static boolean contains(StackTraceElement[] stack, Class<?> type, String method) {
		return Stream.of(stack)
			.anyMatch((frame) -> frame.getClassName().equals(type.getName()) && frame.getMethodName().equals(method));
	}

	/**
	 * Return where the application's part of a stack begins, as {@code Type.method}.
	 */
	static @Nullable String entryPoint(StackTraceElement[] stack) {
		for (int i = stack.length - 1; i >= 0; i--) {
			String type = stack[i].getClassName();
			if (RUNNERS.stream().noneMatch(type::startsWith) && !type.contains("$$")) {
				return type.substring(type.lastIndexOf('.') + 1) + "." + stack[i].getMethodName();
			}
		}
		return null;
	}

}
