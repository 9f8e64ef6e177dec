// Words of a command as a preview takes them: sure text, a pattern of file names that all shells read alike, or neither.
import type { Word, WordPart } from "unbash";
import { message } from "../../protocol/messages.ts";
import { knownWords } from "../floor/word.ts";

export type Term = { text: string } & (
	| { kind: "sure"; value: string }
	/** A pattern of file names; its segments between slashes, "" in front where it is absolute. */
	| { kind: "glob"; segments: Segment[] }
	/** A pattern of file names that shells read in different ways. */
	| { kind: "inexact" }
	/** Known only when it runs. */
	| { kind: "unknown" }
);

/** One name of a path: exact, or what it must look like. */
export type Segment = string | { like: RegExp; dots: boolean };

/**
 * @param home what "~" and "$HOME" stand for
 * @param onScript told that a command stands within the word
 */
export function termsOf(word: Word, home: string, onScript: () => void): Term[] {
	const { text } = word;
	const known = knownWords(word, {
		script: onScript,
		instead: () => {},
		variable: (name) => (name === "HOME" ? undefined : message("why.variable", { name })),
	});
	if (!Array.isArray(known)) return [{ text, kind: "unknown" }];
	return known.map((one): Term => {
		if (one.value !== undefined) return { text, kind: "sure", value: one.value };
		if (one.dynamic) return { text, kind: "unknown" };
		if (!one.many) {
			const value = atHome(text, one.pattern, home);
			return value === undefined ? { text, kind: "unknown" } : { text, kind: "sure", value };
		}
		const segments = segmentsOf(word.parts ?? [], home);
		return segments === undefined ? { text, kind: "inexact" } : { text, kind: "glob", segments };
	});
}

/** `~`, `~/x`, `$HOME/x`, `"$HOME"/x`; not `~user`, and not a tilde with a quote behind it. */
function atHome(text: string, pattern: string, home: string): string | undefined {
	if (!/^(?:~$|~\/|"?\$HOME"?\/)/.test(text) || !/^~(?:$|\/)/.test(pattern)) return undefined;
	return home + pattern.slice(1);
}

function segmentsOf(parts: readonly WordPart[], home: string): Segment[] | undefined {
	const segments: { source: string; text: string; wild: boolean }[] = [{ source: "", text: "", wild: false }];
	const add = (text: string, source = quoted(text), wild = false): void => {
		const last = segments.at(-1);
		if (last === undefined) return;
		last.text += text;
		last.source += source;
		last.wild ||= wild;
	};
	for (const [index, part] of parts.entries()) {
		if (part.type === "Glob") {
			const source = sourceOf(part.text);
			if (source === undefined) return undefined;
			// "**" goes down all folders in some shells.
			if (part.text === "*" && isStar(parts[index - 1])) return undefined;
			add(part.text, source, true);
			continue;
		}
		const text = literalOf(part);
		if (text === undefined) return undefined;
		if (index === 0 && part.type === "Literal" && text.startsWith("~")) {
			if (!text.startsWith("~/")) return undefined;
			add(home);
			for (const piece of text.slice(1).split("/").slice(1)) {
				segments.push({ source: "", text: "", wild: false });
				add(piece);
			}
			continue;
		}
		for (const [at, piece] of text.split("/").entries()) {
			if (at > 0) segments.push({ source: "", text: "", wild: false });
			add(piece);
		}
	}
	return segments.map(({ source, text, wild }) =>
		wild ? { like: new RegExp(`^${source}$`, "su"), dots: text.startsWith(".") } : text,
	);
}

function isStar(part: WordPart | undefined): boolean {
	return part?.type === "Glob" && part.text === "*";
}

function literalOf(part: WordPart): string | undefined {
	if (part.type === "Literal" || part.type === "SingleQuoted" || part.type === "AnsiCQuoted") return part.value;
	if (part.type !== "DoubleQuoted") return undefined;
	const texts = part.parts.map((child) => (child.type === "Literal" ? child.value : undefined));
	return texts.includes(undefined) ? undefined : texts.join("");
}

/** Ranges of letters depend on the language the shell runs in, and "[^" and classes on the shell. */
function sourceOf(glob: string): string | undefined {
	if (glob === "*") return "[^/]*";
	if (glob === "?") return "[^/]";
	const inner = /^\[(!?)((?:0-9|[A-Za-z0-9_.,+@%=])+)\]$/.exec(glob);
	return inner === null ? undefined : `[${inner[1] === "" ? "" : "^/"}${inner[2]}]`;
}

function quoted(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|/]/g, (char) => `\\${char}`);
}
