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

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import com.alibaba.cloud.nacos.registry.NacosGracefulShutdownDelegate;
import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.ShutdownBudget;
import io.github.gracefulshutdown.ShutdownClock;
import io.github.gracefulshutdown.actuate.AddressRange;
import io.github.gracefulshutdown.actuate.EndpointExposureCheck;
import io.github.gracefulshutdown.actuate.EndpointSecurityCheck;
import io.github.gracefulshutdown.actuate.HttpGetHookCheck;
import io.github.gracefulshutdown.actuate.ReadinessGroupCheck;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties.SettleMode;
import io.github.gracefulshutdown.platform.Doctor;
import io.github.gracefulshutdown.platform.GracePeriodCheck;
import io.github.gracefulshutdown.platform.PlanCheck;
import io.github.gracefulshutdown.platform.ServerShutdownCheck;
import io.github.gracefulshutdown.platform.ShellParentCheck;
import io.github.gracefulshutdown.platform.ShutdownHookCheck;
import io.github.gracefulshutdown.platform.Surroundings;
import io.github.gracefulshutdown.registry.DeregistrationParticipant;
import io.github.gracefulshutdown.registry.StaleAddressCheck;
import io.github.gracefulshutdown.registry.nacos.NacosMembership;
import io.github.gracefulshutdown.registry.nacos.NacosSleepCheck;
import io.github.gracefulshutdown.work.ExecutorCheck;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWarDeployment;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.web.context.WebApplicationContext;

/**
 * Auto-configuration for what says at start that something will go wrong at the end. Its
 * checks are made when they are needed, which is when the application is ready.
 *
 * @since 0.1.0
 */
@Lazy
@AutoConfiguration(
		after = { GracefulShutdownAutoConfiguration.class, GracefulShutdownRegistryAutoConfiguration.class,
				GracefulShutdownEndpointAutoConfiguration.class },
		afterName = { "org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration",
				"org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration" })
@ConditionalOnBooleanProperty(name = "graceful-shutdown.enabled", matchIfMissing = true)
@ConditionalOnBean(GracefulShutdown.class)
@EnableConfigurationProperties(GracefulShutdownProperties.class)
@ImportRuntimeHints(GracefulShutdownDoctorAutoConfiguration.ExecutorRuntimeHints.class)
public final class GracefulShutdownDoctorAutoConfiguration {

	/**
	 * There in an application of {@code @SpringBootTest}, which may well run in a pod.
	 */
	private static final String TEST = "org.springframework.boot.test.context.SpringBootTestContextBootstrapper";

	private static final DoctorCheck NOTHING = List::of;

	@Bean
	@Lazy(false)
	Doctor gracefulShutdownDoctor(ConfigurableApplicationContext context, GracefulShutdownProperties properties,
			ObjectProvider<DeregistrationParticipant> registries, ObjectProvider<Surroundings> surroundings) {
		Environment environment = context.getEnvironment();
		BooleanSupplier elsewhere = () -> GracefulShutdownAutoConfiguration.isOnCloudPlatform(environment)
				|| properties.getSettle().getMode() == SettleMode.ALWAYS || surroundings.getObject().isContainer();
		BooleanSupplier needed = () -> !environment.containsProperty(TEST)
				&& (registries.stream().anyMatch(DeregistrationParticipant::hasRegistries) || elsewhere.getAsBoolean());
		// a registry may take its time to say whether the instance is there
		Supplier<List<DoctorCheck>> checks = () -> (elsewhere.getAsBoolean()
				|| registries.stream().anyMatch(DeregistrationParticipant::isFoundFromElsewhere))
						? checks(context.getBeanFactory()) : List.of();
		return new Doctor(context, needed, checks, properties.getDoctor(),
				PropertyRules.severities(properties.getDoctorSeverity()), ShutdownClock.system());
	}

	private static List<DoctorCheck> checks(ListableBeanFactory beanFactory) {
		List<DoctorCheck> checks = new ArrayList<>();
		for (String name : beanFactory.getBeanNamesForType(DoctorCheck.class, true, false)) {
			checks.add(new NamedCheck(beanFactory, name));
		}
		return checks;
	}

	private static boolean isRouted(Environment environment, ObjectProvider<DeregistrationParticipant> registries) {
		return GracefulShutdownAutoConfiguration.isOnCloudPlatform(environment)
				|| registries.stream().anyMatch(DeregistrationParticipant::isMember);
	}

