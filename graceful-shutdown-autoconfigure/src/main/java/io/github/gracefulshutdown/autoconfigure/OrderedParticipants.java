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

package io.github.gracefulshutdown.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import io.github.gracefulshutdown.PhaseContext;
import io.github.gracefulshutdown.ShutdownParticipant;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * The participants of a context by their order, whether a class, a bean method or the
 * instance says it. Those that say nothing are told with the library's own.
 */
final class OrderedParticipants {

	private OrderedParticipants() {
	}

	static SortedMap<Integer, List<ShutdownParticipant>> of(ListableBeanFactory beanFactory) {
		SortedMap<Integer, List<ShutdownParticipant>> participants = new TreeMap<>();
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory,
				ShutdownParticipant.class)) {
			// by name: of all at once, one that cannot be made yet is left out silently
			ShutdownParticipant participant = beanFactory.getBean(name, ShutdownParticipant.class);
			participants.computeIfAbsent(order(beanFactory, name, participant), (order) -> new ArrayList<>())
				.add(participant.getClass().isSynthetic() ? new Lambda(name, participant) : participant);
		}
		return participants;
	}

	private static int order(ListableBeanFactory beanFactory, String name, ShutdownParticipant participant) {
		if (participant instanceof Ordered ordered) {
			return ordered.getOrder();
		}
		Order order = beanFactory.findAnnotationOnBean(name, Order.class);
		return (order != null) ? order.value() : 0;
	}

	/**
	 * A lambda, whose class nobody would know by its name.
	 */
	private record Lambda(String name, ShutdownParticipant delegate) implements ShutdownParticipant {

		@Override
		public void onPhase(PhaseContext context) throws Exception {
			this.delegate.onPhase(context);
		}

	}

}
