// One line of a segment as an entry: in the one form it can have, with the hash that fits (DESIGN 10).
import { canonical } from "../../src/protocol/canonical.ts";
import { sha256 } from "./bytes.ts";

export interface Head {
	v: number;
	seq: number;
	time: string;
	mono: number;
	type: string;
	session?: string;
}

export type Body = Record<string, unknown>;

export interface Entry {
	segment: string;
	line: number;
	head: Head;
	/** Absent where only its hash is in the bundle. */
	body?: Body;
	hash: string;
	prev: string;
}

const HEX64 = /^[0-9a-f]{64}$/;

/** The entry of a line, and why it is not what was written, if so. Without an entry it is none at all. */
export function openLine(text: string, segment: string, line: number): { entry?: Entry; problem?: string } {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return { problem: "this is not an entry" };
	}
	const opened = openValue(value, text, segment, line);
	if (opened.problem !== OTHER_FORM) return opened;
	const again = openValue(parseAsSpelled(text), text, segment, line);
	return again.problem === undefined ? again : opened;
}

const OTHER_FORM = "the line is not in the form it must have";

function openValue(value: unknown, text: string, segment: string, line: number): { entry?: Entry; problem?: string } {
	if (!isObject(value)) return { problem: "this is not an entry" };
	const { head, body, bodyHash, hash, prev } = value;
	if (!isHead(head) || !isHash(hash) || !isHash(prev)) return { problem: "this is not an entry" };
	if (body === undefined ? !isHash(bodyHash) : !isObject(body) || bodyHash !== undefined)
		return { problem: "this is not an entry" };
	const entry: Entry = { segment, line, head, hash, prev, ...(body === undefined ? {} : { body: body as Body }) };
	try {
		const headJson = canonical(head);
		const bodyJson = body === undefined ? "" : canonical(body);
		const hashOfBody = body === undefined ? String(bodyHash) : sha256(bodyJson);
		const part = body === undefined ? `"bodyHash":"${hashOfBody}"` : `"body":${bodyJson}`;
		if (text !== `{${part},"hash":"${hash}","head":${headJson},"prev":"${prev}"}`)
			return { entry, problem: OTHER_FORM };
		if (sha256(prev + sha256(headJson) + hashOfBody) !== hash)
			return { entry, problem: "the hash does not fit the content" };
	} catch {
		return { entry, problem: "the line has no canonical form" };
	}
	return { entry };
}

/**
 * JSON.parse for a text in which a browser may take a key that is spelled with an escape for another one (nodejs/node#63785):
 * such keys are replaced by plain ones first. Undefined when it cannot be read.
 */
function parseAsSpelled(text: string): unknown {
	let prefix = "k";
	while (text.includes(`"${prefix}`)) prefix += "k";
	const keys = new Map<string, string>();
	try {
		const plain = text.replace(/"([^"\\]*(?:\\.[^"\\]*)*)"(:?)/g, (all, spelled: string, colon: string) => {
			if (colon === "" || !spelled.includes("\\")) return all;
			const name = `${prefix}${keys.size}`;
			keys.set(name, JSON.parse(`"${spelled}"`) as string);
			return `"${name}":`;
		});
		return withKeys(JSON.parse(plain), keys);
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
		throw error;
	}
}

function withKeys(value: unknown, keys: ReadonlyMap<string, string>): unknown {
	if (Array.isArray(value)) return value.map((one) => withKeys(one, keys));
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [keys.get(name) ?? name, withKeys(one, keys)]));
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isHash(value: unknown): value is string {
	return typeof value === "string" && HEX64.test(value);
}

function isHead(head: unknown): head is Head {
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

/** An own member of an object. */
export function member(value: unknown, name: string): unknown {
	return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A member that is a text or a number, else "". */
export function str(value: unknown, name: string): string {
	const found = member(value, name);
	return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

export function list(value: unknown, name: string): unknown[] {
	const found = member(value, name);
	return Array.isArray(found) ? found : [];
}

/** Pieces of evidence a body names: objects with a digest and a size, except under `claimed`. */
export function* evidenceIn(value: unknown): Generator<{ digest: string; size: number }> {
	if (typeof value !== "object" || value === null) return;
	const { digest, size } = value as { digest?: unknown; size?: unknown };
	if (isHash(digest) && typeof size === "number") yield { digest, size };
	for (const [name, one] of Object.entries(value)) if (name !== "claimed") yield* evidenceIn(one);
}
