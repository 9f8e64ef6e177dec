// Secrets that a command takes as one of its plain words: htpasswd -b FILE USER SECRET, net use ... /user:USER SECRET,
// nmcli ... password SECRET, gh secret set NAME --body SECRET.
import { isValue, type Report } from "./redactValues.ts";

interface Word {
	start: number;
	end: number;
	text: string;
}

const COMMAND = /(htpasswd|nmcli|net(?:\.exe)?[ \t]{1,4}use|gh[ \t]{1,4}secret[ \t]{1,4}set)(?=[ \t])/gi;
const SEPARATOR = /[\n;|&]/;
const WORD = /(\\{0,7}["'])([^"'\n]*?)\1|([^\s"']+)/dg;
/** Characters that are looked at for one or more commands, and those that each of them gets at least. */
const WINDOW = 500;
const LEAST = 250;

/** Words of commands that are known to take a secret there. */
export function words(text: string, report: Report): void {
	let list: Word[] = [];
	let to = 0;
	let isWhole = true;
	COMMAND.lastIndex = 0;
	for (let found = COMMAND.exec(text); found !== null; found = COMMAND.exec(text)) {
		if (/[\w.-]/.test(text[found.index - 1] ?? "")) continue;
		const from = COMMAND.lastIndex;
		if (from >= to || (!isWhole && from + LEAST > to)) {
			const part = text.slice(from, from + WINDOW);
			const end = part.search(SEPARATOR);
			isWhole = end >= 0;
			list = wordsOf(isWhole ? part.slice(0, end) : part, from);
			to = from + (isWhole ? end : part.length);
		}
		list = list.filter(({ start }) => start >= from);
		const secret = secretOf(found[1] as string, list);
		if (secret !== undefined && isValue(secret.text, { quoted: false, certain: true, wholeLine: false }))
			report(secret.start, secret.end, "password");
	}
}

function secretOf(command: string, list: readonly Word[]): Word | undefined {
	switch (command.slice(0, 2).toLowerCase()) {
		case "ht":
			return ofHtpasswd(list);
		case "nm":
			return ofNmcli(list);
		case "gh":
			return ofGhSecret(list);
		default:
			return ofNetUse(list);
	}
}

function wordsOf(part: string, from: number): Word[] {
	return Array.from(part.matchAll(WORD), ({ indices, 2: quoted, 3: bare = "" }) => {
		const [start, end] = indices?.[2] ?? indices?.[3] ?? [0, 0];
		if (quoted !== undefined) return { start: from + start, end: from + end, text: quoted };
		// What closes the text around a command may be escaped.
		const text = bare.replace(/\\+$/, "");
		return { start: from + start, end: from + start + text.length, text };
	});
}

function ofHtpasswd(list: readonly Word[]): Word | undefined {
	let at = 0;
	let flags = "";
	for (let word = list[at]; word?.text.startsWith("-"); word = list[at]) {
		flags += word.text;
		// The cost of bcrypt and the rounds of SHA.
		at += /[Cr]$/.test(word.text) && /^\d+$/.test(list[at + 1]?.text ?? "") ? 2 : 1;
	}
	if (!flags.includes("b")) return undefined;
	return list[at + (flags.includes("n") ? 1 : 2)];
}

function ofNmcli(list: readonly Word[]): Word | undefined {
	const name = list.findIndex(({ text }) => /^(?:password|[\w.-]{1,40}\.(?:psk|password|wep-key\d))$/.test(text));
	return name < 0 ? undefined : list[name + 1];
}

/** The password stands behind the user or before it, behind the name of the share. */
function ofNetUse(list: readonly Word[]): Word | undefined {
	const user = list.findIndex(({ text }) => /^\/u(?:ser)?:/i.test(text));
	if (user < 0) return undefined;
	return [list[user + 1], list[user - 1]].find(
		(word) => word !== undefined && !/^(?:[/\\*]|[A-Za-z]:\\*$)/.test(word.text),
	);
}

/** The value of --body or -b. An escaped line break ends the command. */
function ofGhSecret(list: readonly Word[]): Word | undefined {
	for (const [at, word] of list.entries()) {
		const option = /^(?:--body(?:=|$)|-b)/.exec(word.text)?.[0];
		if (option !== undefined && option.length < word.text.length)
			return beforeBreak({ ...word, start: word.start + option.length, text: word.text.slice(option.length) });
		if (option !== undefined) return list[at + 1] && beforeBreak(list[at + 1] as Word);
		if (/\\n/.test(word.text)) return undefined;
	}
	return undefined;
}

function beforeBreak(word: Word): Word {
	const at = word.text.search(/\\+[nr]/);
	return at < 0 ? word : { ...word, end: word.start + at, text: word.text.slice(0, at) };
}
