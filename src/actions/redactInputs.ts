// Secrets that commands read from their input: echo SECRET | sudo -S, echo user:SECRET | chpasswd,
// docker login --password-stdin <<< SECRET.
import { isValue, type Report, Values } from "./redactValues.ts";

const ECHO =
	"(?<![\\w.-])(?:echo|printf)(?:[ \\t]{1,4}-[neE]{1,3})?(?:[ \\t]{1,4}[\"']?%s(?:\\\\n)?[\"']?)?[ \\t]{1,4}(\\\\{0,7}[\"']|)";
const WORD = "[^\\s\"'|;&<>\\\\]{1,256}";
const PIPED = new RegExp(
	`${ECHO}(${WORD})\\1[ \\t]{0,4}\\|[ \\t]{0,4}(?:sudo(?:[ \\t]{1,4}-[A-Za-z]{1,8}){0,3}[ \\t]{1,4}(?:-[a-zA-Z]{0,4}S|--stdin)|[^\\n|;&]{1,200}(?:--password-stdin|--with-token|--passphrase-fd[ =]0))`,
	"dg",
);
const PIPED_PAIR = new RegExp(
	`${ECHO}[^\\s"'|;&<>\\\\:]{1,64}:(${WORD})\\1[ \\t]{0,4}\\|[ \\t]{0,4}(?:[^\\n|;&]{1,200}[ \\t/])?chpasswd(?![\\w-])`,
	"dg",
);

/** echo SECRET | sudo -S, and others that read one from their input. */
export function piped(text: string, report: Report): void {
	for (const pattern of [PIPED, PIPED_PAIR])
		for (const { indices } of text.matchAll(pattern)) if (indices?.[2] !== undefined) report(...indices[2], "password");
}

const HERE = /<<<[ \t]{0,4}(\\{0,7}["'])?(?=[^\s"'<>|;&])/g;
const READS =
	/(?<![\w.-])(?:--password-stdin|--with-token|--passphrase-fd[ =]0|sudo[ \t][^\n;|&]{0,60}-[a-zA-Z]{0,4}S|(chpasswd))(?![\w-])/;
/** How far before "<<<" the command that reads it may begin. */
const MAX_BEFORE = 200;

/** The same from a here string. */
export function hereStrings(text: string, report: Report): void {
	const values = new Values(text);
	HERE.lastIndex = 0;
	for (let found = HERE.exec(text); found !== null; found = HERE.exec(text)) {
		const quote = found[1] ?? "";
		const before = text.slice(Math.max(0, found.index - MAX_BEFORE), found.index);
		const reads = READS.exec(before.slice(before.search(/[^\n;|&]*$/)));
		if (reads === null) continue;
		const from = HERE.lastIndex;
		const end = values.end(from, quote);
		const colon = reads[1] === undefined ? -1 : text.slice(from, end).indexOf(":");
		if (reads[1] !== undefined && colon < 0) continue;
		const start = from + colon + 1;
		if (isValue(text.slice(start, end), { quoted: quote !== "", certain: true, wholeLine: false }))
			report(start, end, "password");
		HERE.lastIndex = Math.max(end, from);
	}
}
