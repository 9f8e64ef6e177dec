// Patterns of the user's own, in RE2 syntax and with its engine: whatever an agent sends, a search ends in a time that grows
// with the length of the text. The engine is loaded when there are patterns.
import type { RE2JS } from "re2js";
import type { Range } from "./redactRanges.ts";

/** What is wrong with a pattern, in the words of the engine or of this file: arguments of a sentence. */
export interface PatternProblem {
	/** Place in the list, from 0. */
	index: number;
	why: string;
}

const MAX_PATTERNS = 100;
/** Characters of one. */
const MAX_LENGTH = 500;
/** Steps of one, compiled: each character of a text may cost as many. */
const MAX_SIZE = 600;

let compiled: readonly RE2JS[] = [];
let sources: readonly string[] = [];
/** Asked for last: an earlier list that is still loading must not take its place. */
let asked: readonly string[] = [];
const changed = new Set<() => void>();

/**
 * Takes a list of patterns; what they match is masked, kind "custom", beside all that is masked anyway. Those with a
 * problem are left out, the others hold. Resolves when they do.
 * @throws Error when the engine cannot be loaded
 */
export async function setUserPatterns(list: readonly string[]): Promise<PatternProblem[]> {
	asked = list;
	const problems: PatternProblem[] = [];
	const good: { source: string; pattern: RE2JS }[] = [];
	if (list.length > 0) {
		const { RE2JS: Engine } = await import("re2js");
		for (const [index, source] of list.entries()) {
			const read = index >= MAX_PATTERNS ? `more than ${MAX_PATTERNS} patterns` : compile(Engine, source);
			if (typeof read === "string") problems.push({ index, why: read });
			else good.push({ source, pattern: read });
		}
	}
	if (asked !== list) return problems;
	compiled = good.map(({ pattern }) => pattern);
	sources = good.map(({ source }) => source);
	for (const tell of changed) tell();
	return problems;
}

/** The patterns in force, for a thread that is to mask the same. */
export function userPatterns(): readonly string[] {
	return sources;
}

/** Calls back whenever other patterns are in force. */
export function onPatterns(tell: () => void): void {
	changed.add(tell);
}

function compile(engine: typeof RE2JS, source: string): RE2JS | string {
	if (typeof source !== "string") return "not a text";
	if (source.length > MAX_LENGTH) return `longer than ${MAX_LENGTH} characters`;
	try {
		const pattern = engine.compile(source);
		if (pattern.programSize() > MAX_SIZE) return "too large when compiled: use smaller counts";
		const matchesNothing = ["", "a", " a1 \n"].some((text) => {
			const found = pattern.matcher(text);
			while (found.find()) if (found.start() === found.end()) return true;
			return false;
		});
		return matchesNothing ? "matches the empty text" : pattern;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** Searches that may look at all that is left of a text; a text that costs more is searched in windows. */
const WHOLE = 32;
/** Characters. */
const WINDOW = 256;
/** Characters that may be looked at in windows, for each character of the text. */
const WINDOWED = 160;

/** What the user's patterns match. Linear in the length of the text for each of them. */
export function customRanges(text: string): Range[] {
	return compiled.flatMap((pattern) => rangesOf(pattern, text));
}

/**
 * One search is linear, but not all of them: a pattern may look to the end of the text for each short match. So only some
 * may; then each sees a window, and when there were too many of those, all that is left is masked.
 */
function rangesOf(pattern: RE2JS, text: string): Range[] {
	const ranges: Range[] = [];
	const add = (start: number, end: number) => ranges.push({ start, end, kind: "custom", byShape: false });
	const whole = pattern.matcher(text);
	let at = 0;
	for (let spent = 0; spent <= WHOLE * text.length; spent += text.length - at) {
		if (!whole.find()) return ranges;
		if (whole.end() > whole.start()) add(whole.start(), whole.end());
		at = whole.end();
	}
	for (let spent = 0; at < text.length; spent += WINDOW) {
		if (spent > WINDOWED * text.length) {
			add(at, text.length);
			return ranges;
		}
		const found = pattern.matcher(text.slice(at, at + WINDOW));
		if (!found.find()) {
			at += WINDOW / 2;
			continue;
		}
		if (found.end() > found.start()) add(at + found.start(), at + found.end());
		at += Math.max(1, found.end());
	}
	return ranges;
}
