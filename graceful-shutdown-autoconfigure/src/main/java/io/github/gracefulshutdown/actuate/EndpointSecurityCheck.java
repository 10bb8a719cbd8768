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

package io.github.gracefulshutdown.actuate;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.FilterInvocation;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.csrf.CsrfFilter;

/**
 * Looks whether Spring Security would refuse a call to the {@link DeregisterEndpoint}
 * that has neither credentials nor a CSRF token.
 *
 * @since 0.1.0
 */
public final class EndpointSecurityCheck implements DoctorCheck {

	private static final AnonymousAuthenticationToken ANONYMOUS = new AnonymousAuthenticationToken("hook", "hook",
			AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));

	private final Supplier<@Nullable Filter> security;

	private final Supplier<@Nullable ServletContext> servletContext;

	private final String method;

	private final String path;

	/**
	 * Make a check.
	 * @param security the filter that is Spring Security, or {@code null}
	 * @param servletContext the context of the server that serves the endpoint, or
	 * {@code null}
	 * @param method the method that a hook calls with
	 * @param path the path that a hook calls, within that context
	 */
	public EndpointSecurityCheck(Supplier<@Nullable Filter> security, Supplier<@Nullable ServletContext> servletContext,
			String method, String path) {
		this.security = security;
		this.servletContext = servletContext;
		this.method = method;
		this.path = path;
	}

	@Override
	public List<Finding> findings() {
		ServletContext context = this.servletContext.get();
		if (context == null || !(this.security.get() instanceof FilterChainProxy proxy)) {
			return List.of();
		}
		HttpServletRequest call = new Call(new FilterInvocation("", this.path, this.method, context).getRequest());
		for (Filter filter : filters(proxy, call)) {
			if (filter instanceof CsrfFilter && !passes(filter, call)) {
				return List.of(finding("a CSRF token", "Name that path in csrf().ignoringRequestMatchers(..)."));
			}
			if (filter instanceof AuthorizationFilter authorization && !permits(authorization, call)) {
				return List.of(finding("a login",
						"Permit it there, since the endpoint is open to 'graceful-shutdown.endpoint.allowed-addresses' only, or give the hook credentials."));
			}
		}
		return List.of();
	}

	private Finding finding(String wanted, String fix) {
		return new Finding("endpoint-secured",
				HookProblem.of("Spring Security wants %s for %s %s".formatted(wanted, this.method, this.path)), fix);
	}

	private static List<Filter> filters(FilterChainProxy proxy, HttpServletRequest call) {
		for (SecurityFilterChain chain : proxy.getFilterChains()) {
			if (chain.matches(call)) {
				return chain.getFilters();
			}
		}
		return List.of();
	}

	private static boolean permits(AuthorizationFilter filter, HttpServletRequest call) {
		AuthorizationResult result = filter.getAuthorizationManager().authorize(() -> ANONYMOUS, call);
		return result == null || result.isGranted();
	}

	// the filter does not say which requests it looks at, so it is shown one
	private static boolean passes(Filter filter, HttpServletRequest call) {
		AtomicBoolean passed = new AtomicBoolean();
		HttpServletResponse nowhere = (HttpServletResponse) Proxy.newProxyInstance(
				EndpointSecurityCheck.class.getClassLoader(), new Class<?>[] { HttpServletResponse.class },
				(proxy, method, args) -> (method.getReturnType() == boolean.class) ? false : null);
		try {
			filter.doFilter(call, nowhere, (request, response) -> passed.set(true));
		}
		catch (IOException | ServletException | RuntimeException ex) {
			// what is let through meets nothing here that could fail
		}
		return passed.get();
	}

	/**
	 * A hook's call as the filters would see it.
	 */
	private static final class Call extends HttpServletRequestWrapper {

		private final Map<String, Object> attributes = new HashMap<>();

		Call(HttpServletRequest request) {
			super(request);
		}

		@Override
		public @Nullable Object getAttribute(String name) {
			return this.attributes.get(name);
		}

		@Override
		public void setAttribute(String name, Object value) {
			this.attributes.put(name, value);
		}

		@Override
		public void removeAttribute(String name) {
			this.attributes.remove(name);
		}

		@Override
		public DispatcherType getDispatcherType() {
			return DispatcherType.REQUEST;
		}

		@Override
		public String getRemoteAddr() {
			return "127.0.0.1";
		}

	}

}
