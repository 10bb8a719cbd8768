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

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import org.jspecify.annotations.Nullable;

/**
 * A file for each name. It is replaced in one step and is on the disk before anybody is
 * told that it is, whatever ends the process or the machine.
 */
final class DirectoryCheckpointStore implements CheckpointStore {

	private final Path directory;

	DirectoryCheckpointStore(Path directory) {
		this.directory = directory;
		try {
			Files.createDirectories(directory);
			// found out now, and not when there is something to be kept
			Files.delete(Files.createTempFile(directory, "probe", ".tmp"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void save(String name, String position) {
		Path file = file(name);
		if (position.length() > MAX_POSITION) {
			throw new IllegalArgumentException("A position has at most " + MAX_POSITION + " characters");
		}
		try {
			Path written = Files.createTempFile(this.directory, name, ".tmp");
			try {
				write(written, position);
				Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
			}
			finally {
				Files.deleteIfExists(written);
			}
			syncDirectory();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(Path file, String position) throws IOException {
		try (FileOutputStream out = new FileOutputStream(file.toFile())) {
			out.write(position.getBytes(StandardCharsets.UTF_8));
			out.getFD().sync();
		}
	}

	private void syncDirectory() throws IOException {
		if (!this.directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
			// a directory cannot be opened there
			return;
		}
		// an interrupt closes a channel, and who checkpoints is often interrupted
		boolean interrupted = Thread.interrupted();
		for (boolean done = false; !done;) {
			try (FileChannel channel = FileChannel.open(this.directory, StandardOpenOption.READ)) {
				channel.force(true);
				done = true;
			}
			catch (ClosedByInterruptException ex) {
				interrupted |= Thread.interrupted();
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public @Nullable String load(String name) {
		try {
			return Files.readString(file(name));
		}
		catch (NoSuchFileException ex) {
			return null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void clear(String name) {
		try {
			if (Files.deleteIfExists(file(name))) {
				syncDirectory();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Path file(String name) {
		return this.directory.resolve(CheckpointStore.requireName(name) + ".checkpoint");
	}

	@Override
	public String toString() {
		return this.directory.toString();
	}

}
