// Which rows hold words: each must begin a word of the row, as filter.ts says.
import { wordsOf } from "../filter.ts";
import { idMatcher } from "./requestIds.ts";
import type { Store } from "./store.ts";

/** Texts whose rows are remembered. */
const MAX_REMEMBERED = 4;
const SINGLE = /^[a-z0-9]$/;

export class Search {
	readonly #store: Store;
	readonly #remembered = new Map<string, { version: number; found: Uint8Array }>();

	constructor(store: Store) {
		this.#store = store;
	}

	/** 1 for each row (by its id) that holds the words of a text; undefined when the text has none. */
	rows(text: string): Uint8Array | undefined {
		const words = distinct(wordsOf(text));
		if (words.length === 0) return undefined;
		const key = words.join(" ");
		const { version } = this.#store;
		const known = this.#remembered.get(key);
		this.#remembered.delete(key);
		const found = known?.version === version ? known.found : this.#find(words);
		this.#remembered.set(key, { version, found });
		for (const [oldest] of this.#remembered) {
			if (this.#remembered.size <= MAX_REMEMBERED) break;
			this.#remembered.delete(oldest);
		}
		return found;
	}

	#find(words: readonly string[]): Uint8Array {
		const singles = words.filter((word) => SINGLE.test(word));
		const others = words.filter((word) => !SINGLE.test(word));
		// Words that may be the beginning of a request id are looked for one by one, the rest at once.
		const plain = others.filter((word) => idMatcher(word) === undefined);
		const found = plain.length === 0 ? this.#all() : this.#inTexts(plain);
		for (const word of others) {
			const isId = idMatcher(word);
			if (isId === undefined) continue;
			const holds = this.#inTexts([word]);
			const { hasId, idA, idB, idC, idD } = this.#store.columns.of;
			for (let id = 1; id < found.length; id++) {
				if (found[id] === 0 || holds[id] === 1) continue;
				const [a, b, c, d] = [idA[id] as number, idB[id] as number, idC[id] as number, idD[id] as number];
				if (hasId[id] === 0 || !isId(a, b, c, d)) found[id] = 0;
			}
		}
		// Half of all rows have a word that begins with a given letter: two bits say so faster than any list.
		for (const single of singles) {
			const isDigit = single <= "9";
			const bit = 1 << (single.charCodeAt(0) - (isDigit ? 48 : 97));
			const bits = isDigit ? this.#store.columns.of.digits : this.#store.columns.of.letters;
			for (let id = 1; id < found.length; id++) if (((bits[id] as number) & bit) === 0) found[id] = 0;
		}
		return found;
	}

	#all(): Uint8Array {
		return new Uint8Array(this.#store.columns.count + 1).fill(1);
	}

	#inTexts(words: readonly string[]): Uint8Array {
		const { database, columns, texts } = this.#store;
		const found = new Uint8Array(columns.count + 1);
		// Words are letters and digits in lower case, so nothing in them is syntax: operators are upper case, the rest signs.
		const query = words.map((word) => `"${word}*"`).join(" ");
		// One text with all ids: asking for a hundred thousand rows one by one takes several times as long.
		setAll(found, database.get("SELECT group_concat(docid) FROM words WHERE words MATCH ?", [query])?.[0]);
		for (const id of texts.stale) found[id] = 0;
		for (const [id, text] of database.all("SELECT id, text FROM fresh WHERE instr(text, ?) > 0", [` ${words[0]}`]))
			if (words.every((word) => String(text).includes(` ${word}`))) found[Number(id)] = 1;
		return found;
	}
}

/** Sets what a list of ids parted by commas names. */
function setAll(found: Uint8Array, ids: unknown): void {
	if (typeof ids === "number") found[ids] = 1;
	if (typeof ids !== "string") return;
	let id = 0;
	for (let at = 0; at < ids.length; at++) {
		const code = ids.charCodeAt(at);
		if (code === 44) {
			found[id] = 1;
			id = 0;
		} else id = id * 10 + code - 48;
	}
	if (ids !== "") found[id] = 1;
}

/** Without those that begin another one: who holds that holds these. */
function distinct(words: readonly string[]): string[] {
	const sorted = [...new Set(words)].sort();
	return sorted.filter((word, at) => sorted[at + 1]?.startsWith(word) !== true);
}
