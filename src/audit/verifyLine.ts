// Reading a line of a segment from its bytes, for the verifier: several times as fast as `openLine`, and as strict.
//
// The body is looked at byte by byte instead of parsed, head and body are hashed as they stand, and what follows the body
// has one fixed shape: `,"hash":"<64>","head":{...},"prev":"<64>"}`. Whatever does not fit (a spelling that is not
// canonical, a hash that does not match, but also an unusual head, or a body that was left out) is given to `openLine`,
// whose word it is. So a line is good here only if it is good there, and everything else is told in the same words.
import { hash as digest } from "node:crypto";
import { type Entry, type EntryHead, GENESIS, type Opened, openLine } from "./chain.ts";
import { AGENT_TYPES, isPersonal, PERSONAL_TYPES } from "./entry.ts";
import { END_SHIFT, HAS_DIGEST, HAS_PERSON, HAS_SIZE, NOT_CANONICAL, scanCanonical } from "./verifyCanonical.ts";

/** A good line. Time and body are read only when they are asked for, and only while the line's bytes are there. */
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
	/** The same line with bytes of its own. */
	kept(): GoodLine;
}

export type OpenedLine = { state: "good"; entry: GoodLine } | Exclude<Opened, { state: "good" }>;

/** Opens the line in `bytes` from `from` to `to` (its line break, or the end). The bytes must be valid UTF-8. */
export function openBytes(bytes: Buffer, from: number, to: number): OpenedLine {
	const entry = openQuick(bytes, from, to);
	return entry === undefined ? openStrict(bytes, from, to) : { state: "good", entry };
}

/** The same for what `openQuick` has refused. */
export function openStrict(bytes: Buffer, from: number, to: number): OpenedLine {
	const opened = openLine(bytes.toString("utf8", from, to));
	if (opened.state !== "good") return opened;
	const { head, hash, prev, body } = opened.entry;
	const bodiless = body === undefined;
	const personal = !bodiless && isPersonal(head.type, JSON.stringify(body));
	const entry: GoodLine = {
		head,
		hash,
		prev,
		bodiless,
		mayNameEvidence: true,
		personal,
		body: () => body,
		kept: () => entry,
	};
	return { state: "good", entry };
}

const BODY = Buffer.from('{"body":');
const HASH = Buffer.from(',"hash":"');
const MONO = Buffer.from('","head":{"mono":');
const SEQ = Buffer.from(',"seq":');
const SESSION = Buffer.from(',"session":"');
const QUOTE = Buffer.from('"');
const TIME = Buffer.from(',"time":"');
const TYPE = Buffer.from('","type":"');
const PREV = Buffer.from('","v":1},"prev":"');
const END = Buffer.from('"}');
const HEAD_AT = '","head":'.length;
const HEAD_TO_PREV = ',"prev":"'.length;
const NEWLINE = 10;

/** Hex digits in lower case. */
const IS_HEX = new Uint8Array(256);
for (const digit of "0123456789abcdef") IS_HEX[digit.charCodeAt(0)] = 1;
/** Stands for itself in a string: printable ASCII but quote and backslash. */
const IS_PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f);
IS_PLAIN[0x22] = 0;
IS_PLAIN[0x5c] = 0;

/** What the hash of an entry is made from: prev, hash of the head, hash of the body, in hex. */
const hashed = Buffer.alloc(192);
/** Hash of the good line that was opened last: most often the next one's `prev`, which then need not be made. */
let lastHash = GENESIS;

/** A line of the usual shape. It is its own head. */
class QuickLine implements GoodLine {
	readonly bodiless = false;
	readonly seq: number;
	readonly type: string;
	readonly hash: string;
	readonly prev: string;
	readonly mayNameEvidence: boolean;
	readonly personal: boolean;
	/** Its line break. */
	readonly to: number;
	readonly #bytes: Buffer;
	readonly #from: number;
	readonly #bodyTo: number;
	readonly #timeFrom: number;

	constructor(
		bytes: Buffer,
		{ from, bodyTo, timeFrom, to }: { from: number; bodyTo: number; timeFrom: number; to: number },
		{ seq, type, hash, prev }: { seq: number; type: string; hash: string; prev: string },
		mayNameEvidence: boolean,
		personal: boolean,
	) {
		this.#bytes = bytes;
		this.#from = from;
		this.#bodyTo = bodyTo;
		this.#timeFrom = timeFrom;
		this.to = to;
		this.seq = seq;
		this.type = type;
		this.hash = hash;
		this.prev = prev;
		this.mayNameEvidence = mayNameEvidence;
		this.personal = personal;
	}

	get head(): this {
		return this;
	}

	get time(): string {
		return this.#bytes.toString("latin1", this.#timeFrom, plainEnd(this.#bytes, this.#timeFrom));
	}

