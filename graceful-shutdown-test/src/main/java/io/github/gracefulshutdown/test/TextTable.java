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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table for people: columns as wide as they have to be, numbers to the right.
 */
final class TextTable {

	private final List<List<Object>> rows = new ArrayList<>();

	TextTable(Object... header) {
		row(header);
	}

	void row(Object... cells) {
		this.rows.add(Arrays.asList(cells));
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder();
		for (List<Object> row : this.rows) {
			StringBuilder line = new StringBuilder();
			for (int column = 0; column < row.size(); column++) {
				String padding = " ".repeat(width(column) - row.get(column).toString().length());
				boolean number = isNumber(column);
				line.append(number ? padding : "").append(row.get(column)).append(number ? "" : padding).append("  ");
			}
			text.append(line.toString().stripTrailing()).append(System.lineSeparator());
		}
		return text.toString();
	}

	private int width(int column) {
		return this.rows.stream().mapToInt((row) -> row.get(column).toString().length()).max().orElse(0);
	}

	private boolean isNumber(int column) {
		return this.rows.size() > 1 && this.rows.get(1).get(column) instanceof Number;
	}

}
