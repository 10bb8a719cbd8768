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

import org.jspecify.annotations.Nullable;

/**
 * The ways in which applications are ended in the field.
 *
 * @since 0.1.0
 */
public final class Terminations {

	private static final Duration KILL_TIMEOUT = Duration.ofSeconds(60);

	private static final Duration MARATHON_DEFAULT = Duration.ofSeconds(3);

	private Terminations() {
	}

	/**
	 * As a kubelet does: the preStop hook, then SIGTERM, then SIGKILL.
	 * @param gracePeriod the one grace period for all of it,
	 * {@code terminationGracePeriodSeconds}
	 * @return the termination, so far without a preStop hook
	 */
	public static KubeletTermination kubelet(Duration gracePeriod) {
		return new KubeletTermination(gracePeriod, null);
	}

	/**
	 * As {@code docker stop} does: SIGTERM, then SIGKILL.
	 * @param timeout the time between the two, 10 s with {@code docker stop}
	 * @return the termination
	 */
	public static Termination dockerStop(Duration timeout) {
		return (application) -> terminate(application, Moment.now(), null, timeout);
	}

	/**
	 * As Marathon on Mesos or DC/OS does unless the app definition says otherwise:
	 * SIGTERM, and SIGKILL after 3 s.
	 * @return the termination
	 * @see #marathon(Duration)
	 */
	public static Termination marathon() {
		return marathon(MARATHON_DEFAULT);
	}

	/**
	 * As Marathon on Mesos or DC/OS does: SIGTERM, then SIGKILL. Marathon has no preStop
	 * hook. For a container of Docker, Mesos leaves both signals to {@code docker stop}.
	 * @param taskKillGracePeriod the time between the two,
	 * {@code taskKillGracePeriodSeconds}
	 * @return the termination
	 * @see <a href=
	 * "https://mesosphere.github.io/marathon/docs/health-checks.html">Health Checks and
	 * Task Termination</a>
	 * @see <a href=
	 * "https://mesos.apache.org/api/latest/java/org/apache/mesos/Protos.KillPolicy.html">KillPolicy
	 * of Mesos</a>
	 */
	public static Termination marathon(Duration taskKillGracePeriod) {
		return dockerStop(taskKillGracePeriod);
	}

	/**
	 * As plain {@code kill} does: one signal and nothing else.
	 * @param signal the number of the signal, such as 15 or 2
	 * @return the termination, which waits at most 60 s for the end of the process
	 */
	public static Termination kill(int signal) {
		return (application) -> {
			Moment started = Moment.now();
			Moment signalled = application.signal(Integer.toString(signal));
			application.awaitExit(KILL_TIMEOUT);
			return new StopReport(started, null, signalled, application.exited(), application.exitCode(), false);
		};
	}

	/**
	 * Send SIGTERM, and SIGKILL if that does not end it.
	 * @param application the application
	 * @param started when the termination began
	 * @param preStop what came of the hook before, if there was one
	 * @param patience the time between the two
	 * @return what happened when
	 */
	static StopReport terminate(RunningApplication application, Moment started, @Nullable HookResult preStop,
			Duration patience) {
		Moment signalled = application.signal("TERM");
		boolean killed = !application.hasExitedWithin(patience);
		if (killed) {
			application.close();
		}
		return new StopReport(started, preStop, signalled, application.exited(), application.exitCode(), killed);
	}

}
