// Secrets in files with a form of their own: .netrc, .pgpass, docker's config.json, connection strings, XML, SQL, lists of AWS
// keys, and of {name, value}.
import { isSecretName, kindOfName } from "./redactNames.ts";
import { isValue, type Report, Values } from "./redactValues.ts";

/** `login NAME password SECRET` of a .netrc, on one line or several. */
export function netrc(text: string, report: Report): void {
	const entry = /(?<![\w.-])login\s{1,8}\S{1,128}\s{1,40}password[ \t]{1,8}(["']?)([^\s"']{1,512})/dg;
	for (const { indices } of text.matchAll(entry)) if (indices?.[2] !== undefined) report(...indices[2], "password");
}

/** The two lines of a redis.conf. */
export function redisConfig(text: string, report: Report): void {
	const line = /(?<![\w.-])(?:requirepass|masterauth)[ \t]{1,4}(["']?)([^\s"'\\]{1,512})/dg;
	for (const { indices } of text.matchAll(line)) if (indices?.[2] !== undefined) report(...indices[2], "password");
}

/** host:port:database:user:SECRET of a .pgpass. IPv6 addresses and places of compilers look alike. */
export function pgpass(text: string, report: Report): void {
	const entry =
		/(?<=[\w*.-]):(?:\*|[1-9]\d{3,4}):(?!\d{1,9}:|[0-9a-fA-F]{1,4}:)[^\s:"'/\\]{1,64}:[^\s:"'/\\]{1,64}:([^\s"':\\]{1,256})(?![:\w])/dg;
	for (const { indices } of text.matchAll(entry)) if (indices?.[1] !== undefined) report(...indices[1], "password");
}

/** "auth": "BASE64" of docker, _auth=BASE64 of npm: user:password in base64. */
export function encodedPairs(text: string, report: Report): void {
	const entry =
		/(?<![A-Za-z0-9])_?auth\\{0,7}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,7}["']?([A-Za-z0-9+/]{6,2000}={0,2})(?![A-Za-z0-9+/=])/dg;
	for (const { indices, 1: encoded = "" } of text.matchAll(entry))
		if (
			indices?.[1] !== undefined &&
			/^[!-9;-~]{1,200}:[ -~]{1,}$/.test(Buffer.from(encoded, "base64").toString("latin1"))
		)
			report(...indices[1], "credentials");
}

const NEIGHBOUR =
	/(?:server|data source|host|hostname|address|addr|uid|user|user id|username|database|initial catalog|endpoint|dbname)[ ]?=/i;

/** Password=SECRET and Pwd=SECRET of a connection string, however short. */
export function connectionStrings(text: string, report: Report): void {
	const entry = /(?<=[;"'\s])(?:password|pwd)[ ]?=[ ]?([^\s;"'`$&|<>(){}\\]{1,256})(?=[;"'\\]|\s|$)/dgi;
	for (const { index, indices } of text.matchAll(entry)) {
		const range = indices?.[1];
		if (range === undefined) continue;
		const before =
			text
				.slice(Math.max(0, index - 200), index)
				.split(/["'\n]/)
				.at(-1) ?? "";
		const after = text.slice(range[1], range[1] + 200).split(/["'\n]/, 1)[0] ?? "";
		const isBefore = /;[ ]?$/.test(before) && NEIGHBOUR.test(before);
		if (isBefore || (after.startsWith(";") && NEIGHBOUR.test(after))) report(...range, "password");
	}
}

const SQL =
	/(?<![\w.-])(?:(?:(?:with|encrypted)|(?:user|role)\s{1,8}[^\s;]{1,64})\s{1,8}password|(identified)\s{1,8}(?:with\s{1,8}[\w"'\\]{1,64}\s{1,8})?by(?:\s{1,8}password)?)\s{1,8}('(?:\\{0,7}"|\\{1,8}')'|\\{0,7}["'])/gi;

/** WITH PASSWORD 'SECRET' and IDENTIFIED BY 'SECRET' of SQL; only the second takes a double quote. */
export function sql(text: string, report: Report): void {
	const values = new Values(text);
	SQL.lastIndex = 0;
	for (let found = SQL.exec(text); found !== null; found = SQL.exec(text)) {
		const [, identified, opening = ""] = found;
		// psql -c '...'"'SECRET'" or '...'\''SECRET: quotes of the shell and then that of SQL.
		const quote = opening.length > 1 && opening.startsWith("'") ? "'" : opening;
		if (identified === undefined && quote.endsWith('"')) continue;
		const from = SQL.lastIndex;
		const end = values.quotedEnd(from, quote);
		if (isValue(text.slice(from, end), { quoted: true, certain: true, wholeLine: false }))
			report(from, end, "password");
		SQL.lastIndex = Math.max(end, from);
	}
}

/** AKIA...,SECRET: the list of access keys that AWS lets its users load. */
export function awsKeys(text: string, report: Report): void {
	const entry =
		/(?:AKIA|ASIA)[A-Z0-9]{16}\\{0,7}["']?[ \t]{0,4}[,;:|\t ][ \t]{0,4}\\{0,7}["']?([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/dg;
	for (const { indices, 1: secret = "" } of text.matchAll(entry))
		if (indices?.[1] !== undefined && /[G-Zg-z+/]/.test(secret)) report(...indices[1], "aws-key");
}

/** <password>SECRET</password> */
export function elements(text: string, report: Report): void {
	const entry = /<(?:[\w-]{1,32}:)?([A-Za-z][\w.-]{0,63})>([^<>\s]{1,2048})<\//dg;
	for (const { indices, 1: name = "", 2: value = "" } of text.matchAll(entry)) {
		const place = { quoted: true, certain: true, wholeLine: true };
		if (indices?.[2] !== undefined && isSecretName(name) && isValue(value, place))
			report(...indices[2], kindOfName(name));
	}
}

/** name: NAME, value: SECRET, as containers and app settings are told their environment. */
export function pairs(text: string, report: Report): void {
	const values = new Values(text);
	const entry =
		/(?<![\w.-])(?:name|key)\\{0,7}["']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,7}["']?([A-Za-z][\w.-]{0,127})\\{0,7}["']?[ \t]{0,4},?\s{0,60}\\{0,7}["']?value\\{0,7}["']?[ \t]{0,4}[:=][ \t]{0,4}(\\{0,7}["'])?/gi;
	for (let found = entry.exec(text); found !== null; found = entry.exec(text)) {
		const [, name = "", quote = ""] = found;
		const from = entry.lastIndex;
		const end = values.end(from, quote);
		const place = { quoted: quote !== "", certain: true, wholeLine: true };
		if (isSecretName(name) && isValue(text.slice(from, end), place)) report(from, end, kindOfName(name));
		entry.lastIndex = from;
	}
}
