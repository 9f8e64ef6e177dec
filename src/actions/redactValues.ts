// What a value looks like and where it ends: shared by all searches for secrets that are known by what stands around them.

/** Reports the range [start, end) of a secret. */
export type Report = (start: number, end: number, kind: string) => void;

/** How a masked secret begins; what is masked already is left alone. */
export const MASK = "[redacted:";

/** True for a text that is a mask and nothing else. One that only begins like a mask may hold a secret. */
export function isMasked(text: string): boolean {
	return text.startsWith(MASK) && /^\[redacted:[a-z0-9-]{1,40}~\d{1,10}\]$/.test(text);
}

/** A value that was not taken and is longer than this is not searched again for smaller ones. */
export const SEARCH_AGAIN = 256;

/** Where a sticky expression that matches at `at` ends; `at` where it does not. */
export function skip(sticky: RegExp, text: string, at: number): number {
	sticky.lastIndex = at;
	return sticky.test(text) ? sticky.lastIndex : at;
}

/** The same for several in any order, as often as they match: one expression for all would keep a way back at each step. */
export function skipAll(sticky: readonly RegExp[], text: string, at: number): number {
	for (let end = at; ; ) {
		const next = sticky.reduce((from, one) => skip(one, text, from), end);
		if (next === end) return end;
		end = next;
	}
}

const ESCAPE = String.fromCharCode(27);
const BARE = new RegExp(`[^\\s${ESCAPE}"'\`,;|&<>(){}\\\\]+`, "y");
const BARE_LINE = new RegExp(`[^\\s${ESCAPE}"'\`;|&<>()\\\\]+`, "y");
/** An escaped line break or quote ends a value; other backslashes are part of it. */
const BACKSLASHES = /\\+(?![\\nrt"'])/y;
const LINE = /[^\n]+/y;

/** Ends of values. A closing quote that is nowhere is searched for once. */
export class Values {
	readonly #text: string;
	readonly #nowhere = new Set<string>();

	constructor(text: string) {
		this.#text = text;
	}

	/** The end of a value without quotes. `line`: commas and braces are part of it, as in a file of NAME=value lines. */
	bareEnd(from: number, line = false): number {
		return skipAll([line ? BARE_LINE : BARE, BACKSLASHES], this.#text, from);
	}

	/** The closing quote, else the end of the line. */
	quotedEnd(from: number, quote: string): number {
		const close = this.#nowhere.has(quote) ? -1 : this.#text.indexOf(quote, from);
		if (close < 0) this.#nowhere.add(quote);
		return from + skip(LINE, this.#text.slice(from, close < 0 ? from + SEARCH_AGAIN : close), 0);
	}

	/** A word of a shell: quoted or bare. `quote` is what opens it, or "". */
	end(from: number, quote: string): number {
		return quote === "" ? this.bareEnd(from) : this.quotedEnd(from, quote);
	}
}

export function startsLine(text: string, at: number): boolean {
	return /(?:^|\n)[-+]?[ \t]{0,40}(?:- |export |ENV )?["']?$/.test(text.slice(Math.max(0, at - 60), at));
}

const NO_VALUE =
	/^(?:true|false|null|none|nil|undefined|yes|no|on|off|string|str|number|int|bytes|boolean|any|unknown|object|required|optional|\*+|\.+|x+|<[^>]*>)$/i;

export interface ValuePlace {
	quoted: boolean;
	/** Nothing but a value can stand there. */
	certain: boolean;
	wholeLine: boolean;
}

export function isValue(value: string, place: ValuePlace): boolean {
	if (value === "" || isMasked(value) || NO_VALUE.test(value)) return false;
	if (place.quoted) return !(/\s/.test(value) && /[;|&<>(){}]/.test(value)) && !hasExpansion(value);
	if (place.certain) return !/^\d{1,3}$/.test(value);
	// Source code: names, calls and types stand where a value would. A path of names is code, a type is capitalised.
	if (/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(value)) return false;
	if (place.wholeLine && value.length >= 6 && !/^[A-Z][A-Za-z]*$/.test(value)) return true;
	return value.length >= 8 && /[0-9]/.test(value) && /[A-Za-z]/.test(value) && !value.includes("[");
}

/** True when a shell would put something else in place of a part of this text. */
export function hasExpansion(text: string): boolean {
	return /`|\$[A-Za-z0-9_{(@*#?$!'"-]/.test(text);
}
