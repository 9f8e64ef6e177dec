// Masks secrets before anything is logged, exported or sent (DESIGN 2.8). It finds common shapes and names, not every
// secret. What stays: that there was one, its kind, and about how long it was.
//
// A mask must not hide what an action does: a word with an expansion ($NAME, $(...), backticks) is never masked, because
// its effect is not in its letters.
import type { Json, JsonObject } from "../protocol/canonical.ts";
import { isSecretName, kindOfName } from "./redactNames.ts";
import { assignments, hasExpansion, headers, keyBlocks, MASK, options, type Report, urls } from "./redactPlaces.ts";
import { SHAPES } from "./redactShapes.ts";

interface Range {
	start: number;
	end: number;
	kind: string;
	/** Known by its own shape, which names the kind better than what stands around it. */
	byShape: boolean;
}

/** Short texts that hold no secret, because most of what an agent sends it sends again: names, paths, its folder. */
const clean = new Set<string>();
const CLEAN_CHARS = 256;
const CLEAN_TEXTS = 4000;

/** Masks the secrets of a text. Linear in its length, whatever it holds. Redacting twice changes nothing more. */
export function redact(text: string): { text: string; redacted: boolean } {
	if (clean.has(text)) return { text, redacted: false };
	const result = search(text);
	if (!result.redacted && text.length <= CLEAN_CHARS) {
		if (clean.size >= CLEAN_TEXTS) clean.clear();
		clean.add(text);
	}
	return result;
}

function search(text: string): { text: string; redacted: boolean } {
	const ranges: Range[] = [];
	for (const { kind, pattern } of SHAPES) {
		for (const found of text.matchAll(pattern)) {
			const masked = found[1] ?? found[0];
			const end = found.index + found[0].length;
			ranges.push({ start: end - masked.length, end, kind, byShape: true });
		}
	}
	const report: Report = (start, end, kind) => ranges.push({ start, end, kind, byShape: false });
	for (const find of [keyBlocks, urls, headers, assignments, options]) find(text, report);
	if (ranges.length === 0) return { text, redacted: false };

	const words = new Words(text);
	let result = "";
	let done = 0;
	for (const { start, end, kind } of merged(ranges)) {
		if (text.startsWith(MASK, start) || words.expands(start, end)) continue;
		result += text.slice(done, start) + mask(kind, end - start);
		done = end;
	}
	return done === 0 ? { text, redacted: false } : { text: result + text.slice(done), redacted: true };
}

/** Thrown for values nested deeper than any honest tool input. */
export class TooDeepError extends Error {
	override name = "TooDeepError";
}

const MAX_DEPTH = 500;

/**
 * Masks the secrets in all strings and member names of a JSON value; a string under a secret name ("password") is masked
 * whole, and so is the item after a secret option ("--token") in a list.
 * @throws TooDeepError
 */
export function redactJson<T extends Json>(value: T): { value: T; redacted: boolean } {
	let redacted = false;
	const walk = (part: Json, whole: string | undefined, depth: number): Json => {
		if (depth > MAX_DEPTH) throw new TooDeepError("the value is nested too deep to be searched for secrets");
		if (typeof part === "string") {
			const result = whole === undefined ? redact(part) : maskWhole(part, whole);
			redacted ||= result.redacted;
			return result.text;
		}
		if (part === null || typeof part !== "object") return part;
		if (Array.isArray(part)) return part.map((item, at) => walk(item, optionBefore(part, at), depth + 1));
		const members: [string, Json][] = [];
		for (const [name, member] of Object.entries(part)) {
			const safeName = redact(name);
			redacted ||= safeName.redacted;
			members.push([safeName.text, walk(member, isSecretName(name) ? kindOfName(name) : undefined, depth + 1)]);
		}
		return distinct(members);
	};
	return { value: walk(value, undefined, 0) as T, redacted };
}

/** Two names may be the same once they are masked; no member is lost for that. fromEntries, for members like __proto__. */
function distinct(members: [string, Json][]): JsonObject {
	const names = new Set<string>();
	for (const member of members) {
		const name = member[0];
		for (let n = 2; names.has(member[0]); n++) member[0] = `${name} (${n})`;
		names.add(member[0]);
	}
	return Object.fromEntries(members);
}

function optionBefore(list: Json[], at: number): string | undefined {
	const before = list[at - 1];
	if (typeof before !== "string") return undefined;
	const name = /^--?([A-Za-z][A-Za-z0-9_-]{0,63})$/.exec(before)?.[1];
	return name !== undefined && isSecretName(name) ? kindOfName(name) : undefined;
}

function maskWhole(text: string, kind: string): { text: string; redacted: boolean } {
	if (text === "" || text.startsWith(MASK)) return { text, redacted: false };
	return hasExpansion(text) ? redact(text) : { text: mask(kind, text.length), redacted: true };
}

/** The length is rounded up: the exact one helps guessing. */
function mask(kind: string, length: number): string {
	return `${MASK}${kind}~${Math.ceil(length / 8) * 8}]`;
}

/** Ranges that overlap become one. */
function merged(ranges: Range[]): Range[] {
	const result: Range[] = [];
	for (const range of ranges.sort((a, b) => a.start - b.start || Number(b.byShape) - Number(a.byShape))) {
		const last = result.at(-1);
		if (last === undefined || range.start >= last.end) {
			result.push({ ...range });
			continue;
		}
		last.end = Math.max(last.end, range.end);
		if (range.byShape && !last.byShape) Object.assign(last, { kind: range.kind, byShape: true });
	}
	return result;
}

/** Words of a text as a shell would split it, looked at once each: asked for in rising order. */
class Words {
	readonly #text: string;
	#end = 0;
	#expands = false;

	constructor(text: string) {
		this.#text = text;
	}

	/** True when a word that the range touches has an expansion. */
	expands(start: number, end: number): boolean {
		if (start < this.#end && end <= this.#end) return this.#expands;
		const before = start < this.#end && this.#expands;
		const from = Math.max(this.#start(start), Math.min(this.#end, start));
		const ends = /[\s;|&<>(),]|$/g;
		ends.lastIndex = end;
		const to = ends.exec(this.#text)?.index ?? this.#text.length;
		// One more character: the bracket of "$(" ends a word, and one before it shows that a word began with "$(".
		this.#expands = before || hasExpansion(this.#text.slice(Math.max(0, from - 1), to + 1));
		this.#end = to;
		return this.#expands;
	}

	/** Where the word begins, not looking behind what was looked at before. */
	#start(at: number): number {
		let from = at;
		while (from > this.#end && !/[\s;|&<>(,]/.test(this.#text[from - 1] as string)) from--;
		return from > 0 && this.#text[from - 1] === "(" ? from - 1 : from;
	}
}
