// Secrets that are known by what stands around them: a key block, a URL, a header, an assignment, an option.
//
// All searches are linear on any input: expressions have bounded repeats and start at a boundary, and what lies after a
// match is scanned by hand, once.
import { isSecretName, kindOfName } from "./redactNames.ts";

/** Reports the range [start, end) of a secret. */
export type Report = (start: number, end: number, kind: string) => void;

/** How a masked secret begins; what is masked already is left alone. */
export const MASK = "[redacted:";

/** A value that was not taken and is longer than this is not searched again for smaller ones. */
const SEARCH_AGAIN = 256;

/** The body of PEM and OpenPGP private keys. Only what is base64: words between the markers are not hidden. */
export function keyBlocks(text: string, report: Report): void {
	const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
	while (begin.exec(text) !== null) {
		const from = begin.lastIndex;
		const end = keyBodyEnd(text, from);
		if (end > from) report(from, end, "private-key");
		begin.lastIndex = Math.max(end, from);
	}
}

function keyBodyEnd(text: string, from: number): number {
	// Line breaks may be escaped (JSON, .env) or have become spaces.
	const gap = /(?:[\r\n \t]|\\[rn])*/y;
	const header = /(?:Proc-Type|DEK-Info|Version|Comment|Hash): [^\r\n\\]{0,200}/y;
	const run = /[A-Za-z0-9+/=]+/y;
	let end = from;
	for (let at = from; ; ) {
		at = skip(gap, text, at);
		const afterHeader = skip(header, text, at);
		const next = afterHeader > at ? afterHeader : skip(run, text, at);
		// The last of several lines may be short; other short ones are words, and words are not hidden.
		const isLast = () => end > from && text.startsWith("-----END ", skip(gap, text, next));
		if (next === at || (next - at < 16 && !isLast())) return end;
		at = next;
		end = next;
	}
}

function skip(sticky: RegExp, text: string, at: number): number {
	sticky.lastIndex = at;
	return sticky.test(text) ? sticky.lastIndex : at;
}

/** Passwords in URLs: scheme://user:password@host, and long user parts that are tokens. */
export function urls(text: string, report: Report): void {
	const ends = /[\s/?#"'<>\\]|$/g;
	for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
		if (!/[A-Za-z]$/.test(text.slice(Math.max(0, at - 1), at))) continue;
		ends.lastIndex = at + 3;
		const end = ends.exec(text)?.index ?? text.length;
		const user = text.slice(at + 3, end);
		const host = user.lastIndexOf("@");
		if (host < 0) continue;
		const colon = user.indexOf(":");
		if (colon >= 0 && colon < host) report(at + 3 + colon + 1, at + 3 + host, "password");
		else if (host >= 20 && colon < 0 && /\d/.test(user.slice(0, host))) report(at + 3, at + 3 + host, "token");
	}
}

/** Credentials of Authorization headers (the scheme stays), and cookies. */
export function headers(text: string, report: Report): void {
	const name =
		/(?<![A-Za-z0-9_])(?:(?:proxy-)?(authorization)|(?:set-)?cookie)\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,3}["']?/gi;
	for (let found = name.exec(text); found !== null; found = name.exec(text)) {
		const from = name.lastIndex;
		const [start, end] = found[1] === undefined ? [from, cookiesEnd(text, from)] : credential(text, from);
		if (end > start) report(start, end, "credentials");
		name.lastIndex = Math.max(end, from);
	}
}

const SCHEME =
	/(?:basic|bearer|token|digest|negotiate|ntlm|api-?key|key|hmac|dpop|hawk|splunk|aws4-hmac-sha256)[ \t]{1,8}/iy;
