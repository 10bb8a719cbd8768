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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What an application says when it is started with values that cannot be.
 */
@ExtendWith(OutputCaptureExtension.class)
class PropertyFailureTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', value = {
			"grace-period=0s | grace-period | 0s | nothing can be done in no time | such as '30s'",
			"grace-period=-1s | grace-period | -1s | cannot be negative | such as '5s'",
			"grace-period=200000d | grace-period | 17280000000s | longer than a year | seconds that the platform",
			"grace-period=30 | reserve | 5s | 'graceful-shutdown.grace-period', which is 30ms | with a unit: '30s'",
			"reserve=-1ms | reserve | -1ms | cannot be negative | such as '5s'",
			"reserve=30s | reserve | 30s | 'graceful-shutdown.grace-period', which is 30s | less than",
			"reserve=31s | reserve | 31s | 'graceful-shutdown.grace-period', which is 30s | less than",
			"registry.confirm-timeout=-5s | registry.confirm-timeout | -5s | cannot be negative | such as '5s'",
			"registry.hold=-5s | registry.hold | -5s | cannot be negative | such as '5s'",
			"settle.min=-5s | settle.min | -5s | cannot be negative | such as '5s'",
			"settle.max=-5s | settle.max | -5s | cannot be negative | such as '5s'",
			"settle.quiet-period=-5s | settle.quiet-period | -5s | cannot be negative | such as '5s'",
			"settle.min=5s,settle.max=4s | settle.max | 4s | 'graceful-shutdown.settle.min', which is 5s | leave one out",
			"settle.ignored-user-agents[0]= | settle.ignored-user-agents[0] | \"\" | begins with nothing | Remove",
			"settle.ignored-paths=/ping;pong | settle.ignored-paths[1] | pong | a path begins with '/' | Remove",
			"drain.timeout=0s | drain.timeout | 0s | nothing can be done in no time | more than zero",
			"drain.timeout=-5s | drain.timeout | -5s | cannot be negative | such as '5s'",
			"checkpoint.directory=/dev/null/x | checkpoint.directory | /dev/null/x | it cannot be written to | still there when",
			"drain.linger=-5s | drain.linger | -5s | cannot be negative | such as '5s'",
			"endpoint.allowed-addresses=10.0.0.0/33 | endpoint.allowed-addresses[0] | 10.0.0.0/33 | from 0 to 32 | '127.0.0.0/8'",
			"endpoint.allowed-addresses=::1;localhost | endpoint.allowed-addresses[1] | localhost | is not an IPv4 or IPv6 address | names are not looked up",
			"termination-message=/dev/null/x | termination-message | /dev/null/x | no file that can be written | terminationMessagePath",
			"termination-message=/tmp | termination-message | /tmp | no file that can be written | terminationMessagePath",
			"signals=USR2;TERM | signals[1] | TERM | ends the process | such as 'USR2'",
			"signals=sigint | signals[0] | sigint | ends the process | such as 'USR2'",
			"signals=KILL | signals[0] | KILL | no process can take | such as 'USR2'",
			"signals=SIGSTOP | signals[0] | SIGSTOP | no process can take | such as 'USR2'",
			"signals=QUIT | signals[0] | QUIT | thread dump | such as 'USR2'",
			"signals=SEGV | signals[0] | SEGV | not a signal that an application | such as 'USR2'",
			"doctor-severity.endpoint-not-exposd=off | doctor-severity.endpoint-not-exposd | off | no such finding | such as 'endpoint-not-exposed'",
			"signals=USR3 | signals[0] | USR3 | not a signal that an application | such as 'USR2'" })
	void whenValueCannotBeThenSaysPropertyValueReasonAndWayOut(String properties, String property, String value,
			String reason, String action, CapturedOutput output) {
		assertThatException().isThrownBy(() -> run(properties))
			.havingRootCause()
			.isInstanceOf(InvalidGracefulShutdownPropertyException.class);
		String shown = output.getOut().substring(output.getOut().indexOf("APPLICATION FAILED TO START"));
		assertThat(shown).contains("Property: graceful-shutdown." + property + "\n")
			.contains("Value: \"" + value + "\"")
			.contains(reason)
			.contains("Action:")
			.contains(action);
	}

	@Test
	void whenValueCannotBeThenSaysWhereItWasSet(CapturedOutput output) {
		assertThatException().isThrownBy(() -> run("reserve=40s"));
		assertThat(output).contains("Origin: \"graceful-shutdown.reserve\" from property source \"commandLineArgs\"");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			value = { "grace-period=abc | 'abc' is not a valid duration",
					"settle.mode=perhaps | No enum constant io.github.gracefulshutdown",
					"doctor=perhaps | No enum constant io.github.gracefulshutdown",
					"endpoint.allow-get=maybe | Invalid boolean value 'maybe'" })
	void whenValueDoesNotBindThenSaysPropertyAndValue(String property, String reason, CapturedOutput output) {
		assertThatException().isThrownBy(() -> run(property));
		String[] nameAndValue = property.split("=", 2);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: graceful-shutdown." + nameAndValue[0])
			.contains("Value: \"" + nameAndValue[1] + "\"")
			.contains(reason);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "grace-period=1ms,reserve=0s", "reserve=0s", "registry.confirm-timeout=0s,registry.hold=0s",
					"settle.min=0s,settle.quiet-period=0s,settle.max=0s", "settle.min=5s,settle.max=5s",
					"drain.linger=0s", "endpoint.allowed-addresses=", "endpoint.allowed-addresses=0.0.0.0/0;::/0",
					"grace-period=", "signals=URG", "signals=sigurg", "doctor-severity.endpoint-not-exposed=off",
					"doctor-severity.endpointnotexposed=fail", "doctor-severity.acme.outbox=warn" })
	void whenValueCanBeThenStarts(String properties) {
		run(properties).close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "reserve=1h", "grace-period=abc", "signals=KILL", "endpoint.allowed-addresses=nobody" })
	void whenOffThenStartsWhateverTheValues(String properties) {
		run("enabled=false," + properties).close();
	}

	private static ConfigurableApplicationContext run(String properties) {
		List<String> arguments = new ArrayList<>();
		for (String property : properties.split(",", -1)) {
			arguments.add("--graceful-shutdown." + property.replace(';', ','));
		}
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jmx.enabled=false")
			.run(arguments.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, GracefulShutdownAutoConfiguration.class,
			GracefulShutdownEndpointAutoConfiguration.class })
	static class Application {

	}

}
