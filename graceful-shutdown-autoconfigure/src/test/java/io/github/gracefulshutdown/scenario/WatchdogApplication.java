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

package io.github.gracefulshutdown.scenario;

import java.util.concurrent.locks.LockSupport;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application that does not end: a bean, or a shutdown hook beside the application,
 * hangs and heeds no interrupt.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class WatchdogApplication {

	public static void main(String[] args) {
		SpringApplication.run(WatchdogApplication.class, args);
	}

	@Bean
	@ConditionalOnProperty(name = "watchdog.hangs", havingValue = "bean")
	DisposableBean bean() {
		return WatchdogApplication::hangInBean;
	}

	@Bean
	@ConditionalOnProperty(name = "watchdog.hangs", havingValue = "hook")
	Object hook() {
		Thread hook = new Thread(WatchdogApplication::hangInHook, "the hook");
		Runtime.getRuntime().addShutdownHook(hook);
		return hook;
	}

	private static void hangInBean() {
		hang();
	}

	private static void hangInHook() {
		hang();
	}

	private static void hang() {
		while (true) {
			LockSupport.parkNanos(1_000_000_000);
			Thread.interrupted();
		}
	}

}
