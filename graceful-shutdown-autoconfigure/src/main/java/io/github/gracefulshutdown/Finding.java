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

/**
 * Something in the configuration or the surroundings of an instance that will cost
 * requests, or the log of its end, when it is stopped.
 *
 * @param id what it is, in lower case with dashes; never changes, so that its severity
 * can be set. That of a check of the application's own has a dot in it, so that there
 * will be none like it here.
 * @param problem what is wrong, a sentence
 * @param fix what to do about it, a sentence
 * @since 0.1.0
 * @see DoctorCheck
 */
public record Finding(String id, String problem, String fix) {

}
