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

package io.github.gracefulshutdown.test;

import java.time.Duration;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link Terminations} and hooks.
 */
class TerminationTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final Duration SHORT = Duration.ofMillis(200);

	@RegisterExtension
	final ProofKit kit = new ProofKit();

	@Test
	void whenSignalledWith15ThenItExitsWith143() {
		RunningApplication application = start();
		StopReport report = Terminations.kill(15).stop(application);
		assertThat(report.exitCode()).isEqualTo(143);
		assertThat(report.killed()).isFalse();
		assertThat(report.preStop()).isNull();
		assertThat(application.log()).contains("terminating", "terminated");
		assertThat(application.isAlive()).isFalse();
		assertInOrder(report.started(), report.signalled(), report.exited());
	}

	@Test
	void whenSignalledWith2ThenItExitsWith130() {
		RunningApplication application = start();
		assertThat(Terminations.kill(2).stop(application).exitCode()).isEqualTo(130);
		assertThat(application.log()).contains("terminated");
	}

	@Test
	void whenSignalledWith9ThenItExitsWith137WithoutAWord() {
		RunningApplication application = start();
		assertThat(Terminations.kill(9).stop(application).exitCode()).isEqualTo(137);
		assertThat(application.log()).doesNotContain("terminating");
	}

	@Test
	void whenStoppedByDockerInTimeThenItIsNotKilled() {
		RunningApplication application = start();
		StopReport report = Terminations.dockerStop(LONG).stop(application);
		assertThat(report.killed()).isFalse();
		assertThat(report.exitCode()).isEqualTo(143);
	}

	@Test
	void whenItHangsThenDockerKillsIt() {
		RunningApplication application = start("--hang");
		StopReport report = Terminations.dockerStop(Duration.ofSeconds(3)).stop(application);
		assertThat(report.killed()).isTrue();
		assertThat(report.exitCode()).isEqualTo(137);
		assertThat(application.log()).contains("terminating").doesNotContain("terminated");
	}

	@Test
	void whenEndedByMarathonInTimeThenItIsNotKilled() {
		RunningApplication application = start();
		StopReport report = Terminations.marathon(LONG).stop(application);
		assertThat(report.killed()).isFalse();
		assertThat(report.exitCode()).isEqualTo(143);
		assertThat(report.preStop()).isNull();
		assertThat(application.log()).contains("terminated");
	}

	@Test
	void whenItHangsThenMarathonKillsItAfterThreeSecondsByDefault() {
		RunningApplication application = start("--hang");
		StopReport report = Terminations.marathon().stop(application);
		assertThat(report.killed()).isTrue();
		assertThat(report.exitCode()).isEqualTo(137);
		assertThat(report.exited().since(report.signalled())).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
		assertThat(application.log()).contains("terminating").doesNotContain("terminated");
	}

	@Test
	void whenItHangsThenMarathonKillsItAfterThePeriodOfTheDefinition() {
		StopReport report = Terminations.marathon(SHORT).stop(start("--hang"));
		assertThat(report.killed()).isTrue();
		assertThat(report.exitCode()).isEqualTo(137);
	}

	@Test
	void whenItHangsThenTheKubeletKillsIt() {
		RunningApplication application = start("--hang");
		StopReport report = Terminations.kubelet(SHORT).stop(application);
		assertThat(report.killed()).isTrue();
		assertThat(report.exitCode()).isEqualTo(137);
	}

	@Test
	void whenThereIsAGetHookThenItEndsBeforeTheSignal() {
		RunningApplication application = start();
		StopReport report = Terminations.kubelet(LONG).preStop(Hook.get("/hook")).stop(application);
		HookResult hook = Objects.requireNonNull(report.preStop());
		assertThat(hook.completed()).isTrue();
		assertThat(hook.status()).isEqualTo(200);
		assertThat(hook.output()).isEqualTo("hooked");
		assertInOrder(report.started(), hook.started(), hook.ended(), report.signalled(), report.exited());
		assertThat(application.log()).containsSubsequence(
				"GET /hook by kube-lifecycle/1.34 on " + application.managementPort(), "terminating", "terminated");
		assertThat(report.exitCode()).isEqualTo(143);
	}

	@Test
	void whenThereIsAPostHookThenItIsNotTheKubeletsOwn() {
		RunningApplication application = start();
		Hook hook = Hook.http("POST", "/hook", RunningApplication::uri);
		Terminations.kubelet(LONG).preStop(hook).stop(application);
		assertThat(application.log())
			.anyMatch((line) -> line.startsWith("POST /hook by curl/") && line.endsWith(" on " + application.port()));
	}

	@Test
	void whenTheHookIsAnsweredWithAnErrorThenItsStatusIsOnlyRecorded() {
		StopReport report = Terminations.kubelet(LONG).preStop(Hook.post("/fail")).stop(start());
		assertThat(report.preStop()).isNotNull()
			.extracting(HookResult::completed, HookResult::status)
			.containsExactly(true, 503);
		assertThat(report.exitCode()).isEqualTo(143);
	}

	@Test
	void whenTheHookTakesTheWholeGracePeriodThenItIsGivenUpAndSigtermFollows() {
		RunningApplication application = start();
		StopReport report = Terminations.kubelet(SHORT).preStop(Hook.get("/hang")).stop(application);
		assertThat(report.preStop()).isNotNull()
			.extracting(HookResult::completed, HookResult::status)
			.containsExactly(false, -1);
		assertThat(report.exitCode()).isEqualTo(143);
		assertThat(application.log()).contains("terminated");
	}

	@Test
	void whenTheHookUsesSomeOfTheGracePeriodThenTheRestIsLeft() {
		KubeletTermination termination = Terminations.kubelet(LONG);
		assertThat(termination.patience(Duration.ZERO)).isEqualTo(LONG);
		assertThat(termination.patience(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(20));
		assertThat(termination.patience(Duration.ofSeconds(28))).isEqualTo(Duration.ofSeconds(2));
		assertThat(termination.patience(Duration.ofSeconds(29))).isEqualTo(Duration.ofSeconds(2));
		assertThat(termination.patience(Duration.ofSeconds(31))).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void whenTheHookSleepsThenTheSignalComesAfterwards() {
		StopReport report = Terminations.kubelet(LONG).preStop(Hook.sleep(SHORT)).stop(start());
		HookResult result = Objects.requireNonNull(report.preStop());
		assertThat(result.completed()).isTrue();
		assertThat(result.duration()).isGreaterThanOrEqualTo(SHORT);
		assertInOrder(result.started(), result.ended(), report.signalled());
	}

	@Test
	void whenTheHookSleepsTooLongThenItIsGivenUp() {
		HookResult result = Hook.sleep(LONG).run(start(), Duration.ofMillis(1));
		assertThat(result.completed()).isFalse();
	}

	@Test
	void whenTheHookIsACommandThenItKnowsThePorts() {
		RunningApplication application = start();
		Hook hook = Hook.exec("sh", "-c", "echo $SERVER_PORT $MANAGEMENT_PORT; exit 3");
		HookResult result = hook.run(application, LONG);
		assertThat(result.completed()).isTrue();
		assertThat(result.status()).isEqualTo(3);
		assertThat(result.output()).isEqualTo(application.port() + " " + application.managementPort() + "\n");
	}

	@Test
	void whenTheCommandTakesTooLongThenItIsGivenUp() {
		HookResult result = Hook.exec("sleep", "60").run(start(), Duration.ofMillis(1));
		assertThat(result.completed()).isFalse();
		assertThat(result.status()).isEqualTo(-1);
	}

	@Test
	void whenTheCommandIsMissingThenTheTerminationGoesOn() {
		StopReport report = Terminations.kubelet(LONG).preStop(Hook.exec("no-such-command")).stop(start());
		HookResult result = Objects.requireNonNull(report.preStop());
		assertThat(result.completed()).isFalse();
		assertThat(result.output()).contains("no-such-command");
		assertThat(report.exitCode()).isEqualTo(143);
	}

	@Test
	void whenTheApplicationEndsDuringTheHookThenItIsTold() {
		RunningApplication application = start();
		Hook hook = (ending, limit) -> {
			HookResult result = Hook.get("/exit").run(ending, limit);
			ending.awaitExit(LONG);
			return result;
		};
		assertThatIllegalStateException().isThrownBy(() -> Terminations.kubelet(LONG).preStop(hook).stop(application))
			.withMessageContaining("ended with exit code 7 before it was sent the signal TERM");
	}

	private RunningApplication start(String... arguments) {
		ApplicationBuilder builder = this.kit.application(TestApplication.class);
		for (String argument : arguments) {
			builder.argument(argument);
		}
		return builder.start();
	}

	private static void assertInOrder(Moment... moments) {
		for (int i = 1; i < moments.length; i++) {
			assertThat(moments[i]).isGreaterThanOrEqualTo(moments[i - 1]);
		}
	}

}
