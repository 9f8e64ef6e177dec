// What a diff of lines does not show, in words: white space, line breaks, byte order mark, mode, links.
import type { CardFile } from "../../src/protocol/card.ts";
import { message } from "../../src/protocol/messages.ts";
import { type AnyMessage, counted, t } from "./texts.ts";

export interface FileNote {
	text: AnyMessage | string;
	/** Deserves a second look. */
	warns: boolean;
}

const EOL_NAMES = { lf: "LF", crlf: "CRLF", cr: "CR", mixed: "ui.eol.mixed", none: "ui.eol.none" } as const;

/** Notes on one file, what warns first. */
export function fileNotes(file: CardFile): FileNote[] {
	const notes: FileNote[] = [];
	const warn = (text: FileNote["text"]) => notes.push({ text, warns: true });
	const note = (text: FileNote["text"]) => notes.push({ text, warns: false });
	const { before, after } = file;

	if (file.outside) warn(message("ui.file.outside"));
	if (file.target !== undefined) warn(message("ui.file.link", { target: file.target }));
	if (file.cut) warn(message("ui.file.cut"));
	if (file.binary) {
		warn(message("ui.file.binary", { before: size(before?.size), after: size(after?.size) }));
	}
	if (file.from !== undefined) note(message("ui.file.moved", { from: file.from }));
	else if (file.op === "create") note(message("ui.file.new"));
	if (file.op === "delete") warn(message("ui.file.deleted"));
	if (file.whitespaceOnly > 0) note(counted("ui.file.whitespace", file.whitespaceOnly));
	if (file.eolOnly > 0) note(counted("ui.file.eolOnly", file.eolOnly));
	if (before && after) compare(before, after, warn, note);
	else if (after) describe(after, warn, note);
	if (notes.length === 0 && file.added === 0 && file.removed === 0) note(message("ui.file.same"));
	return notes.sort((a, b) => Number(b.warns) - Number(a.warns));
}

/** True when the change is about line breaks, so that they are drawn. */
export function drawsLineBreaks({ before, after, eolOnly }: CardFile): boolean {
	return eolOnly > 0 || (before !== undefined && after !== undefined && before.eol !== after.eol);
}

type Side = NonNullable<CardFile["before"]>;
type Add = (text: FileNote["text"]) => unknown;

function compare(before: Side, after: Side, warn: Add, note: Add): void {
	const content = before.eol !== "none" && after.eol !== "none";
	if (content && before.eol !== after.eol) {
		note(message("ui.file.eol", { before: eolName(before), after: eolName(after) }));
	}
	if (before.bom !== after.bom) note(message(after.bom ? "ui.file.bomAdded" : "ui.file.bomRemoved"));
	if (before.finalNewline !== after.finalNewline && before.size > 0 && after.size > 0) {
		note(message(after.finalNewline ? "ui.file.finalAdded" : "ui.file.finalRemoved"));
	}
	if (before.mode === undefined || after.mode === undefined || before.mode === after.mode) return;
	const gains = (after.mode & 0o111 & ~before.mode) !== 0 || (after.mode & 0o6000 & ~before.mode) !== 0;
	(gains ? warn : note)(message("ui.file.mode", { before: octal(before.mode), after: octal(after.mode) }));
	if ((after.mode & 0o111 & ~before.mode) !== 0) warn(message("ui.file.executable"));
}

function describe(after: Side, warn: Add, note: Add): void {
	if (after.bom) note(message("ui.file.bomHas"));
	if (after.eol === "crlf" || after.eol === "cr" || after.eol === "mixed") {
		note(message("ui.file.eolHas", { eol: eolName(after) }));
	}
	if (after.mode !== undefined && (after.mode & 0o111) !== 0) warn(message("ui.file.executable"));
}

function eolName({ eol }: Side): string {
	const name = EOL_NAMES[eol];
	return name === "ui.eol.mixed" || name === "ui.eol.none" ? t(name) : name;
}

function octal(mode: number): string {
	return (mode & 0o7777).toString(8).padStart(3, "0");
}

function size(bytes: number | undefined): string {
	return bytes === undefined ? "–" : counted("ui.bytes", bytes);
}