	body(): NonNullable<Entry["body"]> {
		return JSON.parse(this.#bytes.toString("utf8", this.#from + BODY.length, this.#bodyTo)) as NonNullable<
			Entry["body"]
		>;
	}

	kept(): GoodLine {
		const bytes = Buffer.from(this.#bytes.subarray(this.#from, this.to));
		const from = this.#from;
		const places = { from: 0, bodyTo: this.#bodyTo - from, timeFrom: this.#timeFrom - from, to: bytes.length };
		return new QuickLine(bytes, places, this, this.mayNameEvidence, this.personal);
	}
}

/**
 * Opens the line that begins at `from`, without looking for its end before. The bytes must be valid UTF-8.
 * @param end where it must end; when absent, at a line break
 * @returns undefined when it is no good line, or not a usual one: that is for `openStrict` to say
 */
export function openQuick(bytes: Buffer, from: number, end?: number): QuickLine | undefined {
	const bodyFrom = behind(bytes, from, BODY);
	if (bodyFrom < 0 || bytes[bodyFrom] !== 0x7b) return undefined;
	const scanned = scanCanonical(bytes, bodyFrom);
	if (scanned === NOT_CANONICAL) return undefined;
	const bodyTo = scanned >> END_SHIFT;

	const hashFrom = behind(bytes, bodyTo, HASH);
	const headFrom = hashFrom + 64 + HEAD_AT;
	const monoTo = countEnd(bytes, behind(bytes, hashFrom < 0 ? -1 : hashFrom + 64, MONO));
	const seqFrom = behind(bytes, monoTo, SEQ);
	const seqTo = countEnd(bytes, seqFrom);
	const sessionFrom = behind(bytes, seqTo, SESSION);
	const timeFrom = behind(bytes, sessionFrom < 0 ? seqTo : behind(bytes, plainEnd(bytes, sessionFrom), QUOTE), TIME);
	const typeFrom = behind(bytes, plainEnd(bytes, timeFrom), TYPE);
	const typeTo = plainEnd(bytes, typeFrom);
	const prevFrom = behind(bytes, typeTo, PREV);
	const to = prevFrom < 0 ? -1 : behind(bytes, prevFrom + 64, END);
	if (to < 0 || (end === undefined ? bytes[to] !== NEWLINE : to !== end)) return undefined;

	const prev = prevAt(bytes, prevFrom);
	if (prev === undefined) return undefined;
	hashed.write(prev, 0, "latin1");
	hashed.write(digest("sha256", bytes.subarray(headFrom, prevFrom - HEAD_TO_PREV), "hex"), 64, "latin1");
	hashed.write(digest("sha256", bytes.subarray(bodyFrom, bodyTo), "hex"), 128, "latin1");
	const hash = digest("sha256", hashed, "hex");
	if (hash !== bytes.toString("latin1", hashFrom, hashFrom + 64)) return undefined;
	lastHash = hash;
	const type = typeAt(bytes, typeFrom, typeTo);
	const personal = ((scanned & HAS_PERSON) !== 0 && !AGENT_TYPES.has(type)) || PERSONAL_TYPES.has(type);
	const places = { from, bodyTo, timeFrom, to };
	const names = HAS_DIGEST | HAS_SIZE;
	const head = { seq: number(bytes, seqFrom, seqTo), type, hash, prev };
	return new QuickLine(bytes, places, head, (scanned & names) === names, personal);
}

/** The hash that the line names as the one before; undefined when it is not written as one. */
function prevAt(bytes: Buffer, from: number): string | undefined {
	const prev = bytes.toString("latin1", from, from + 64);
	if (prev === lastHash) return lastHash;
	for (let at = from; at < from + 64; at++) if (IS_HEX[bytes[at] ?? 0] !== 1) return undefined;
	return prev;
}

function isAt(bytes: Buffer, from: number, ascii: string): boolean {
	for (let at = 0; at < ascii.length; at++) if (bytes[from + at] !== ascii.charCodeAt(at)) return false;
	return true;
}

/** A log has a few types: each is made into a string once, and not for each line. */
const types: string[] = new Array(64).fill("");
const MAX_TYPE = 32;

function typeAt(bytes: Buffer, from: number, to: number): string {
	const length = to - from;
	if (length > MAX_TYPE || length < 2) return bytes.toString("latin1", from, to);
	const slot = ((bytes[to - 1] ?? 0) + 7 * (bytes[to - 2] ?? 0) + 31 * length) & 63;
	const known = types[slot] ?? "";
	if (known.length === length && isAt(bytes, from, known)) return known;
	const type = bytes.toString("latin1", from, to);
	types[slot] = type;
	return type;
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
