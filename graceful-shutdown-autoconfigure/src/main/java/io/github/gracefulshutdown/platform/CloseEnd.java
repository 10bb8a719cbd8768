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

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Knows when the close of a context is over: what is made before all ordinary beans is
 * destroyed after them, on the thread that closes. No interrupt outlives that: Spring
 * does not close a context on a thread that is interrupted, and says nothing of it.
 *
 * @since 0.1.0
 */
public final class CloseEnd implements BeanFactoryPostProcessor, DisposableBean {

	private boolean interrupted;

	private boolean reached;

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		// it is only about the order
	}

	/**
	 * Interrupt the thread that closes the context, unless it has left the close.
	 */
	synchronized void interrupt(Thread closing) {
		// somebody else's interrupt is not ours to clear
		if (!this.reached && !closing.isInterrupted()) {
			this.interrupted = true;
			closing.interrupt();
		}
	}

	@Override
	public synchronized void destroy() {
		this.reached = true;
		if (this.interrupted) {
			Thread.interrupted();
		}
	}

}
