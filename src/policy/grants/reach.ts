// Words that a "*" does not reach, whatever the program: paths that lead out of the workspace's folder, addresses, and files
// that are named like secrets.
import { lstatSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { isInside } from "../paths.ts";
import { isSensitive } from "../sensitive.ts";
import type { Stand } from "./defined.ts";

/** Words behind a "*" that are looked at. More are refused. */
const MAX_WORDS = 100;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/|^[\w.-]+@[\w.-]+:|^(?:github|gitlab)\.com[/:]/i;
/** Keep nothing. */
const SINKS = new Set(["/dev/null", "/dev/stdout", "/dev/stderr"]);

/** Options whose value is a text for people. */
const TEXTS: readonly { programs: RegExp; option: RegExp }[] = [
	{ programs: /^git$/, option: /^(?:-a?m|-s?m|-asm|--message)$/ },
	{ programs: /^gh$/, option: /^(?:-t|-b|--title|--body)$/ },
];

/** The first word behind the first `from` words that reaches out; undefined when there is none. */
export function reachesOut(words: readonly string[], from: number, stand: Stand | undefined): string | undefined {
	if (words.length - from > MAX_WORDS) return words[from + MAX_WORDS];
	const program = (words[0] ?? "").replace(/^.*\//, "");
	const texts = TEXTS.filter(({ programs }) => programs.test(program));
	const isText = (word: string) => texts.some(({ option }) => option.test(word));
	for (let at = from; at < words.length; at += 1) {
		const word = words[at] ?? "";
		if (isText(words[at - 1] ?? "") || isText(word.replace(/=[\s\S]*$/, ""))) continue;
		if (piecesOf(word).some((piece) => isOut(piece, stand))) return word;
	}
	return undefined;
}

/** What of a word may be a path, an address or a name: all of it, its value, and what stands between "=", "," and ":". */
function piecesOf(word: string): string[] {
	const values: string[] = [];
	if (!word.startsWith("-")) values.push(word);
	else if (word.includes("=")) values.push(word.slice(word.indexOf("=") + 1));
	// "-Fnotes.txt", "-vo/srv/x"
	else if (/^-[^-]./.test(word)) values.push(word.slice(2), word.replace(/^-[A-Za-z]*/, ""));
	return values.flatMap((value) => [value, ...value.split(/[=,:]/)]).filter((piece) => piece !== "");
}

function isOut(piece: string, stand: Stand | undefined): boolean {
	if (ADDRESS.test(piece) || isSensitive(SINKS.has(piece) ? "x" : piece)) return true;
	if (piece.startsWith("~") || /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(piece)) return true;
	if (SINKS.has(piece)) return false;
	if (stand === undefined) return isAbsolute(piece);
	return stand.places.some((place) => {
		const real = nearestReal(resolve(place, piece));
		return real === undefined || !isInside(real, [stand.folder]) || isSensitive(relative(stand.folder, real));
	});
}

/** The real path of the nearest folder or file that exists; undefined behind a link that leads nowhere. */
function nearestReal(path: string): string | undefined {
	for (let at = path; ; at = dirname(at)) {
		try {
			return realpathSync(at);
		} catch {
			if (lstatSync(at, { throwIfNoEntry: false }) !== undefined || at === dirname(at)) return undefined;
		}
	}
}
