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

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.github.gracefulshutdown.DoctorCheck;
import io.github.gracefulshutdown.Finding;
import io.github.gracefulshutdown.ShutdownClock;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Says when the application is ready what will go wrong when it is stopped. It looks on a
 * thread of its own, so that nobody waits for it; only where a finding may fail the start
 * is it waited for.
 *
 * @since 0.1.0
 */
public final class Doctor implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(Doctor.class);

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ConfigurableApplicationContext context;

	private final BooleanSupplier needed;

	private final Supplier<? extends Collection<DoctorCheck>> checks;

	private final Severity severity;

	private final Map<String, Severity> severities;

	private final ShutdownClock clock;

	private volatile List<Finding> findings = List.of();

	/**
	 * Make a doctor.
	 * @param context the context of the application
	 * @param needed whether how this instance is stopped may matter to anybody; where it
	 * does not, nothing is looked at. Asked on the thread that starts the application.
	 * @param checks what to look at, asked for when it is needed
	 * @param severity what to do about a finding; where nothing is to be done, nothing is
	 * looked at
	 * @param severities what to do about those of which something else is said, by id
	 * @param clock the clock to wait with
	 */
	public Doctor(ConfigurableApplicationContext context, BooleanSupplier needed,
			Supplier<? extends Collection<DoctorCheck>> checks, Severity severity, Map<String, Severity> severities,
			ShutdownClock clock) {
		this.context = context;
		this.needed = needed;
		this.checks = checks;
		this.severity = severity;
		this.severities = Map.copyOf(severities);
		this.clock = clock;
	}

	/**
	 * Return what was found.
	 * @return the findings, empty as long as nobody has looked
	 */
	public List<Finding> findings() {
		return this.findings;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (event.getApplicationContext() != this.context || !isNeeded()) {
			return;
		}
		if (this.severity != Severity.FAIL && !this.severities.containsValue(Severity.FAIL)) {
			daemon(this::examine).start();
			return;
		}
		examine();
		List<Finding> failing = of(Severity.FAIL);
		if (!failing.isEmpty()) {
			throw new DoctorFindingsException(failing);
		}
	}

	private boolean isNeeded() {
		try {
			return this.severity != Severity.OFF && this.needed.getAsBoolean();
		}
		catch (RuntimeException | LinkageError ex) {
			undone(ex);
			return false;
		}
	}

	private List<Finding> of(Severity severity) {
		return this.findings.stream().filter((finding) -> severity(finding) == severity).toList();
	}

	private Severity severity(Finding finding) {
		return this.severities.getOrDefault(finding.id(), this.severity);
	}

	private void examine() {
		look();
		for (Finding finding : of(Severity.WARN)) {
			logger.warn("%s %s [%s]".formatted(finding.problem(), finding.fix(), finding.id()));
		}
	}

	private void look() {
		ExecutorService executor = Executors.newCachedThreadPool(Doctor::daemon);
		try {
			List<Finding> found = new ArrayList<>();
			for (DoctorCheck check : this.checks.get()) {
				// of an application that ends meanwhile, nobody wants to know
				if (this.context.isClosed()) {
					return;
				}
				found.addAll(look(check, executor));
			}
			found.removeIf((finding) -> severity(finding) == Severity.OFF);
			this.findings = List.copyOf(found);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException | LinkageError ex) {
			undone(ex);
		}
		finally {
			executor.shutdownNow();
		}
	}

	private List<Finding> look(DoctorCheck check, ExecutorService executor) throws InterruptedException {
		CompletableFuture<List<Finding>> result = new CompletableFuture<>();
		executor.execute(() -> {
			try {
				result.complete(List.copyOf(check.findings()));
			}
			catch (Exception | Error ex) {
				// what was waited for no longer was interrupted
				if (!result.isDone()) {
					undone(ex);
				}
				result.complete(List.of());
			}
		});
		if (!this.clock.await(result, PATIENCE) && result.complete(List.of())) {
			logger.info("A check of the shutdown has not come to an end: " + check);
		}
		return result.getNow(List.of());
	}

	private void undone(Throwable cause) {
		if (!this.context.isClosed()) {
			logger.info("A check of the shutdown could not be done", cause);
		}
	}

	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(task, "graceful-shutdown-doctor");
		thread.setDaemon(true);
		return thread;
	}

}
