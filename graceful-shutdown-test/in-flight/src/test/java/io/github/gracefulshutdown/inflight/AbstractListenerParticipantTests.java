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

package io.github.gracefulshutdown.inflight;

import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.test.contract.ShutdownParticipantContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Message listeners do what every participant has to do: a container of Spring's that has
 * a message in hand, or none.
 *
 * @param <C> the type of the container
 */
abstract class AbstractListenerParticipantTests<C extends SmartLifecycle> extends ShutdownParticipantContract {

	/** The name of the bean, and of what it listens to. */
	static final String ORDERS = "orders";

	final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	final CountDownLatch started = new CountDownLatch(1);

	final CountDownLatch finish = new CountDownLatch(1);

	private C container;

	/**
	 * Make a container, and do not start it.
	 */
	abstract C createContainer();

	abstract void destroyContainer(C container);

	/**
	 * Have a message come.
	 */
	abstract void send();

	final C container() {
		return this.container;
	}

	/**
	 * What listeners do with a message.
	 */
	final void handle() {
		this.started.countDown();
		try {
			this.finish.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@BeforeEach
	void startContainer() {
		this.container = createContainer();
		this.container.start();
		this.beanFactory.registerSingleton(ORDERS, this.container);
	}

	@AfterEach
	void closeContainer() {
		this.finish.countDown();
		destroyContainer(this.container);
	}

	@Override
	protected final void startWork() throws InterruptedException {
		send();
		this.started.await();
	}

	@Override
	protected final void finishWork() {
		this.finish.countDown();
	}

}
