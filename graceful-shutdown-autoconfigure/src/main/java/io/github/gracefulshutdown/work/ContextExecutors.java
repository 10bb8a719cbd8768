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

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.ConcurrentTaskExecutor;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;
import org.springframework.scheduling.concurrent.ForkJoinPoolFactoryBean;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.scheduling.config.ScheduledTask;
import org.springframework.scheduling.config.ScheduledTaskHolder;
import org.springframework.scheduling.config.TaskSchedulerRouter;
import org.springframework.util.StringUtils;

/**
 * Finds the executors of an application context among the beans that there are. None is
 * made for it, and those that the context does not close are somebody else's.
 */
final class ContextExecutors {

	private static final Log logger = LogFactory.getLog(ContextExecutors.class);

	private final ConfigurableApplicationContext context;

	private final ConfigurableListableBeanFactory beanFactory;

	private final Set<String> excluded;

	private final IdentityHashMap<Executor, WatchedExecutor> found = new IdentityHashMap<>();

	ContextExecutors(ConfigurableApplicationContext context, Set<String> excluded) {
		this.context = context;
		this.beanFactory = context.getBeanFactory();
		this.excluded = excluded;
	}

	/**
	 * Look for executors again.
	 * @return those that were found, now or before
	 */
	synchronized List<WatchedExecutor> find() {
		for (String name : this.beanFactory.getSingletonNames()) {
			try {
				Executor executor = executor(name);
				if (executor != null && !this.found.containsKey(executor)) {
					WatchedExecutor watched = watch(name, executor);
					if (watched != null) {
						this.found.put(executor, watched);
					}
				}
			}
			catch (Exception ex) {
				logger.debug("Executor '%s' does not take part in the shutdown".formatted(name), ex);
			}
		}
		return List.copyOf(this.found.values());
	}

	private @Nullable Executor executor(String name) throws Exception {
		Object bean = this.beanFactory.getSingleton(name);
		if (bean instanceof FactoryBean<?> factory
				&& (bean instanceof ExecutorConfigurationSupport || bean instanceof ForkJoinPoolFactoryBean)) {
			bean = factory.getObject();
		}
		return (bean instanceof Executor executor && takesPart(name, this.beanFactory, this.excluded))
				? unwrap(executor) : null;
	}

	/**
	 * Return whether an executor is meant: one that the context closes, and that is not
	 * excluded.
	 */
	static boolean takesPart(String name, ConfigurableListableBeanFactory beanFactory, Set<String> excluded) {
		return !isExcluded(name, beanFactory, excluded) && beanFactory.containsBeanDefinition(name)
				&& !"".equals(beanFactory.getMergedBeanDefinition(name).getDestroyMethodName());
	}

	private static boolean isExcluded(String name, ConfigurableListableBeanFactory beanFactory, Set<String> excluded) {
		return excluded.contains(name) || !Collections.disjoint(excluded, List.of(beanFactory.getAliases(name)));
	}

	private @Nullable WatchedExecutor watch(String name, Executor executor) {
		if (executor instanceof ThreadPoolExecutor pool) {
			return new WatchedPool(name, pool);
		}
		if (executor instanceof SimpleAsyncTaskExecutor simple) {
			return new WatchedThreads(name, simple, this.context);
		}
		if (executor instanceof ForkJoinPool pool) {
			return new WatchedForkJoinPool(name, pool);
		}
		return (executor instanceof ExecutorService service) ? new WatchedService(name, service) : null;
	}

	/**
	 * Return what runs the tasks of an executor.
	 */
	static Executor unwrap(Executor executor) {
		if (executor instanceof ThreadPoolTaskExecutor pool) {
			return pool.getThreadPoolExecutor();
		}
		if (executor instanceof ThreadPoolTaskScheduler scheduler) {
			return scheduler.getScheduledExecutor();
		}
		return (executor instanceof ConcurrentTaskExecutor adapter) ? adapter.getConcurrentExecutor() : executor;
	}

	/**
	 * Stop what is scheduled by {@code @Scheduled} or a {@code SchedulingConfigurer},
	 * whatever it is scheduled with. What is running runs on.
	 * @return how many there were
	 */
	int stopScheduledTasks() {
		int stopped = 0;
		for (String name : this.beanFactory.getSingletonNames()) {
			if (this.beanFactory.getSingleton(name) instanceof ScheduledTaskHolder holder) {
				for (ScheduledTask task : holder.getScheduledTasks()) {
					if (this.excluded.isEmpty() || !isExcluded(scheduler(task), this.beanFactory, this.excluded)) {
						task.cancel(false);
						stopped++;
					}
				}
			}
		}
		return stopped;
	}

	private String scheduler(ScheduledTask task) {
		String qualifier = (task.getTask().getRunnable() instanceof SchedulingAwareRunnable aware)
				? aware.getQualifier() : null;
		return StringUtils.hasLength(qualifier) ? qualifier : defaultScheduler();
	}

	/**
	 * Return what {@link TaskSchedulerRouter} takes where none is named.
	 */
	private String defaultScheduler() {
		for (Class<?> type : List.of(TaskScheduler.class, ScheduledExecutorService.class)) {
			try {
				return this.beanFactory.resolveNamedBean(type).getBeanName();
			}
			catch (NoUniqueBeanDefinitionException ex) {
				break;
			}
			catch (NoSuchBeanDefinitionException ex) {
				// of the next type, perhaps
			}
		}
		return TaskSchedulerRouter.DEFAULT_TASK_SCHEDULER_BEAN_NAME;
	}

}
