// Values of YAML that stand in the lines below their name: password: |
import { isSecretName, kindOfName } from "./redactNames.ts";
import { isValue, type Report, skip } from "./redactValues.ts";

const HEAD =
	/(?<![A-Za-z0-9_.-])([A-Za-z_][A-Za-z0-9_.-]{0,127})\\{0,7}["']?:[ \t]{1,8}[|>][-+1-9]{0,2}[ \t\r]{0,8}(?:#[^\n]{0,200})?\n/g;
const INDENT = /[ \t]*/y;
const LINE = /[^\n]*/y;

/** The lines of a block under a secret name. */
export function blocks(text: string, report: Report): void {
	HEAD.lastIndex = 0;
	for (let found = HEAD.exec(text); found !== null; found = HEAD.exec(text)) {
		const name = found[1] as string;
		if (!isSecretName(name)) continue;
		const before = text.slice(Math.max(0, found.index - MAX_INDENT), found.index);
		// A sign of a diff may stand before the dash of a list.
		const outer = /(?:^|\n)(?:[-+](?=-))?([ \t]*(?:- )?)[^\n]*$/.exec(before)?.[1]?.length ?? 0;
		let at = HEAD.lastIndex;
		while (at < text.length) {
			const start = skip(INDENT, text, at);
			const next = skip(LINE, text, start);
			const line = text.slice(start, next).trimEnd();
			if (line !== "" && start - at <= outer) break;
			const value = beforeQuote(line);
			if (isLine(value)) report(start, start + value.length, kindOfName(name));
			at = next + 1;
		}
		HEAD.lastIndex = Math.min(at, text.length);
	}
}
const MAX_INDENT = 200;

/** A quote closes what stands around the YAML: JSON, a string of a program. */
function beforeQuote(line: string): string {
	let end = line.search(/["']/);
	if (end < 0) return line;
	while (line[end - 1] === "\\") end -= 1;
	return line.slice(0, end);
}

/**
 * A shell reads the head as a pipe and the line as a command: a line of several words, a path, and a plain word that may be
 * the name of a program are not hidden.
 */
function isLine(line: string): boolean {
	if (/[\s;|&<>()]/.test(line) || /^(?:[.~]|\/(?!.{31}))/.test(line)) return false;
	return /[0-9]/.test(line) && isValue(line, { quoted: false, certain: false, wholeLine: true });
}