const CREDENTIAL = /[^\s"'`,;]+/y;

function credential(text: string, from: number): [start: number, end: number] {
	const start = skip(SCHEME, text, from);
	const end = skip(CREDENTIAL, text, start);
	// Without a known scheme it may be prose.
	const certain = start > from || (end - start >= 16 && /\d/.test(text.slice(start, end)));
	return [certain ? start : end, end];
}

/** Only name=value pairs: what follows a cookie may be a command. */
function cookiesEnd(text: string, from: number): number {
	const pair = /[^\s"'`,;=()<>|&]{1,200}=[^\s"'`,;()<>|&]*(?:;[ \t]?(?=[^\s"'`,;=()<>|&]{1,200}=))?/y;
	let end = from;
	for (let next = skip(pair, text, end); next > end; next = skip(pair, text, end)) end = next;
	return end;
}

/** name=value, name: value, "name": "value", ?name=value: where the name says that it is a secret. */
export function assignments(text: string, report: Report): void {
	valuesAfter(
		text,
		/(?<![A-Za-z0-9_.-])(-{0,2})([A-Za-z_][A-Za-z0-9_.-]{0,127})\\{0,7}["']?([ \t]{0,8}(?::=|=>|[=:])[ \t]{0,8})(\\{0,7}["'])?/g,
		report,
	);
}

/** --name value */
export function options(text: string, report: Report): void {
	valuesAfter(text, /(?<![A-Za-z0-9_.-])(--?)([A-Za-z][A-Za-z0-9-]{0,63})([ \t]{1,8})(\\{0,7}["'])?/g, report);
}

/** Groups of `names`: dashes, name, separator, opening quote. */
function valuesAfter(text: string, names: RegExp, report: Report): void {
	const values = new Values(text);
	for (let found = names.exec(text); found !== null; found = names.exec(text)) {
		const [, dashes = "", name = "", separator = "", quote = ""] = found;
		if (!isSecretName(name)) {
			// The value of a name that is no secret may itself be a name.
			names.lastIndex -= quote.length;
			continue;
		}
		const from = names.lastIndex;
		const end = quote === "" ? values.bareEnd(from) : values.quotedEnd(from, quote);
		const before = text[found.index - 1];
		const place = {
			quoted: quote !== "",
			// NAME=value of a shell or .env file, an option, a query: nothing but a value can stand there.
			certain:
				dashes !== "" || (/^[=:]$/.test(separator) && (before === "?" || before === "&" || /^[A-Z0-9_]+$/.test(name))),
			wholeLine: startsLine(text, found.index) && /^[ \t\r]{0,8}(?:\n|$)/.test(text.slice(end, end + 10)),
		};
		const masks = isValue(text.slice(from, end), place);
		if (masks) report(from, end, kindOfName(name));
		names.lastIndex = masks || end - from > SEARCH_AGAIN ? end : from;
	}
}

/** Ends of values. A closing quote that is nowhere is searched for once. */
class Values {
	readonly #text: string;
	readonly #nowhere = new Set<string>();

	constructor(text: string) {
		this.#text = text;
	}

	bareEnd(from: number): number {
		return skip(/[^\s"'`,;|&<>(){}]+/y, this.#text, from);
	}

	/** The closing quote, else the end of the line. */
	quotedEnd(from: number, quote: string): number {
		const close = this.#nowhere.has(quote) ? -1 : this.#text.indexOf(quote, from);
		if (close < 0) this.#nowhere.add(quote);
		const line = skip(/[^\n]+/y, this.#text.slice(from, close < 0 ? from + SEARCH_AGAIN : close), 0);
		return from + line;
	}
}

function startsLine(text: string, at: number): boolean {
	return /(?:^|\n)[ \t]{0,40}(?:- |export )?["']?$/.test(text.slice(Math.max(0, at - 60), at));
}

const NO_VALUE =
	/^(?:true|false|null|none|nil|undefined|yes|no|on|off|string|str|number|int|bytes|boolean|any|unknown|object|required|optional|\*+|\.+|x+|<[^>]*>)$/i;

function isValue(value: string, place: { quoted: boolean; certain: boolean; wholeLine: boolean }): boolean {
	if (value === "" || value.startsWith(MASK) || NO_VALUE.test(value)) return false;
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
