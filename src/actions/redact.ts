// Masks secrets before anything is logged, exported or sent (DESIGN 2.8). It finds common shapes and names, and what the
// user's own patterns match, not every secret. What stays: that there was one, its kind, and about how long it was.
//
// A mask must not hide what an action does: a word with an expansion ($NAME, $(...), backticks) is never masked, because
// its effect is not in its letters.
import type { Json, JsonObject } from "../protocol/canonical.ts";
import { blocks } from "./redactBlocks.ts";
import { calls, commands, setters } from "./redactCommands.ts";
import { customRanges, onPatterns } from "./redactCustom.ts";
import { noteSecret } from "./redactDigests.ts";
import { hereStrings, piped } from "./redactInputs.ts";
import { keyBlocks } from "./redactKeys.ts";
import { isSecretName, kindOfName } from "./redactNames.ts";
import { assignments, headers, options, urls } from "./redactPlaces.ts";
import { mask, maskable, type Range } from "./redactRanges.ts";
import {
	awsKeys,
	connectionStrings,
	elements,
	encodedPairs,
	netrc,
	pairs,
	pgpass,
	redisConfig,
	sql,
} from "./redactRecords.ts";
import { schemes, shapes } from "./redactShapes.ts";
import { hasExpansion, isMasked, type Report } from "./redactValues.ts";
import { viewOf, visible } from "./redactView.ts";
import { words } from "./redactWords.ts";

/** Short texts that hold no secret, because most of what an agent sends it sends again: names, paths, its folder. */
const clean = new Set<string>();
const CLEAN_CHARS = 256;
const CLEAN_TEXTS = 4000;
onPatterns(() => clean.clear());

/** How a text is read. */
export interface Reading {
	/** Nobody runs it: a prompt, a result. There a backtick is a quotation mark, and what it quotes may be masked. */
	prose?: boolean;
}

/**
 * Masks the secrets of a text. Linear in its length, whatever it holds. Redacting twice changes nothing more, unless a
 * pattern of the user's matches what a mask made of its surroundings.
 */
export function redact(text: string, { prose = false }: Reading = {}): { text: string; redacted: boolean } {
	if (prose) return search(text, true);
	if (clean.has(text)) return { text, redacted: false };
	const result = search(text, false);
	if (!result.redacted && text.length <= CLEAN_CHARS) {
		if (clean.size >= CLEAN_TEXTS) clean.clear();
		clean.add(text);
	}
	return result;
}

const PLACES = [
	...[keyBlocks, urls, headers, schemes, assignments, options],
	...[commands, words, setters, calls, piped, hereStrings],
	...[blocks, sql, awsKeys, netrc, redisConfig, pgpass, encodedPairs, connectionStrings, elements, pairs],
];

function search(text: string, prose: boolean): { text: string; redacted: boolean } {
	const parts: string[] = [];
	let done = 0;
	for (const { start, end, kind } of secretsIn(text, prose)) {
		parts.push(text.slice(done, start), mask(kind, end - start));
		done = end;
	}
	return { text: parts.join("") + text.slice(done), redacted: done > 0 };
}

/**
 * Masks the secrets of a text that is cut into lines, which stay as many: a key that spans some of them is masked in each.
 * @param lines with their line breaks, if they have any; without, they are taken to follow each other all the same
 */
export function redactLines(lines: readonly string[]): { lines: string[]; redacted: boolean } {
	const whole = lines.map((line) => (/[\r\n]$/.test(line) ? line : `${line}\n`));
	const ranges = secretsIn(whole.join(""), false);
	let at = 0;
	let next = 0;
	const masked = lines.map((line, index) => {
		const from = at;
		at += (whole[index] as string).length;
		const to = from + line.replace(/[\r\n]+$/, "").length;
		let text = "";
		let done = from;
		for (let range = ranges[next]; range !== undefined && range.start < at; range = ranges[++next]) {
			const start = Math.max(from, range.start);
			const end = Math.min(to, range.end);
			if (end > start) {
				text += line.slice(done - from, start - from) + mask(range.kind, end - start);
				done = end;
			}
			if (range.end > at) break;
		}
		return text + line.slice(done - from);
	});
	return { lines: masked, redacted: ranges.length > 0 };
}

/** What is to be masked of a text, in order. */
function secretsIn(text: string, prose: boolean): Range[] {
	const ranges = customRanges(text);
	find(text, (start, end, kind, byShape) => ranges.push({ start, end, kind, byShape }));
	const view = viewOf(text);
	if (view !== undefined)
		find(view.text, (start, end, kind, byShape) => {
			const [from, to] = view.range(start, end);
			ranges.push({ start: from, end: to, kind, byShape });
		});
	if (ranges.length === 0) return [];
	const result = maskable(text, ranges, prose);
	for (const { start, end, kind } of result) noteSecret(kind, text.slice(start, end));
	return result;
}

function find(text: string, report: (start: number, end: number, kind: string, byShape: boolean) => void): void {
	shapes(text, (start, end, kind) => report(start, end, kind, true));
	const byPlace: Report = (start, end, kind) => {
		if (end > start) report(start, end, kind, false);
	};
	for (const one of PLACES) one(text, byPlace);
}

/** Thrown for values nested deeper than any honest tool input. */
export class TooDeepError extends Error {
	override name = "TooDeepError";
}

const MAX_DEPTH = 500;

/**
 * Masks the secrets in all strings and member names of a JSON value; a string under a secret name ("password") is masked
 * whole, and so is the item after a secret option ("--token") in a list and the value beside a secret name.
 * @throws TooDeepError
 */
export function redactJson<T extends Json>(value: T, reading: Reading = {}): { value: T; redacted: boolean } {
	let redacted = false;
	const walk = (part: Json, whole: string | undefined, depth: number): Json => {
		if (depth > MAX_DEPTH) throw new TooDeepError("the value is nested too deep to be searched for secrets");
		if (typeof part === "string") {
			const result = whole === undefined ? redact(part, reading) : maskWhole(part, whole, reading);
			redacted ||= result.redacted;
			return result.text;
		}
		if (part === null || typeof part !== "object") return part;
		if (Array.isArray(part)) return part.map((item, at) => walk(item, optionBefore(part, at), depth + 1));
		const named = nameOf(part);
		const members: [string, Json][] = [];
		for (const [name, member] of Object.entries(part)) {
			const safeName = redact(name, reading);
			redacted ||= safeName.redacted;
			const seen = visible(name);
			const whole = isSecretName(seen) ? kindOfName(seen) : /^value$/i.test(name) ? named : undefined;
			members.push([safeName.text, walk(member, whole, depth + 1)]);
		}
		return distinct(members);
	};
	return { value: walk(value, undefined, 0) as T, redacted };
}

/** {name: "DB_PASSWORD", value: ...}: the kind of that value. */
function nameOf(part: JsonObject): string | undefined {
	const name = part.name ?? part.Name ?? part.key ?? part.Key;
	return typeof name === "string" && isSecretName(visible(name)) ? kindOfName(visible(name)) : undefined;
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

function maskWhole(text: string, kind: string, reading: Reading): { text: string; redacted: boolean } {
	if (text === "" || isMasked(text)) return { text, redacted: false };
	if (hasExpansion(text)) return redact(text, reading);
	noteSecret(kind, text);
	return { text: mask(kind, text.length), redacted: true };
}
