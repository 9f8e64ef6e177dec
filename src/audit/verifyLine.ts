// Reading a line of a segment from its bytes, for the verifier: several times as fast as `openLine`, and as strict.
//
// The body is looked at byte by byte instead of parsed, head and body are hashed as they stand, and what follows the body
// has one fixed shape: `,"hash":"<64>","head":{...},"prev":"<64>"}`. Whatever does not fit (a spelling that is not
// canonical, a hash that does not match, but also an unusual head, or a body that was left out) is given to `openLine`,
// whose word it is. So a line is good here only if it is good there, and everything else is told in the same words.
import { hash as digest } from "node:crypto";
import { type Entry, type EntryHead, type Opened, openLine } from "./chain.ts";
import { isPersonal } from "./entry.ts";
import { END_SHIFT, HAS_DIGEST, HAS_SIZE, NOT_CANONICAL, scanCanonical } from "./verifyCanonical.ts";

/** A good line. Its body is read only when it is asked for, and only while the line's bytes are there. */
export interface GoodLine {
	head: Pick<EntryHead, "seq" | "type" | "time">;
	hash: string;
	prev: string;
	/** The body was left out. */
	bodiless: boolean;
	/** False when no object in the body can name a piece of evidence. */
	mayNameEvidence: boolean;
	/** It holds what a person decided. */
	personal: boolean;
	/** Undefined when it was left out. */
	body(): Entry["body"];
}

export type OpenedLine = { state: "good"; entry: GoodLine } | Exclude<Opened, { state: "good" }>;

/** Opens the line in `bytes` from `from` to `to` (its line break, or the end). The bytes must be valid UTF-8. */
export function openBytes(bytes: Buffer, from: number, to: number): OpenedLine {
	const entry = openFast(bytes, from, to);
	return entry === undefined ? openStrict(bytes.toString("utf8", from, to)) : { state: "good", entry };
}

function openStrict(text: string): OpenedLine {
	const opened = openLine(text);
	if (opened.state !== "good") return opened;
	const { head, hash, prev, body } = opened.entry;
	const bodiless = body === undefined;
	const personal = !bodiless && isPersonal(head.type, JSON.stringify(body));
	return { state: "good", entry: { head, hash, prev, bodiless, mayNameEvidence: true, personal, body: () => body } };
}

const BODY = Buffer.from('{"body":');
const HASH = Buffer.from(',"hash":"');
const MONO = Buffer.from('","head":{"mono":');
const BY_PERSON = Buffer.from('"by":"person"');
const SEQ = Buffer.from(',"seq":');
const SESSION = Buffer.from(',"session":"');
const QUOTE = Buffer.from('"');
const TIME = Buffer.from(',"time":"');
const TYPE = Buffer.from('","type":"');
const PREV = Buffer.from('","v":1},"prev":"');
const END = Buffer.from('"}');
const HEAD_AT = '","head":'.length;
const HEAD_TO_PREV = ',"prev":"'.length;

/** Hex digits in lower case. */
const IS_HEX = new Uint8Array(256);
for (const digit of "0123456789abcdef") IS_HEX[digit.charCodeAt(0)] = 1;
/** Stands for itself in a string: printable ASCII but quote and backslash. */
const IS_PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f);
IS_PLAIN[0x22] = 0;
IS_PLAIN[0x5c] = 0;

/** What the hash of an entry is made from: prev, hash of the head, hash of the body, in hex. */
const hashed = Buffer.alloc(192);

/** Undefined: not a good line, or not a usual one. */
function openFast(bytes: Buffer, from: number, to: number): GoodLine | undefined {
	let at = behind(bytes, from, BODY);
	if (at < 0 || bytes[at] !== 0x7b) return undefined;
	const bodyFrom = at;
	const scanned = scanCanonical(bytes, bodyFrom);
	if (scanned === NOT_CANONICAL) return undefined;
	const bodyTo = scanned >> END_SHIFT;

	const hashFrom = behind(bytes, bodyTo, HASH);
	const headFrom = hashFrom + 64 + HEAD_AT;
	at = countEnd(bytes, behind(bytes, hashFrom < 0 ? -1 : hashFrom + 64, MONO));
	const seqFrom = behind(bytes, at, SEQ);
	const seqTo = countEnd(bytes, seqFrom);
	const sessionFrom = behind(bytes, seqTo, SESSION);
	const timeFrom = behind(bytes, sessionFrom < 0 ? seqTo : behind(bytes, plainEnd(bytes, sessionFrom), QUOTE), TIME);
	const timeTo = plainEnd(bytes, timeFrom);
	const typeFrom = behind(bytes, timeTo, TYPE);
	const typeTo = plainEnd(bytes, typeFrom);
	const prevFrom = behind(bytes, typeTo, PREV);
	if (prevFrom < 0 || behind(bytes, prevFrom + 64, END) !== to) return undefined;
	for (let digit = prevFrom; digit < prevFrom + 64; digit++) if (IS_HEX[bytes[digit] ?? 0] !== 1) return undefined;

	bytes.copy(hashed, 0, prevFrom, prevFrom + 64);
	hashed.write(digest("sha256", bytes.subarray(headFrom, prevFrom - HEAD_TO_PREV), "hex"), 64, "latin1");
	hashed.write(digest("sha256", bytes.subarray(bodyFrom, bodyTo), "hex"), 128, "latin1");
	const hash = digest("sha256", hashed, "hex");
	if (hash !== bytes.toString("latin1", hashFrom, hashFrom + 64)) return undefined;
	const names = HAS_DIGEST | HAS_SIZE;
	const type = bytes.toString("latin1", typeFrom, typeTo);
	return {
		head: {
			seq: number(bytes, seqFrom, seqTo),
			type,
			time: bytes.toString("latin1", timeFrom, timeTo),
		},
		hash,
		prev: bytes.toString("latin1", prevFrom, prevFrom + 64),
		bodiless: false,
		mayNameEvidence: (scanned & names) === names,
		personal: type === "action.decided" ? bytes.subarray(bodyFrom, bodyTo).includes(BY_PERSON) : isPersonal(type, ""),
		body: () => JSON.parse(bytes.toString("utf8", bodyFrom, bodyTo)) as NonNullable<Entry["body"]>,
	};
}

// The steps of the way through a line. Each begins at an offset and gives the one behind what it takes; -1 is "no", and
// stays so in the steps that follow.

function behind(bytes: Buffer, from: number, word: Buffer): number {
	if (from < 0) return -1;
	for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return -1;
	return from + word.length;
}

/** A count in the one way it can be written. */
function countEnd(bytes: Buffer, from: number): number {
	if (from < 0) return -1;
	let at = from;
	for (let digit = bytes[at] ?? 0; digit >= 0x30 && digit <= 0x39; digit = bytes[at] ?? 0) at++;
	const digits = at - from;
	return digits === 0 || digits > 15 || (digits > 1 && bytes[from] === 0x30) ? -1 : at;
}

/** A string's text up to its quote, if nothing in it is escaped. */
function plainEnd(bytes: Buffer, from: number): number {
	if (from < 0) return -1;
	let at = from;
	while (IS_PLAIN[bytes[at] ?? 0] === 1) at++;
	return bytes[at] === 0x22 ? at : -1;
}

function number(bytes: Buffer, from: number, to: number): number {
	let value = 0;
	for (let at = from; at < to; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30;
	return value;
}
