// Reads one JSON object from bytes an agent wrote. Stricter than JSON.parse, because two readers of one text must not
// see two things: a key given twice, a lone surrogate or a bad byte means one value to us and another to the agent.
import { isUtf8 } from "node:buffer";
import type { JsonObject } from "../protocol/canonical.ts";
import { endOfString } from "../protocol/jsonText.ts";
import { type Message, message } from "../protocol/messages.ts";

/** Objects and arrays nested deeper than this are refused. Agents' payloads stay below 15. */
export const MAX_DEPTH = 64;

/** Thrown for bytes that are not exactly one well-formed JSON object. */
export class JsonError extends Error {
	override name = "JsonError";
	readonly detail: Message;
	constructor(detail: Message) {
		super(detail.code);
		this.detail = detail;
	}
}

const QUOTE = 0x22;

/**
 * The object in `bytes`. Time is linear in their number.
 *
 * One byte order mark in front is tolerated (Cursor on Windows writes one). Refused: invalid UTF-8, anything but an
 * object at the top, duplicate keys (escapes resolved), lone surrogates, numbers beyond the range of a double, nesting
 * over MAX_DEPTH, and a key named `__proto__` (careless copying would make it a prototype).
 *
 * @throws JsonError
 */
export function readJsonObject(bytes: Uint8Array): JsonObject {
	if (!isUtf8(bytes)) throw new JsonError(message("json.utf8"));
	let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
	if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
	new Scan(text).run();
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new JsonError(message("json.syntax"));
	}
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw new JsonError(message("json.object"));
	return value as JsonObject;
}

/**
 * What JSON.parse lets pass, found in one walk over the tokens. It trusts no syntax: where the text is not JSON it may
 * see keys that are none, and JSON.parse refuses afterwards.
 */
class Scan {
	readonly #text: string;
	#at = 0;
	/** The keys of each open object, null for an array. */
	readonly #open: (Set<string> | null)[] = [];
	#keyNext = false;

	constructor(text: string) {
		this.#text = text;
	}

	run(): void {
		const text = this.#text;
		while (this.#at < text.length) {
			const code = text.charCodeAt(this.#at);
			if (code === QUOTE) this.#string();
			else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) this.#number();
			else this.#mark(code);
		}
	}

	#mark(code: number): void {
		this.#at += 1;
		switch (code) {
			case 0x7b: // {
			case 0x5b: // [
				if (this.#open.length >= MAX_DEPTH) throw new JsonError(message("json.depth", { max: MAX_DEPTH }));
				this.#open.push(code === 0x7b ? new Set() : null);
				this.#keyNext = code === 0x7b;
				break;
			case 0x7d: // }
			case 0x5d: // ]
				this.#open.pop();
				this.#keyNext = false;
				break;
			case 0x2c: // ,
				this.#keyNext = this.#open.at(-1) instanceof Set;
				break;
			default:
				break;
		}
	}

	#string(): void {
		const start = this.#at;
		const end = endOfString(this.#text, start);
		if (end < 0) throw new JsonError(message("json.syntax"));
		const escaped = this.#text.slice(start, end).includes("\\");
		this.#at = end;
		const keys = this.#keyNext ? this.#open.at(-1) : undefined;
		this.#keyNext = false;
		if (!escaped && keys === undefined) return;
		const value = escaped ? unescaped(this.#text.slice(start, end)) : this.#text.slice(start + 1, end - 1);
		// Only an escape can name half a pair: the bytes themselves were valid UTF-8.
		if (escaped && !value.isWellFormed()) throw new JsonError(message("json.surrogate"));
		if (keys === undefined || keys === null) return;
		if (value === "__proto__") throw new JsonError(message("json.proto"));
		if (keys.has(value)) throw new JsonError(message("json.duplicate", { key: value.slice(0, 80).toWellFormed() }));
		keys.add(value);
	}

	/** A number with an exponent or with hundreds of digits may be infinite, which has no canonical form. */
	#number(): void {
		const text = this.#text;
		const start = this.#at;
		let exponent = false;
		let code = text.charCodeAt(this.#at);
		// Digits, sign, point and exponent: - + . 0-9 e E
		while (
			(code >= 0x30 && code <= 0x39) ||
			(code | 0x20) === 0x65 ||
			code === 0x2b ||
			code === 0x2d ||
			code === 0x2e
		) {
			if ((code | 0x20) === 0x65) exponent = true;
			this.#at += 1;
			code = text.charCodeAt(this.#at);
		}
		if (!exponent && this.#at - start < 300) return;
		if (!Number.isFinite(Number(text.slice(start, this.#at)))) throw new JsonError(message("json.number"));
	}
}

function unescaped(literal: string): string {
	try {
		return JSON.parse(literal) as string;
	} catch {
		throw new JsonError(message("json.syntax"));
	}
}
