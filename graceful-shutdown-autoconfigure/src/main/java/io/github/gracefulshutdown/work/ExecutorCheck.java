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

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;

import org.springframework.beans.PropertyAccessor;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;
import org.springframework.scheduling.concurrent.ThreadPoolExecutorFactoryBean;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * Looks for executors whose queue is lost: those that are left alone and that Spring
 * shuts down without a wait, and those that have something to close and are of no kind
 * that could be waited for.
 *
 * @since 0.1.0
 */
public final class ExecutorCheck implements DoctorCheck {

	private final ConfigurableListableBeanFactory beanFactory;

	private final boolean enabled;

	private final Set<String> excluded;

	/**
	 * Make a check.
	 * @param context the context whose executors are meant
	 * @param enabled whether executors take part at all
	 * @param excluded the names of beans that are left alone
	 */
	public ExecutorCheck(ConfigurableApplicationContext context, boolean enabled, Set<String> excluded) {
		this.beanFactory = context.getBeanFactory();
		this.enabled = enabled;
		this.excluded = excluded;
	}

	@Override
	public List<Finding> findings() {
		List<Finding> findings = new ArrayList<>();
		for (String name : this.beanFactory.getSingletonNames()) {
			Object bean = this.beanFactory.getSingleton(name);
			boolean takesPart = this.enabled && ContextExecutors.takesPart(name, this.beanFactory, this.excluded);
			if (!takesPart && (bean instanceof ThreadPoolTaskExecutor || bean instanceof ThreadPoolExecutorFactoryBean)
					&& dropsQueue((ExecutorConfigurationSupport) bean)) {
				findings.add(new Finding("executor-queue",
						"Executor '%s' does not take part in the shutdown, and Spring drops what is in its queue."
							.formatted(name),
						"Take it out of 'graceful-shutdown.executors.excluded', or give it 'waitForTasksToCompleteOnShutdown' and 'awaitTerminationSeconds'."));
			}
			if (takesPart && bean != null && isOpaque(bean)) {
				findings.add(new Finding("executor-opaque",
						"Executor '%s' is a %s, which nobody can wait for: what it has when the application ends is lost."
							.formatted(name, bean.getClass().getName()),
						"Make it an ExecutorService, or define a ShutdownParticipant whose activeWork() says what it has."));
			}
		}
		return findings;
	}

	/**
	 * Whether it waits cannot be asked otherwise.
	 */
	private static boolean dropsQueue(ExecutorConfigurationSupport executor) {
		PropertyAccessor fields = PropertyAccessorFactory.forDirectFieldAccess(executor);
		return !Boolean.TRUE.equals(fields.getPropertyValue("waitForTasksToCompleteOnShutdown"))
				|| Long.valueOf(0).equals(fields.getPropertyValue("awaitTerminationMillis"));
	}

	/**
	 * Return whether an executor has threads of its own that nobody sees. One that has
	 * nothing to close hands its tasks to somebody else, or runs them in the caller.
	 */
	private static boolean isOpaque(Object bean) {
		return bean instanceof Executor && (bean instanceof AutoCloseable || bean instanceof DisposableBean)
				&& !(bean instanceof ExecutorService || bean instanceof SimpleAsyncTaskExecutor
						|| bean instanceof ExecutorConfigurationSupport);
	}

}
