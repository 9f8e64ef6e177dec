// One line of a journal and the hash that chains it to the line before (DESIGN 10).
//
//   line = JCS({body, hash, head, prev}) + "\n"
//   hash = hex SHA-256( ASCII( prev + hex SHA-256(JCS(head)) + hex SHA-256(JCS(body)) ) )
//
// Head and body are hashed apart so that an export can leave a body out (as `bodyHash`) and still be checked.
import { hash as digest, randomFillSync } from "node:crypto";
import { canonical, type JsonObject } from "../protocol/canonical.ts";
import { parseByHand } from "./chainJson.ts";

/** `prev` of the first entry of every segment. */
export const GENESIS = "0".repeat(64);

/**
 * Longest line a journal takes, in bytes, without its line break: room for the largest payload a gate takes (5.5 MB).
 * Readers use it too, so that a hostile file cannot make them hold more.
 */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** The part of an entry that is never left out. */
export interface EntryHead {
	v: 1;
	/** 1-based and without gaps: the line number in its segment. */
	seq: number;
	/** ISO time by the wall clock, which may jump either way. */
	time: string;
	/** Milliseconds by a clock that only goes forward, comparable within one boot of the machine. */
	mono: number;
	type: string;
	session?: string;
}

/** An entry as read. Exactly one of body and bodyHash is there. */
export interface Entry {
	head: EntryHead;
	body?: JsonObject;
	bodyHash?: string;
	hash: string;
	prev: string;
}

const sha256 = (text: string): string => digest("sha256", text, "hex");

/** The hash of an entry from the JCS texts of its parts. */
export function entryHash(prev: string, headJson: string, bodyHash: string): string {
	return sha256(prev + sha256(headJson) + bodyHash);
}

/** Asking the system for 16 bytes at a time was a twentieth of a decision: they are taken from a block, each once. */
const pool = Buffer.alloc(4096);
let used = pool.length;

function salt(): string {
	if (used + 16 > pool.length) {
		randomFillSync(pool);
		used = 0;
	}
	used += 16;
	return pool.toString("hex", used - 16, used);
}

/**
 * The JCS text of a body with its salt: 16 random bytes, so that a left-out body cannot be found by guessing.
 * @throws CanonicalError, RangeError (nested too deep)
 */
export function saltedBody(body: object): string {
	return canonical({ ...body, salt: salt() });
}

/** The JCS text of a head that is well-formed, spelled out because every entry passes here: a third of what `canonical` takes. */
function headText({ mono, seq, session, time, type, v }: EntryHead): string {
	const said = session === undefined ? "" : `"session":${JSON.stringify(session)},`;
	return `{"mono":${mono},"seq":${seq},${said}"time":"${time}","type":${JSON.stringify(type)},"v":${v}}`;
}

/** The line (with its line break) and hash of an entry. `bodyJson` must be JCS text. */
export function seal(prev: string, head: EntryHead, bodyJson: string): { line: string; hash: string } {
	const headJson = headText(head);
	const hash = entryHash(prev, headJson, sha256(bodyJson));
	return { line: `{"body":${bodyJson},"hash":"${hash}","head":${headJson},"prev":"${prev}"}\n`, hash };
}

export type Opened =
	/** A line in the one form it can have, whose hash fits its content. Whether it is in its place is the chain's matter. */
	| { state: "good"; entry: Entry }
	/** An entry by its shape, but changed: not in canonical form, or the hash does not fit. */
	| { state: "altered"; entry: Entry; why: string }
	/** Not an entry at all. */
	| { state: "unparsable"; why: string };

/** Reads one line (without its line break) and checks that it is exactly what `seal` makes of its content. */
export function openLine(text: string): Opened {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return { state: "unparsable", why: "not JSON" };
	}
	const opened = openValue(value, text);
	if (opened.state !== "altered" || opened.why !== NOT_CANONICAL) return opened;
	const again = openValue(parseByHand(text), text);
	return again.state === "good" ? again : opened;
}

const NOT_CANONICAL = "the line is not in canonical form";

function openValue(value: unknown, text: string): Opened {
	if (!isEntry(value)) return { state: "unparsable", why: "not an entry" };
	const entry = value;
	let headJson: string;
	let bodyPart: string;
	let bodyHash: string;
	try {
		headJson = canonical(entry.head);
		if (entry.bodyHash !== undefined) {
			bodyHash = entry.bodyHash;
			bodyPart = `"bodyHash":"${bodyHash}"`;
		} else {
			const bodyJson = canonical(entry.body);
			bodyHash = sha256(bodyJson);
			bodyPart = `"body":${bodyJson}`;
		}
	} catch (error) {
		return { state: "altered", entry, why: error instanceof Error ? error.message : String(error) };
	}
	// Comparing the whole text catches what parsing forgives: white space, duplicate keys, other spellings of one value.
	if (text !== `{${bodyPart},"hash":"${entry.hash}","head":${headJson},"prev":"${entry.prev}"}`)
		return { state: "altered", entry, why: NOT_CANONICAL };
	if (entryHash(entry.prev, headJson, bodyHash) !== entry.hash)
		return { state: "altered", entry, why: "the hash does not fit the content" };
	return { state: "good", entry };
}

const HEX64 = /^[0-9a-f]{64}$/;

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): value is Entry {
	if (!isObject(value)) return false;
	const { head, body, bodyHash, hash, prev } = value;
	if (typeof hash !== "string" || !HEX64.test(hash) || typeof prev !== "string" || !HEX64.test(prev)) return false;
	if (body === undefined ? typeof bodyHash !== "string" || !HEX64.test(bodyHash) : !isObject(body)) return false;
	if (body !== undefined && bodyHash !== undefined) return false;
	return (
		isObject(head) &&
		head.v === 1 &&
		Number.isSafeInteger(head.seq) &&
		typeof head.time === "string" &&
		typeof head.mono === "number" &&
		typeof head.type === "string" &&
		(head.session === undefined || typeof head.session === "string")
	);
}
