// `openLine`, faster for the lines a journal writes: the hashes are taken of the line's own text, which is compared with
// its content by the engine's serializer. Whatever is unusual in any way is left to `openLine`, so both always agree.
import { hash as digest } from "node:crypto";
import { type Entry, openLine } from "./chain.ts";
import type { Line } from "./lines.ts";
import type { ReadLine } from "./read.ts";

/** Text of a line with what it says. */
export interface TextLine extends ReadLine {
	/** Without the line break; "" for a line that is too long or not UTF-8. */
	text: string;
}

/** A line of a segment as `readSegment` gives it, with its text. */
export function textLine(segment: string, { number: line, offset, bytes, text, ended }: Line): TextLine {
	const at = { segment, line, offset, bytes, ended };
	if (text === undefined) return { ...at, text: "", problem: "the line is too long or not text" };
	const entry = ended ? quickOpen(text) : undefined;
	// Written out: this is nearly every line.
	if (entry !== undefined) return { segment, line, offset, bytes, ended, text, entry };
	const opened = openLine(text);
	if (opened.state === "unparsable") return { ...at, text, problem: ended ? opened.why : "the line is cut short" };
	if (opened.state === "altered") return { ...at, text, entry: opened.entry, problem: opened.why };
	return { ...at, text, entry: opened.entry, ...(ended ? {} : { problem: "the line break is missing" }) };
}

const START = '{"body":';
const HEAD = '","head":{';
/** `,"prev":"`, 64 digits, `"}` */
const TAIL = 75;
/** `,"hash":"`, 64 digits */
const HASH = 73;
const HEX64 = /^[0-9a-f]{64}$/;
const LONE = /\\u[dD][89a-fA-F]/;
const MAX_DEPTH = 60;

/** The entry when `openLine` would call the line good; undefined when it has to look itself. */
export function quickOpen(text: string): Entry | undefined {
	if (!text.startsWith(START)) return undefined;
	const headEnd = text.length - TAIL;
	const headAt = text.lastIndexOf(HEAD, headEnd);
	if (headAt < START.length + HASH) return undefined;
	// A lone surrogate can only be written as an escape here, and has no canonical form.
	if (text.includes("\\u") && LONE.test(text)) return undefined;
	let entry: Entry;
	try {
		entry = JSON.parse(text);
	} catch {
		return undefined;
	}
	// The same text means: no white space, no duplicate members, every value in its one spelling.
	if (!isEntry(entry) || JSON.stringify(entry) !== text || !sorted(entry, 0)) return undefined;
	const bodyHash = sha256(text.slice(START.length, headAt - HASH));
	const headHash = sha256(text.slice(headAt + HEAD.length - 1, headEnd));
	return sha256(entry.prev + headHash + bodyHash) === entry.hash ? entry : undefined;
}

function sha256(text: string): string {
	return digest("sha256", text, "hex");
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As `openLine` wants it, with a body and no other members; their order makes sure that the text is cut where they begin. */
function isEntry(entry: Entry): boolean {
	const { head, hash, prev, body } = entry;
	if (Object.keys(entry).length !== 4 || !isObject(body) || !isObject(head)) return false;
	if (typeof hash !== "string" || hash.length !== 64 || typeof prev !== "string" || !HEX64.test(prev)) return false;
	return (
		head.v === 1 &&
		Number.isSafeInteger(head.seq) &&
		typeof head.time === "string" &&
		typeof head.mono === "number" &&
		typeof head.type === "string" &&
		(head.session === undefined || typeof head.session === "string")
	);
}

/** Whether the members of all objects stand in order, as canonical JSON has them. */
function sorted(value: object, depth: number): boolean {
	if (depth > MAX_DEPTH) return false;
	if (Array.isArray(value)) {
		for (const one of value) if (typeof one === "object" && one !== null && !sorted(one, depth + 1)) return false;
		return true;
	}
	let before = "";
	for (const name in value) {
		if (name < before) return false;
		before = name;
		const one = (value as Record<string, unknown>)[name];
		if (typeof one === "object" && one !== null && !sorted(one, depth + 1)) return false;
	}
	return true;
}
