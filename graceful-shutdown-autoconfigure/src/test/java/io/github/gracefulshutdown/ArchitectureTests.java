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

package io.github.gracefulshutdown;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * The rooms and what each may know. Dependencies point down only.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.gracefulshutdown";

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(ROOT);

	@Test
	void rootKnowsTheJdkAlone() {
		classes().that()
			.resideInAPackage(ROOT)
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage(ROOT, "java..", "org.jspecify..")
			.check(CLASSES);
	}

	@Test
	void registryRoomKnowsTheRootAndItself() {
		onlyKnows(ROOT + ".registry", "java..", "org.jspecify..");
		onlyKnows(ROOT + ".registry.commons", ROOT + ".registry", "java..", "org.jspecify..", "org.springframework..",
				"org.apache.commons.logging..");
		onlyKnows(ROOT + ".registry.eureka", ROOT + ".registry", "java..", "org.jspecify..", "org.springframework..",
				"org.apache.commons.logging..", "com.netflix..");
	}

	@Test
	void webRoomKnowsNoServerAndTomcatStaysInItsOwn() {
		onlyKnows(ROOT + ".web", "java..", "org.jspecify..");
		noClasses().that()
			.resideInAPackage(ROOT + "..")
			.and()
			.resideOutsideOfPackages(ROOT + ".web.tomcat", ROOT + ".autoconfigure")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.apache.catalina..", "org.apache.coyote..", "org.apache.tomcat..")
			.check(CLASSES);
	}

	@Test
	void roomsOnOneFloorDoNotKnowEachOther() {
		for (String room : new String[] { "registry", "web", "work", "platform", "actuate" }) {
			noClasses().that()
				.resideInAPackage(ROOT + "." + room + "..")
				.should()
				.dependOnClassesThat(inLibraryOutside(room))
				.check(CLASSES);
		}
	}

	private static DescribedPredicate<JavaClass> inLibraryOutside(String room) {
		return DescribedPredicate.describe("reside in another room",
				(type) -> type.getPackageName().startsWith(ROOT + ".")
						&& !type.getPackageName().startsWith(ROOT + "." + room));
	}

	@Test
	void onlyAutoconfigureKnowsAllOthersAndNobodyKnowsIt() {
		noClasses().that()
			.resideOutsideOfPackage(ROOT + ".autoconfigure")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(ROOT + ".autoconfigure")
			.check(CLASSES);
	}

	@Test
	void packagesAreFreeOfCycles() {
		SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
	}

	@Test
	void autoConfigurationsArePublicFinalAndHaveNoPublicMethods() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.check(CLASSES);
		methods().that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.notBePublic()
			.check(CLASSES);
	}

	private static void onlyKnows(String room, String... others) {
		String[] allowed = new String[others.length + 2];
		allowed[0] = ROOT;
		allowed[1] = room;
		System.arraycopy(others, 0, allowed, 2, others.length);
		classes().that()
			.resideInAPackage(room)
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage(allowed)
			.allowEmptyShould(true)
			.check(CLASSES);
	}

}
