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

package io.github.gracefulshutdown.test.nacos;

import com.alibaba.nacos.auth.AuthManager;
import com.alibaba.nacos.core.code.ControllerMethodsCache;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.actuate.autoconfigure.security.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * The naming server of Nacos, alone and on the loopback interface. Nacos publishes the
 * modules of its server, but not the one that starts them.
 */
@SpringBootApplication(scanBasePackages = "com.alibaba.nacos", proxyBeanMethods = false,
		exclude = { ManagementWebSecurityAutoConfiguration.class, SecurityAutoConfiguration.class,
				UserDetailsServiceAutoConfiguration.class })
class NacosServerApplication {

	/**
	 * Start the server.
	 * @param arguments the port for HTTP (those for gRPC are 1000 and 1001 above), and
	 * the directory for its files
	 */
	public static void main(String[] arguments) {
		System.setProperty("nacos.standalone", "true");
		System.setProperty("nacos.server.ip", "127.0.0.1");
		System.setProperty("nacos.home", arguments[1]);
		try {
			new SpringApplicationBuilder(NacosServerApplication.class).run("--server.address=127.0.0.1",
					"--server.port=" + arguments[0], "--server.tomcat.accesslog.enabled=false",
					"--spring.main.allow-circular-references=true", "--spring.main.banner-mode=off");
		}
		catch (RuntimeException ex) {
			// threads that are left of the attempt would keep the process
			System.exit(1);
		}
	}

	/**
	 * Lets everyone do everything.
	 */
	@Bean
	AuthManager authManager() {
		return new EveryoneMay();
	}

	/**
	 * Takes the place of Raft.
	 */
	@Bean
	@Primary
	SingleServerProtocol singleServerProtocol() {
		return new SingleServerProtocol();
	}

	/**
	 * The filter that hands requests on to the servers they belong to knows only what it
	 * has been told of.
	 */
	@Bean
	InitializingBean controllers(ControllerMethodsCache controllers) {
		return () -> controllers.initClassMethod("com.alibaba.nacos.naming.controllers");
	}

}
