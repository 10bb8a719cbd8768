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

package io.github.gracefulshutdown.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.gracefulshutdown.CheckpointStore;
import io.github.gracefulshutdown.GracefulShutdown;
import io.github.gracefulshutdown.LogLevelExtension;
import io.github.gracefulshutdown.ShutdownParticipant;
import io.github.gracefulshutdown.ShutdownPhase;
import io.github.gracefulshutdown.ShutdownReport;
import io.github.gracefulshutdown.ShutdownReport.Checkpoint;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Export}, and for what the application has to configure for it.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ExportTests {

	/**
	 * An hour of them.
	 */
	private static final List<String> ROWS = IntStream.range(0, 3600).mapToObj(String::valueOf).toList();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
				GracefulShutdownAutoConfiguration.class));

	private final List<String> target = Collections.synchronizedList(new ArrayList<>());

	@RegisterExtension
	final LogLevelExtension logging = new LogLevelExtension(GracefulShutdown.class);

	@Test
	void whenStoppedThenNextStartGoesOnThere(@TempDir Path directory, CapturedOutput output) {
		ApplicationContextRunner configured = this.contextRunner
			.withPropertyValues("graceful-shutdown.checkpoint.directory=" + directory.resolve("made"));
		configured.withBean(ExportConfiguration.class, () -> new ExportConfiguration(this.target)).run((context) -> {
			Export export = context.getBean(Export.class);
			Thread worker = new Thread(export::run);
			worker.start();
			context.getBean(ExportConfiguration.class).awaitRow();
			ShutdownReport report = context.getBean(GracefulShutdown.class).drain("test");
			worker.join();
			assertThat(report.checkpoints()).containsExactly(new Checkpoint(ShutdownPhase.DRAIN, "export", "1", null));
			assertThat(this.target).containsExactly("0");
			assertThat(output).contains("Checkpoint of export: 1");
		});
		configured.run((context) -> {
			CheckpointStore checkpoints = context.getBean(CheckpointStore.class);
			new Export(checkpoints, ROWS, this.target::add).run();
			assertThat(this.target).isEqualTo(ROWS);
			assertThat(checkpoints.load("export")).isNull();
		});
	}

	@Test
	void whenThereIsNowhereToStoreThenTheLogWarns(CapturedOutput output) {
		ShutdownParticipant participant = (context) -> {
			if (context.phase() == ShutdownPhase.DRAIN) {
				context.checkpoint("export", "3");
			}
		};
		this.contextRunner.withBean(ShutdownParticipant.class, () -> participant).run((context) -> {
			assertThat(context).doesNotHaveBean(CheckpointStore.class);
			context.getBean(GracefulShutdown.class).drain("test");
			assertThat(output)
				.containsPattern("WARN.*Checkpoint of export: 3, which the next start will not find: stored nowhere");
		});
	}

	@Test
	void whenApplicationHasAStoreThenItIsTheOne(@TempDir Path directory) {
		CheckpointStore own = CheckpointStore.in(directory);
		this.contextRunner.withBean(CheckpointStore.class, () -> own)
			.withPropertyValues("graceful-shutdown.checkpoint.directory=" + directory.resolve("other"))
			.run((context) -> assertThat(context.getBean(CheckpointStore.class)).isSameAs(own));
	}

	@Test
	void whenDocumentedThenItIsThisCode() throws IOException {
		String source = Files.readString(Path.of("src/test/java/io/github/gracefulshutdown/example/Export.java"));
		assertThat(Files.readString(Path.of("..", "docs", "in-flight.md")))
			.contains(source.substring(source.indexOf("class Export")));
	}

	/**
	 * An export whose first row is in hand until it is told to stop.
	 */
	static class ExportConfiguration {

		private final CountDownLatch inHand = new CountDownLatch(1);

		private final List<String> target;

		ExportConfiguration(List<String> target) {
			this.target = target;
		}

		@Bean
		Export export(CheckpointStore checkpoints) {
			AtomicReference<Export> export = new AtomicReference<>();
			export.set(new Export(checkpoints, ROWS, (row) -> {
				this.target.add(row);
				this.inHand.countDown();
				while (Boolean.FALSE.equals(ReflectionTestUtils.getField(export.get(), "stopping"))) {
					Thread.onSpinWait();
				}
			}));
			return export.get();
		}

		void awaitRow() throws InterruptedException {
			this.inHand.await();
		}

	}

}
