// One text put in another's place, as tools do it that are given the old and the new text. Line breaks do not have to
// agree: a \r\n of the file and of the texts counts as \n, what is put in gets the file's first kind of line break, and
// everything else stays as it is, byte for byte.
import { isUtf8 } from "node:buffer";
import { type Message, message } from "../../protocol/messages.ts";

const BOM = "\uFEFF";
/** A larger result is not worked out. Bytes, about. */
const MAX_AFTER = 40 * 1024 * 1024;

export interface TextReplacement {
	/** For messages only. */
	path: string;
	oldText: string;
	newText: string;
	/** Every place instead of the only one. */
	all?: boolean;
}

/**
 * The new bytes of a file, where the old text stands in it exactly. Places that overlap one already found do not count.
 * @returns why not: empty, absent, more than one place, no change, not UTF-8, too large
 */
export function replaceExact(before: Buffer, edit: TextReplacement): Buffer | Message {
	const text = opened(before, edit);
	return text instanceof Text ? text.exact(edit.all === true) : text;
}

/**
 * As replaceExact; where the old text does not stand there exactly, whole lines that differ in white space at their ends,
 * then in indentation too, are taken for it, each only where exactly one place fits. The new text is then indented as the
 * file is; where that is not the same step for all lines, it is refused.
 */
export function replaceFuzzy(before: Buffer, edit: TextReplacement): Buffer | Message {
	const text = opened(before, edit);
	if (!(text instanceof Text)) return text;
	const exact = text.exact(edit.all === true);
	if (Buffer.isBuffer(exact) || exact.code !== "replace.absent") return exact;
	return text.byLines();
}

function opened(before: Buffer, edit: TextReplacement): Text | Message {
	if (!isUtf8(before)) return message("patch.notUtf8", { path: edit.path });
	if (edit.oldText === "") return message("replace.empty");
	if (edit.oldText === edit.newText) return message("proposal.noChange");
	return new Text(before, edit);
}

class Text {
	readonly #before: Buffer;
	readonly #path: string;
	readonly #bom: string;
	/** With the file's line breaks. */
	readonly #whole: string;
	/** With \n only. */
	readonly #text: string;
	readonly #old: string;
	readonly #new: string;
	readonly #eol: string;

	constructor(before: Buffer, edit: TextReplacement) {
		const whole = before.toString("utf8");
		this.#before = before;
		this.#path = edit.path;
		this.#bom = whole.startsWith(BOM) ? BOM : "";
		this.#whole = whole.slice(this.#bom.length);
		this.#text = lf(this.#whole);
		this.#old = lf(edit.oldText);
		this.#new = lf(edit.newText);
		const first = this.#whole.indexOf("\n");
		this.#eol = first > 0 && this.#whole[first - 1] === "\r" ? "\r\n" : "\n";
	}

