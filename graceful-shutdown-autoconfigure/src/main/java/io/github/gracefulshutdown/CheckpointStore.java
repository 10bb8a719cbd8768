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

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * Keeps how far work has come that is too long for any grace period, so that the next
 * start goes on from there. A bean of this type is what
 * {@link PhaseContext#checkpoint(String, String)} writes to; the application reads it
 * when it starts.
 * <p>
 * Implementations are thread-safe. A position that {@code save} has returned from
 * survives the end of the process, and one that is being replaced is either the old or
 * the new one.
 *
 * @since 0.1.0
 */
public interface CheckpointStore {

	/**
	 * The most characters that a position has.
	 */
	int MAX_POSITION = 1024;

	/**
	 * Keep a position, in place of an earlier one.
	 * @param name the work, see {@link #requireName(String)}
	 * @param position how far it has come, at most 1024 characters
	 * @throws IllegalArgumentException if the name or the position is not allowed
	 * @throws RuntimeException if it could not be kept, such as
	 * {@link java.io.UncheckedIOException}
	 */
	void save(String name, String position);

	/**
	 * Return the position that was kept last.
	 * @param name the work
	 * @return the position, or {@code null} if there is none
	 * @throws IllegalArgumentException if the name is not allowed
	 * @throws RuntimeException if it could not be read, which is not the same as that
	 * there is none
	 */
	@Nullable String load(String name);

	/**
	 * Forget the position, because the work is done. Nothing happens if there is none.
	 * @param name the work
	 * @throws IllegalArgumentException if the name is not allowed
	 * @throws RuntimeException if it could not be forgotten
	 */
	void clear(String name);

	/**
	 * Return a store with a file for each name.
	 * @param directory the directory, which is made if it does not exist; it has to
	 * outlive the process, and two processes that share it share the positions
	 * @return the store
	 * @throws java.io.UncheckedIOException if the directory cannot be written to
	 */
	static CheckpointStore in(Path directory) {
		return new DirectoryCheckpointStore(directory);
	}

	/**
	 * Refuse a name that is not fit for a file, a key or a line of a log.
	 * @param name 1 to 64 letters, digits, {@code .}, {@code _} and {@code -} of ASCII,
	 * the first of them a letter or a digit
	 * @return the name
	 * @throws IllegalArgumentException if it has other characters
	 */
	static String requireName(String name) {
		if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
			throw new IllegalArgumentException(
					"A checkpoint has a name of 1 to 64 letters, digits, '.', '_' and '-', not '" + name + "'");
		}
		return name;
	}

}
