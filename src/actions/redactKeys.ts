// The bodies of private keys: PEM, OpenSSH, OpenPGP, PuTTY. Only what is base64: words between the markers are not hidden.
import { type Report, skip, skipAll } from "./redactValues.ts";

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?<![\w-])Private-Lines: \d{1,5}/g;

// Line breaks may be escaped (JSON, .env) or have become spaces; each line may be a string of source code, a line of a
// diff or a comment, or have its number before it.
const GAP = [
	/\s+/y,
	/\\{1,8}[rn]/y,
	/\\{0,8}["',]/y,
	/[+#*](?=[\s"'\\])/y,
	/(?<=[\n"'])[-+#*](?!----)/y,
	/(?<=[\n\t ])\d{1,7}[\t:→|](?=\S)/y,
];
const HEADER = /(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): [^\r\n\\]{0,200}/y;
const RUN = /[A-Za-z0-9+/=]+/y;

export function keyBlocks(text: string, report: Report): void {
	BEGIN.lastIndex = 0;
	while (BEGIN.exec(text) !== null) {
		const from = BEGIN.lastIndex;
		const end = bodyEnd(text, from);
		if (end > from) report(from, end, "private-key");
		BEGIN.lastIndex = Math.max(end, from);
	}
}

function bodyEnd(text: string, from: number): number {
	let end = from;
	for (let at = from; ; ) {
		at = skipAll(GAP, text, at);
		const afterHeader = skip(HEADER, text, at);
		const next = afterHeader > at ? afterHeader : skip(RUN, text, at);
		// The last of several lines may be short; other short ones are words, and words are not hidden.
		const isLast = () =>
			end > from && /^(?:-{5,6}END |Private-MAC)/.test(text.slice(skipAll(GAP, text, next)).slice(0, 12));
		if (next === at || (next - at < 16 && !isLast())) return end;
		at = next;
		end = next;
	}
}
