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

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.github.gracefulshutdown.GracefulShutdown;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.ReflectionUtils;

/**
 * Runs the first act when the process gets a signal, for hosts that have no kubelet. A
 * signal that the platform does not have or that is taken already costs a warning.
 *
 * @since 0.1.0
 */
public final class SignalTrigger implements SmartInitializingSingleton, DisposableBean {

	private static final Log logger = LogFactory.getLog(SignalTrigger.class);

	private final GracefulShutdown shutdown;

	private final List<String> signals;

	private final List<Runnable> previous = new ArrayList<>();

	/**
	 * Make the trigger.
	 * @param shutdown what to run
	 * @param signals names of signals, with or without {@code SIG}
	 */
	public SignalTrigger(GracefulShutdown shutdown, List<String> signals) {
		this.shutdown = shutdown;
		this.signals = List.copyOf(signals);
	}

	/**
	 * Give the signals back to whoever had them, so that a closed application hears none.
	 */
	@Override
	public void destroy() {
		this.previous.forEach(Runnable::run);
		this.previous.clear();
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.signals.forEach(this::listen);
	}

	private void listen(String signal) {
		String name = signal.strip().toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
		try {
			// by name, because the compiler refuses to see sun.misc, and some platforms
			// have none
			Class<?> signalType = Class.forName("sun.misc.Signal");
			Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
			Object handler = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] { handlerType },
					(proxy, method, args) -> switch (method.getName()) {
						case "handle" -> {
							// nobody waits for it: the log says when it is over
							var unused = this.shutdown.leave("SIG" + name);
							yield null;
						}
						case "equals" -> proxy == args[0];
						case "hashCode" -> System.identityHashCode(proxy);
						default -> "graceful shutdown on SIG" + name;
					});
			Method handle = signalType.getMethod("handle", signalType, handlerType);
			Object taken = signalType.getConstructor(String.class).newInstance(name);
			Object before = handle.invoke(null, taken, handler);
			this.previous.add(() -> ReflectionUtils.invokeMethod(handle, null, taken, before));
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			logger.warn("SIG%s does not take this instance out of service: %s".formatted(name, cause.getMessage()));
		}
	}

}
