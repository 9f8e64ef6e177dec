// Reads .gitignore files, and keeps what was read: the same text is the same object, which makes rules comparable.

import type { Rules } from "./folderTree.ts";
import { IgnoreFile, type Place } from "./ignoreFile.ts";
import { readSmall } from "./readFile.ts";

/** A larger one does not count: what it would leave out is looked at. Bytes. */
const MAX_BYTES = 256 * 1024;
/** Files that are kept, and patterns in them. */
const MAX_KEPT = 5000;
const MAX_KEPT_PATTERNS = 300_000;

/** The rules in force in a folder, the nearest first. */
export interface Chain {
	rules: Rules;
	/** The folder of the .gitignore, relative to the root; above the root it is less than that: see `above`. */
	base: string;
	/** The root's own path below the folder of a .gitignore above it, e.g. "packages/one/"; else "". */
	above: string;
	next: Chain | undefined;
	/** Bytes of patterns that must be followed byte by byte, in this link and the next. */
	slow: number;
}

/** More of these bytes are not put in a chain: every name is held against all of them. */
const MAX_SLOW = 256 * 1024;

/** Adds rules to those of the folders above; undefined when they are too many. */
export function chained(rules: Rules, base: string, above: string, next: Chain | undefined): Chain | undefined {
	const slow = (next?.slow ?? 0) + rules.file.slow;
	return slow > MAX_SLOW ? undefined : { rules, base, above, next, slow };
}

export function isSameChain(one: Chain | undefined, other: Chain | undefined): boolean {
	if (one === undefined || other === undefined) return one === other;
	const isSame = one.rules === other.rules && one.base === other.base && one.above === other.above;
	return isSame && isSameChain(one.next, other.next);
}

/** Whether rules leave out a place. `folder` is relative to the root. */
export function ignoredBy(chain: Chain | undefined, place: Place): boolean {
	for (let link = chain; link !== undefined; link = link.next) {
		const { base, above } = link;
		const from = base === "" && above === "" ? place : { ...place, folder: above + place.folder.slice(base.length) };
		const says = link.rules.file.ignores(from);
		if (says !== undefined) return says;
	}
	return false;
}

export class RulesBook {
	/** By absolute path: what it was read from, and what was in it. */
	readonly #kept = new Map<string, { key: string; rules: Rules | undefined }>();
	#patterns = 0;

	/**
	 * @param path absolute, one byte a character
	 * @param key its stat data: while that is the same, it is not read again
	 * @returns undefined where there are no rules in it, or it may not count
	 */
	read(path: string, key: string): Rules | undefined {
		const kept = this.#kept.get(path);
		if (kept?.key === key) return kept.rules;
		const text = readSmall(path, MAX_BYTES)?.toString("latin1") ?? "";
		let rules = kept?.rules;
		if (rules === undefined || rules.text !== text) {
			const file = new IgnoreFile(text);
			rules = file.size === 0 && file.unread === 0 ? undefined : { text, file };
		}
		this.#patterns += (rules?.file.size ?? 0) - (kept?.rules?.file.size ?? 0);
		if (this.#kept.size >= MAX_KEPT || this.#patterns > MAX_KEPT_PATTERNS) {
			this.#kept.clear();
			this.#patterns = rules?.file.size ?? 0;
		}
		this.#kept.set(path, { key, rules });
		return rules;
	}
}