	exact(all: boolean): Buffer | Message {
		const places: number[] = [];
		for (let at = this.#text.indexOf(this.#old); at !== -1; at = this.#text.indexOf(this.#old, at + this.#old.length)) {
			places.push(at);
		}
		if (places.length === 0) return message("replace.absent", { path: this.#path });
		if (places.length > 1 && !all) return this.#ambiguous(places.length);
		if (this.#text.length + places.length * this.#new.length > MAX_AFTER) {
			return message("patch.tooLarge", { max: MAX_AFTER / 1024 / 1024 });
		}
		return this.#put(places, this.#old.length, this.#new);
	}

	byLines(): Buffer | Message {
		const lines = this.#text.split("\n");
		const old = this.#old.split("\n");
		const ended = old.at(-1) === "";
		if (ended) old.pop();
		// The last of the pieces has no line break behind it, so old text that ends in one cannot stand there.
		const most = lines.length - old.length - (ended ? 1 : 0);
		for (const [key, loose] of [[trimEnd, false] as const, [trim, true] as const]) {
			const places = runs(lines.map(key), old.map(key), most);
			if (places === undefined) return message("replace.tooMuchWork", { path: this.#path });
			if (places.length > 1) return this.#ambiguous(places.length);
			const [place] = places;
			if (place === undefined) continue;
			const there = lines.slice(place, place + old.length);
			const put = loose ? reindented(there, old, this.#new) : this.#new;
			if (put === undefined) return message("replace.indentation", { path: this.#path });
			const start = lines.slice(0, place).reduce((sum, line) => sum + line.length + 1, 0);
			return this.#put([start], there.join("\n").length + (ended ? 1 : 0), put);
		}
		return message("replace.absent", { path: this.#path });
	}

	#ambiguous(count: number): Message {
		return message("replace.ambiguous", { path: this.#path, count });
	}

	/** Puts a text in the place of `length` units at each of the places, which are offsets in `#text`. */
	#put(places: readonly number[], length: number, put: string): Buffer | Message {
		const parts = [this.#bom];
		const own = put.replaceAll("\n", this.#eol);
		const offsets = new Offsets(this.#whole);
		let from = 0;
		for (const place of places) {
			parts.push(this.#whole.slice(from, offsets.of(place)), own);
			from = offsets.of(place + length);
		}
		parts.push(this.#whole.slice(from));
		const after = Buffer.from(parts.join(""), "utf8");
		return after.equals(this.#before) ? message("proposal.noChange") : after;
	}
}

/** Offsets in the text with \n only as offsets in the text with the file's line breaks. Asked for in rising order. */
class Offsets {
	readonly #whole: string;
	#crlf: number;
	#passed = 0;

	constructor(whole: string) {
		this.#whole = whole;
		this.#crlf = whole.indexOf("\r\n");
	}

	of(offset: number): number {
		// The \n of a \r\n is at its own offset once the \r is passed, so that a cut never falls between the two.
		while (this.#crlf !== -1 && this.#crlf - this.#passed < offset) {
			this.#passed += 1;
			this.#crlf = this.#whole.indexOf("\r\n", this.#crlf + 2);
		}
		return offset + this.#passed;
	}
}

function lf(text: string): string {
	return text.replaceAll("\r\n", "\n");
}

function trimEnd(line: string): string {
	return line.trimEnd();
}

function trim(line: string): string {
	return line.trim();
}

/** Lines compared before the search is given up. */
const MAX_STEPS = 50_000_000;

/** All places from 0 to `most` where a run of lines stands; undefined where that takes too long to tell. */
function runs(lines: readonly string[], wanted: readonly string[], most: number): number[] | undefined {
	// Old text of blank lines only says nothing about its place.
	if (wanted.every((line) => line === "")) return [];
	const places: number[] = [];
	let steps = 0;
	for (let at = 0; at <= most; at += 1) {
		let length = 0;
		while (length < wanted.length && lines[at + length] === wanted[length]) length += 1;
		if (length === wanted.length) places.push(at);
		steps += length;
		if (steps > MAX_STEPS) return undefined;
	}
	return places;
}

/** The new text, shifted as the old one would have to be to stand in the file; undefined where lines disagree on that. */
function reindented(there: readonly string[], old: readonly string[], text: string): string | undefined {
	let shift: { add: string; cut: string } | undefined;
	for (const [at, line] of old.entries()) {
		if (trim(line) === "") continue;
		const one = shiftOf(indentOf(line), indentOf(there[at] ?? ""));
		if (one === undefined || (shift !== undefined && (shift.add !== one.add || shift.cut !== one.cut)))
			return undefined;
		shift = one;
	}
	const { add, cut } = shift ?? { add: "", cut: "" };
	const lines = text.split("\n");
	if (lines.some((line) => trim(line) !== "" && !line.startsWith(cut))) return undefined;
	return lines.map((line) => (trim(line) === "" ? line : add + line.slice(cut.length))).join("\n");
}

function shiftOf(from: string, to: string): { add: string; cut: string } | undefined {
	if (to.endsWith(from)) return { add: to.slice(0, to.length - from.length), cut: "" };
	return from.endsWith(to) ? { add: "", cut: from.slice(0, from.length - to.length) } : undefined;
}

function indentOf(line: string): string {
	return line.slice(0, line.length - line.trimStart().length);
}
