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

import java.lang.reflect.Field;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.util.ReflectionUtils;

/**
 * Has executors remember their threads, so that what they are doing can be found at the
 * end. Costs an entry in a map for each thread that is made, and nothing for a task of a
 * pool. First of all post-processors, because it needs the executor itself and no proxy.
 *
 * @since 0.1.0
 */
public final class ThreadTracker implements BeanPostProcessor, BeanFactoryAware, PriorityOrdered {

	/**
	 * Whether an executor makes virtual threads cannot be asked otherwise.
	 */
	private static final String VIRTUAL_THREADS_FIELD = "virtualThreadDelegate";

	private static final Log logger = LogFactory.getLog(ThreadTracker.class);

	private final Set<String> excluded;

	private @Nullable ConfigurableListableBeanFactory beanFactory;

	/**
	 * Make the post-processor.
	 * @param excluded the names of beans to leave alone
	 */
	public ThreadTracker(Set<String> excluded) {
		this.excluded = excluded;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof Executor executor && this.beanFactory != null
				&& ContextExecutors.takesPart(beanName, this.beanFactory, this.excluded)) {
			try {
				track(ContextExecutors.unwrap(executor));
			}
			catch (RuntimeException ex) {
				logger.debug("The threads of executor '%s' are not known".formatted(beanName), ex);
			}
		}
		return bean;
	}

	private static void track(Executor executor) {
		if (executor instanceof ThreadPoolExecutor pool
				&& !(pool.getThreadFactory() instanceof TrackingThreadFactory)) {
			pool.setThreadFactory(new TrackingThreadFactory(pool.getThreadFactory()));
		}
		else if (executor instanceof SimpleAsyncTaskExecutor simple
				&& !(simple.getThreadFactory() instanceof TrackingThreadFactory)) {
			ThreadFactory factory = threadFactory(simple);
			simple.setVirtualThreads(false);
			simple.setThreadFactory(new TrackingThreadFactory(factory));
		}
	}

	private static ThreadFactory threadFactory(SimpleAsyncTaskExecutor executor) {
		Field field = ReflectionUtils.findField(SimpleAsyncTaskExecutor.class, VIRTUAL_THREADS_FIELD);
		if (field == null) {
			throw new IllegalStateException("No field " + VIRTUAL_THREADS_FIELD);
		}
		field.setAccessible(true);
		if (ReflectionUtils.getField(field, executor) != null) {
			return virtualThreadFactory(executor);
		}
		ThreadFactory factory = executor.getThreadFactory();
		return (factory != null) ? factory : executor::createThread;
	}

	/**
	 * Make virtual threads with the names that the executor gives them.
	 */
	private static ThreadFactory virtualThreadFactory(SimpleAsyncTaskExecutor executor) {
		ThreadFactory factory = new VirtualThreadTaskExecutor().getVirtualThreadFactory();
		AtomicInteger count = new AtomicInteger();
		return (task) -> {
			Thread thread = factory.newThread(task);
			thread.setName(executor.getThreadNamePrefix() + count.incrementAndGet());
			return thread;
		};
	}

}
