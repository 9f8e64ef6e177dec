// What a row of the log holds, whole, as a read-only document: entries, input, result, card. Characters that do not show
// are escaped.

import type { EvidenceLink } from "../protocol/audit.ts";
import { HIDDEN_IN_LINES } from "../protocol/hiddenCharacters.ts";
import { message } from "../protocol/messages.ts";
import { contentOf } from "./auditEvidence.ts";
import { type AuditLog, type LogPlace, Refusal } from "./auditLog.ts";
import { say } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";

/** A document of the editor gets no larger. Characters. */
const MAX_TEXT = 5_000_000;
/** JSON up to here is indented anew. Characters. */
const INDENTED = 128 * 1024;
/** Characters made safe before others have their turn. */
const SLICE = 64 * 1024;

/** @throws Refusal when the log does not hold it */
export async function openRowText(
	log: Pick<AuditLog, "ask">,
	documents: Pick<TextDocuments, "show">,
	place: Pick<LogPlace, "dir">,
	row: number,
	what: "entries" | "input" | "result" | "card",
): Promise<void> {
	if (what === "entries") {
		await documents.show("entries.json", await entriesText(log, row));
		return;
	}
	const detail = await log.ask("detail", { row });
	if (detail === undefined) throw new Refusal(message("auditHost.noRow"));
	const show = async (text: string) => documents.show(`${what}.${isJson(text) ? "json" : "txt"}`, await shown(text));
	const showEvidence = async (link: EvidenceLink) => {
		const content = await contentOf(place, link);
		if ("why" in content) throw new Refusal(content.why);
		await show(indented(content.bytes.toString("utf8")));
	};
	if (what === "input") {
		const { said, inputEvidence } = detail;
		if (inputEvidence !== undefined) return showEvidence(inputEvidence);
		if (said?.input === undefined) throw new Refusal(message("auditHost.noInput"));
		return show(said.input);
	}
	if (what === "card") {
		const card = detail.decision?.card;
		if (card === undefined) throw new Refusal(message("auditHost.noCard"));
		return showEvidence(card);
	}
	const { result } = detail;
	if (result?.evidence !== undefined) return showEvidence(result.evidence);
	if (result?.text === undefined) throw new Refusal(message("auditHost.noResult"));
	return show(result.text);
}

async function entriesText(log: Pick<AuditLog, "ask">, row: number): Promise<string> {
	const entries = await log.ask("entries", { row });
	if (entries.length === 0) throw new Refusal(message("auditHost.noRow"));
	const parts: string[] = [];
	for (const { segment, line, entry, problem } of entries) {
		const whole = { segment, line, ...(problem === undefined ? {} : { problem }), entry: entry ?? null };
		parts.push(JSON.stringify(whole, undefined, 2));
		await turn();
	}
	return shown(`[\n${parts.join(",\n")}\n]\n`);
}

/**
 * Text for a document: what does not show is escaped, and what is too long is cut, with a last line that says so. It takes
 * turns with others.
 */
export async function shown(text: string): Promise<string> {
	const cut = text.length > MAX_TEXT;
	const parts: string[] = [];
	const end = cut ? MAX_TEXT : text.length;
	const json = isJson(text);
	for (let from = 0; from < end; await turn()) {
		let to = Math.min(end, from + SLICE);
		// The two halves of one character stay together.
		if (to < text.length && isHigh(text.charCodeAt(to - 1))) to += 1;
		parts.push(text.slice(from, to).replace(HIDDEN_IN_LINES, (char) => escaped(char, json)));
		from = to;
	}
	const whole = parts.join("");
	if (cut) return `${whole}\n\n${say("auditHost.textCut", { shown: MAX_TEXT, all: text.length })}\n`;
	return whole.endsWith("\n") ? whole : `${whole}\n`;
}

/** In JSON such characters stand in strings only, where an escape is the same text. */
function escaped(char: string, json: boolean): string {
	if (!json) return `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
	return char
		.split("")
		.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
		.join("");
}

function indented(text: string): string {
	if (text.length > INDENTED) return text;
	try {
		return JSON.stringify(JSON.parse(text), undefined, 2);
	} catch {
		// No JSON: plain text is shown as it is.
		return text;
	}
}

function isJson(text: string): boolean {
	return /^\s*[[{"]/.test(text.slice(0, 100));
}

function isHigh(unit: number): boolean {
	return unit >= 0xd800 && unit < 0xdc00;
}

function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
