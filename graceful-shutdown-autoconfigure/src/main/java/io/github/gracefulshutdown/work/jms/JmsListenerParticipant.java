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

package io.github.gracefulshutdown.work.jms;

import java.util.Map;
import java.util.Objects;

import io.github.gracefulshutdown.work.ListenerParticipant;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.jms.config.JmsListenerEndpointRegistry;
import org.springframework.jms.listener.AbstractMessageListenerContainer;
import org.springframework.jms.listener.DefaultMessageListenerContainer;
import org.springframework.jms.listener.MessageListenerContainer;

/**
 * The part of Spring's JMS listeners. A handler that outlives the budget is interrupted
 * if its container commits or acknowledges by itself, which it then does no more, and not
 * if a transaction manager does. The latter is told by the cache level, which is
 * {@code CACHE_NONE} then unless set by hand.
 *
 * @since 0.1.0
 */
public final class JmsListenerParticipant extends ListenerParticipant<MessageListenerContainer> {

	/**
	 * Make the participant.
	 * @param beanFactory where the containers are
	 */
	public JmsListenerParticipant(ConfigurableListableBeanFactory beanFactory) {
		super(beanFactory, "jms", "doExecuteListener");
	}

	@Override
	protected Map<String, MessageListenerContainer> containers() {
		return containers(MessageListenerContainer.class, JmsListenerEndpointRegistry.class,
				JmsListenerEndpointRegistry::getListenerContainerIds,
				(registry, id) -> registry.getListenerContainer(id));
	}

	@Override
	protected String describe(String id, MessageListenerContainer container) {
		return (container instanceof AbstractMessageListenerContainer jms)
				? Objects.requireNonNullElse(jms.getDestinationName(), id) : id;
	}

	@Override
	protected void stop(MessageListenerContainer container, Runnable stopped) {
		if (container instanceof AbstractMessageListenerContainer jms) {
			// one that arrives at this moment would be sent back, and counted as a failed
			// attempt
			jms.setAcceptMessagesWhileStopping(true);
		}
		container.stop(stopped);
	}

	@Override
	protected boolean giveUp(MessageListenerContainer container) {
		if (container instanceof DefaultMessageListenerContainer jms
				&& jms.getCacheLevel() != DefaultMessageListenerContainer.CACHE_NONE) {
			// it asks both when a handler has returned; its session rolls back when it
			// is closed
			jms.setSessionTransacted(false);
			jms.setAcknowledgeAfterListener(false);
			// else its destroy() waits for the handlers without any limit; it interrupts
			// them too
			jms.setAcceptMessagesWhileStopping(false);
			jms.setReceiveTimeout(1);
			return true;
		}
		// a transaction manager commits what its handler has returned from
		return false;
	}

}