	private static DoctorCheck ifRouted(Environment environment, ObjectProvider<DeregistrationParticipant> registries,
			DoctorCheck check) {
		return isRouted(environment, registries) ? check : NOTHING;
	}

	@Bean
	@ConditionalOnMissingBean
	Surroundings gracefulShutdownSurroundings() {
		return Surroundings.system();
	}

	@Bean
	DoctorCheck gracefulShutdownGracePeriodCheck(Surroundings surroundings, GracefulShutdownProperties properties,
			Environment environment) {
		return new GracePeriodCheck(surroundings, properties.getGracePeriod(),
				Binder.get(environment).bind("graceful-shutdown.grace-period", String.class).isBound(),
				GracefulShutdownAutoConfiguration.isOnCloudPlatform(environment));
	}

	@Bean
	@ConditionalOnBean(ShutdownBudget.class)
	DoctorCheck gracefulShutdownPlanCheck(ShutdownBudget budget, GracefulShutdownProperties properties,
			Environment environment, ObjectProvider<DeregistrationParticipant> registries) {
		GracefulShutdownProperties.Settle settle = properties.getSettle();
		Supplier<Duration> min = GracefulShutdownAutoConfiguration.min(settle, registries);
		BooleanSupplier routed = GracefulShutdownAutoConfiguration.routed(settle, environment, registries);
		return new PlanCheck(budget,
				(settle.getMode() == SettleMode.NEVER) ? null
						: (settle.getMax() != null) ? settle.getMax() : settle.getMin(),
				() -> routed.getAsBoolean() ? longer(min.get(), settle.getQuietPeriod()) : Duration.ZERO,
				properties.getDrain().getTimeout());
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) >= 0) ? one : other;
	}

	@Bean
	DoctorCheck gracefulShutdownShellParentCheck(Surroundings surroundings) {
		return new ShellParentCheck(surroundings);
	}

	@Bean
	@ConditionalOnNotWarDeployment
	DoctorCheck gracefulShutdownHookCheck(Environment environment) {
		return new ShutdownHookCheck(environment);
	}

	@Bean
	DoctorCheck gracefulShutdownExecutorCheck(ConfigurableApplicationContext context,
			GracefulShutdownProperties properties) {
		GracefulShutdownProperties.Executors executors = properties.getExecutors();
		return new ExecutorCheck(context, executors.isEnabled(), Set.copyOf(executors.getExcluded()));
	}

	@Bean
	@ConditionalOnBean({ ShutdownBudget.class, DeregistrationParticipant.class })
	DoctorCheck gracefulShutdownStaleAddressCheck(DeregistrationParticipant registries, ShutdownBudget budget,
			GracefulShutdownProperties properties, Environment environment) {
		GracefulShutdownProperties.Settle settle = properties.getSettle();
		// whoever says how long callers take, or that nobody waits for them, knows
		return (settle.getMin() != null || settle.getMode() == SettleMode.NEVER) ? NOTHING
				: new StaleAddressCheck(registries, budget, settle.getMax() != null,
						GracefulShutdownRegistryAutoConfiguration.loadBalancerCacheTtl(environment));
	}

	/**
	 * A check by its name: one that cannot be made is one that cannot be done.
	 *
	 * @param beanFactory has the check
	 * @param name the name of the check
	 */
	private record NamedCheck(BeanFactory beanFactory, String name) implements DoctorCheck {

		@Override
		public List<Finding> findings() throws Exception {
			return this.beanFactory.getBean(this.name, DoctorCheck.class).findings();
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	/**
	 * An embedded web server.
	 */
	@Lazy
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebServerApplicationContext.class)
	@ConditionalOnWebApplication
	static class WebServerConfiguration {

		@Bean
		DoctorCheck gracefulShutdownServerCheck(ApplicationContext context, Environment environment) {
			return new ServerShutdownCheck(context, environment);
		}

	}

	/**
	 * Nacos.
	 */
	@Lazy
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(NacosGracefulShutdownDelegate.class)
	static class NacosConfiguration {

		@Bean
		DoctorCheck gracefulShutdownNacosCheck(ObjectProvider<NacosGracefulShutdownDelegate> sleeper,
				ObjectProvider<NacosDiscoveryProperties> properties, ObjectProvider<NacosMembership> membership) {
			return (sleeper.getIfAvailable() == null) ? NOTHING
					: new NacosSleepCheck(properties.getObject(), membership.getIfAvailable());
		}

	}

	/**
	 * Probes of a kubelet.
	 */
	@Lazy
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthEndpointGroups.class)
	@ConditionalOnBean(HealthEndpointGroups.class)
	static class ProbeConfiguration {

		@Bean
		DoctorCheck gracefulShutdownReadinessGroupCheck(HealthEndpointGroups groups,
				GracefulShutdownProperties properties, Environment environment) {
			boolean probed = CloudPlatform.getActive(environment) == CloudPlatform.KUBERNETES;
			return (probed && properties.isReadiness()) ? new ReadinessGroupCheck(groups) : NOTHING;
		}

	}

	/**
	 * Hooks that call the endpoint over HTTP, wherever there may be one.
	 */
	@Lazy
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication
	@ConditionalOnClass({ WebEndpointAutoConfiguration.class, Ssl.class })
	@ConditionalOnBean(WebEndpointsSupplier.class)
	static class HookConfiguration {

		@Bean
		DoctorCheck deregisterExposureCheck(WebEndpointsSupplier endpoints, Environment environment,
				ObjectProvider<DeregistrationParticipant> registries) {
			return ifRouted(environment, registries, new EndpointExposureCheck(endpoints));
		}

		@Bean
		DoctorCheck deregisterHttpGetHookCheck(GracefulShutdownProperties properties, Environment environment) {
			GracefulShutdownProperties.Endpoint endpoint = properties.getEndpoint();
			if (!endpoint.isAllowGet()) {
				return NOTHING;
			}
			InetAddress address = Binder.get(environment)
				.bind((isSeparate(environment) ? "management." : "") + "server.address", InetAddress.class)
				.orElse(null);
			return new HttpGetHookCheck(isTls(environment), address,
					endpoint.getAllowedAddresses().stream().map(AddressRange::parse).toList());
		}

		/**
		 * A port of its own has the settings of the other one, unless it has some.
		 */
		static boolean isTls(Environment environment) {
			Binder binder = Binder.get(environment);
			Ssl ssl = binder.bind("server.ssl", Ssl.class).orElse(null);
			return Ssl
				.isEnabled(isSeparate(environment) ? binder.bind("management.server.ssl", Ssl.class).orElse(ssl) : ssl);
		}

		private static boolean isSeparate(Environment environment) {
			return ManagementPortType.get(environment) == ManagementPortType.DIFFERENT;
		}

	}

	/**
	 * Spring Security, which may be in the way of a hook.
	 */
	@Lazy
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass({ WebEndpointAutoConfiguration.class, Filter.class, FilterChainProxy.class })
	@ConditionalOnBean(WebEndpointsSupplier.class)
	static class SecurityConfiguration {

		private static final String SECURITY = "springSecurityFilterChain";

		@Bean
		@Lazy(false)
		ActuatorServletContext deregisterServletContext() {
			return new ActuatorServletContext();
		}

		@Bean
		DoctorCheck deregisterSecurityCheck(ListableBeanFactory beanFactory, ActuatorServletContext servletContext,
				WebEndpointProperties endpoints, GracefulShutdownProperties properties, Environment environment,
				ObjectProvider<DeregistrationParticipant> registries) {
			String servlet = environment.getProperty("spring.mvc.servlet.path", "/");
			boolean prefixed = !"/".equals(servlet) && ManagementPortType.get(environment) == ManagementPortType.SAME;
			String path = (prefixed ? servlet : "") + GracefulShutdownEndpointAutoConfiguration.path(endpoints);
			boolean get = properties.getEndpoint().isAllowGet();
			return ifRouted(environment, registries, new EndpointSecurityCheck(
					() -> beanFactory.containsBean(SECURITY) ? beanFactory.getBean(SECURITY, Filter.class) : null,
					servletContext::get, get ? "GET" : "POST", get ? path + "/now" : path));
		}

	}

	/**
	 * The context of the server that serves the actuator, which is the last one that is
	 * started.
	 */
	static class ActuatorServletContext implements ApplicationListener<WebServerInitializedEvent> {

		private volatile @Nullable ServletContext servletContext;

		@Override
		public void onApplicationEvent(WebServerInitializedEvent event) {
			if (event.getApplicationContext() instanceof WebApplicationContext context) {
				this.servletContext = context.getServletContext();
			}
		}

		@Nullable ServletContext get() {
			return this.servletContext;
		}

	}

	/**
	 * Whether an executor waits for its queue is read from fields.
	 */
	static class ExecutorRuntimeHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.reflection().registerType(ExecutorConfigurationSupport.class, MemberCategory.ACCESS_DECLARED_FIELDS);
		}

	}

}
