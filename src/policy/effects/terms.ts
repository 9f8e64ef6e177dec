// Words of a command as a preview takes them: sure text, a pattern of file names that all shells read alike, or neither.
import type { Word, WordPart } from "unbash";
import { message } from "../../protocol/messages.ts";
import { knownWords } from "../floor/word.ts";
import { literally, type Piece, pieceOf } from "./pattern.ts";

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
export type Segment = string | { like: readonly Piece[]; dots: boolean };

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
	const segments: { pieces: Piece[]; text: string; wild: boolean }[] = [];
	const begin = () => segments.push({ pieces: [], text: "", wild: false });
	const add = (text: string, pieces: readonly Piece[], wild: boolean): void => {
		const last = segments.at(-1);
		if (last === undefined) return;
		last.text += text;
		last.pieces.push(...pieces);
		last.wild ||= wild;
	};
	begin();
	for (const [index, part] of parts.entries()) {
		if (part.type === "Glob") {
			const piece = pieceOf(part.text);
			// "**" goes down all folders in some shells.
			if (piece === undefined || (piece === "*" && isStar(parts[index - 1]))) return undefined;
			add(part.text, [piece], true);
			continue;
		}
		let text = literalOf(part);
		if (text === undefined) return undefined;
		if (index === 0 && part.type === "Literal" && text.startsWith("~")) {
			if (!text.startsWith("~/")) return undefined;
			text = home + text.slice(1);
		}
		for (const [at, name] of text.split("/").entries()) {
			if (at > 0) begin();
			add(name, literally(name), false);
		}
	}
	return segments.map(({ pieces, text, wild }) => (wild ? { like: pieces, dots: text.startsWith(".") } : text));
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
