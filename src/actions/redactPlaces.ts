// Secrets that are known by what stands around them: a URL, a header, an assignment, an option.
//
// All searches are linear on any input: expressions have bounded repeats and start at a boundary, and what lies after a
// match is scanned by hand, once.
import { isSecretName, kindOfName } from "./redactNames.ts";
import { isValue, type Report, SEARCH_AGAIN, skip, startsLine, Values } from "./redactValues.ts";

/** Passwords in URLs: scheme://user:password@host, and long user parts that are tokens. */
export function urls(text: string, report: Report): void {
	const ends = /[\s/?#"'<>\\]|$/g;
	for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
		if (!/[A-Za-z0-9]$/.test(text.slice(Math.max(0, at - 1), at))) continue;
		ends.lastIndex = at + 3;
		const end = ends.exec(text)?.index ?? text.length;
		const user = text.slice(at + 3, end);
		const host = user.lastIndexOf("@");
		if (host < 0) continue;
		const colon = user.indexOf(":");
		if (colon >= 0 && colon < host) report(at + 3 + colon + 1, at + 3 + host, "password");
		else if (host >= 20 && colon < 0 && isToken(user.slice(0, host))) report(at + 3, at + 3 + host, "token");
	}
}

/** A name of that length has dots or dashes, or is of small letters. */
function isToken(user: string): boolean {
	return /\d/.test(user) || (/^\w+$/.test(user) && /[a-z][A-Z]/.test(user));
}

/** Credentials of Authorization headers (the scheme stays), and cookies. */
export function headers(text: string, report: Report): void {
	const name =
		/(?<![A-Za-z0-9_])(?:(?:proxy-)?(authorization)|(?:set-)?cookie)\\{0,7}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,7}["']?/gi;
	for (let found = name.exec(text); found !== null; found = name.exec(text)) {
		const from = name.lastIndex;
		const [start, end] = found[1] === undefined ? [from, cookiesEnd(text, from)] : credential(text, from);
		if (end > start) report(start, end, "credentials");
		name.lastIndex = Math.max(end, from);
	}
}

const SCHEME =
	/(?:basic|bearer|token|digest|negotiate|ntlm|api-?key|key|hmac|dpop|hawk|splunk|aws4-hmac-sha256)[ \t]{1,8}/iy;
const CREDENTIAL = /[^\s"'`,;\\]+/y;

function credential(text: string, from: number): [start: number, end: number] {
	const start = skip(SCHEME, text, from);
	const end = skip(CREDENTIAL, text, start);
	// Without a known scheme it may be prose.
	const certain = start > from || (end - start >= 16 && /\d/.test(text.slice(start, end)));
	return [certain ? start : end, end];
}

/** Only name=value pairs: what follows a cookie may be a command. */
export function cookiesEnd(text: string, from: number): number {
	const pair = /[^\s"'`,;=()<>|&\\]{1,200}=[^\s"'`,;()<>|&\\]*(?:;[ \t]?(?=[^\s"'`,;=()<>|&\\]{1,200}=))?/y;
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

/** What introduces NAME=value on a command line, whatever the case of the name. */
const BEFORE_PAIR = /(?:^|\s)--?(?:set(?:-string)?|env|e|build-arg|var|from-literal|secret|data|d)[ =]["']?$/;

/** Groups of `names`: dashes, name, separator, opening quote. */
function valuesAfter(text: string, names: RegExp, report: Report): void {
	const values = new Values(text);
	for (let found = names.exec(text); found !== null; found = names.exec(text)) {
		const [, dashes = "", name = "", separator = "", quote = ""] = found;
		// c ? "password" : "text" chooses between two texts.
		const isChoice =
			separator.includes(":") && /\?\s{0,4}\\{0,7}["']$/.test(text.slice(Math.max(0, found.index - 13), found.index));
		if (isChoice || !isSecretName(name)) {
			// The value of a name that is no secret may itself be a name.
			names.lastIndex -= quote.length;
			continue;
		}
		const from = names.lastIndex;
		const { index } = found;
		const before = text[index - 1];
		const direct = /^[=:]$/.test(separator);
		const isConstant = direct && /^[A-Z0-9_]+$/.test(name);
		const begins = startsLine(text, index);
		const end = quote === "" ? values.bareEnd(from, isConstant && begins) : values.quotedEnd(from, quote);
		const place = {
			quoted: quote !== "",
			// NAME=value of a shell or .env file, an option, a query: nothing but a value can stand there.
			certain:
				dashes !== "" ||
				isConstant ||
				(direct && (before === "?" || before === "&" || /^&[A-Za-z]/.test(text.slice(end, end + 2)))) ||
				(separator === "=" && BEFORE_PAIR.test(text.slice(Math.max(0, index - 20), index))),
			wholeLine: begins && /^[ \t\r]{0,8}(?:\n|$)/.test(text.slice(end, end + 10)),
		};
		const masks = isValue(text.slice(from, end), place);
		if (masks) report(from, end, kindOfName(name));
		names.lastIndex = masks || end - from > SEARCH_AGAIN ? end : from;
	}
}
