// JCS (RFC 8785): one spelling for one value, so that digests agree between hook, gate, webview and verifier.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Thrown for values that have no canonical form: lone surrogates, non-finite numbers, anything that is not JSON. */
export class CanonicalError extends Error {
	override name = "CanonicalError";
}

/** Texts of members' names with their colon: the same few in nearly every object. */
const names = new Map<string, string>();
const MAX_NAMES = 2000;
const MAX_NAME = 64;

function named(key: string): string {
	let text = names.get(key);
	if (text === undefined) {
		text = `${canonical(key)}:`;
		if (key.length <= MAX_NAME && names.size < MAX_NAMES) names.set(key, text);
	}
	return text;
}

/** Short texts in which nothing needs an escape, which is nearly all: checked by pattern they take half the time. */
const PLAIN = /^[ !#-[\]-~]*$/;
const MAX_PLAIN = 128;

/** More are sorted by the engine, whose time does not grow with their square. */
const FEW = 16;

/** RFC 8785 section 3.2.3: by UTF-16 code units, which is how strings compare and what Array.sort does with them. */
function sort(keys: string[]): string[] {
	if (keys.length > FEW) return keys.sort();
	for (let at = 1; at < keys.length; at++) {
		const key = keys[at] as string;
		let to = at;
		for (; to > 0 && (keys[to - 1] as string) > key; to--) keys[to] = keys[to - 1] as string;
		keys[to] = key;
	}
	return keys;
}

/**
 * The RFC 8785 text of a JSON value. Members whose value is undefined are left out, as JSON.stringify does.
 * @throws CanonicalError for lone surrogates, NaN and infinities, and values that are not JSON (functions, bigint, ...)
 */
export function canonical(value: unknown): string {
	if (value === null || value === true || value === false) return String(value);
	if (typeof value === "number") {
		if (!Number.isFinite(value)) throw new CanonicalError("a number that is not finite has no canonical form");
		return JSON.stringify(value);
	}
	if (typeof value === "string") {
		if (value.length <= MAX_PLAIN && PLAIN.test(value)) return `"${value}"`;
		if (!value.isWellFormed()) throw new CanonicalError("a string with a lone surrogate has no canonical form");
		return JSON.stringify(value);
	}
	if (Array.isArray(value)) {
		let text = "[";
		for (let at = 0; at < value.length; at += 1) {
			if (at > 0) text += ",";
			text += canonical(value[at] === undefined ? null : value[at]);
		}
		return `${text}]`;
	}
	if (typeof value === "object") {
		const object = value as Record<string, unknown>;
		let text = "{";
		for (const key of sort(Object.keys(object))) {
			const member = object[key];
			if (member === undefined) continue;
			if (text.length > 1) text += ",";
			text += named(key);
			text += canonical(member);
		}
		return `${text}}`;
	}
	throw new CanonicalError(`a ${typeof value} has no canonical form`);
}
