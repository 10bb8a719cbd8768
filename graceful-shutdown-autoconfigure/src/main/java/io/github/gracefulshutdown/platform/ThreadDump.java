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

package io.github.gracefulshutdown.platform;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The stacks of those who keep a process from ending.
 */
final class ThreadDump {

	private static final int MOST_FRAMES = 60;

	private ThreadDump() {
	}

	/**
	 * Return what a thread is doing, who holds the lock that it waits for, and what all
	 * other threads are doing that are no daemons: among them are those of shutdown
	 * hooks.
	 * @param closing the thread that comes first
	 */
	static String of(Thread closing) {
		try {
			return dump(closing);
		}
		catch (LinkageError | RuntimeException ex) {
			return "Stacks are not to be had here: " + ex;
		}
	}

	private static String dump(Thread closing) {
		Map<Long, ThreadInfo> threads = Stream.of(ManagementFactory.getThreadMXBean().dumpAllThreads(false, false))
			.collect(Collectors.toMap(ThreadInfo::getThreadId, Function.identity()));
		Set<ThreadInfo> blocking = new LinkedHashSet<>();
		ThreadInfo next = threads.get(closing.getId());
		while (next != null && blocking.add(next)) {
			next = threads.get(next.getLockOwnerId());
		}
		threads.values()
			.stream()
			.filter((thread) -> !thread.isDaemon() && isBusy(thread.getStackTrace()))
			.sorted(Comparator.comparing(ThreadInfo::getThreadName))
			.forEach(blocking::add);
		return blocking.stream().map(ThreadDump::describe).collect(Collectors.joining(System.lineSeparator()));
	}

	/**
	 * Return where that is, without the class loader and module that are named for
	 * threads other than this one.
	 */
	static String text(StackTraceElement frame) {
		return new StackTraceElement(frame.getClassName(), frame.getMethodName(), frame.getFileName(),
				frame.getLineNumber())
			.toString();
	}

	private static boolean isBusy(StackTraceElement[] stack) {
		return stack.length > 0 && Stream.of(stack)
			.noneMatch((frame) -> frame.getClassName().equals(ThreadPoolExecutor.class.getName())
					&& frame.getMethodName().equals("getTask"));
	}

	private static String describe(ThreadInfo thread) {
		String lock = (thread.getLockName() != null) ? " on " + thread.getLockName() : "";
		String owner = (thread.getLockOwnerName() != null) ? " held by \"" + thread.getLockOwnerName() + "\"" : "";
		return Stream.of(thread.getStackTrace())
			.limit(MOST_FRAMES)
			.map((frame) -> System.lineSeparator() + "\tat " + text(frame))
			.collect(Collectors.joining("",
					"\"" + thread.getThreadName() + "\" " + thread.getThreadState() + lock + owner, ""));
	}

}
