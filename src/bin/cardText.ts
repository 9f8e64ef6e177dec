// A card in a terminal: everything the sidebar shows, in lines, with agents' text made harmless.
import type { CardFile, CardModel } from "../protocol/card.ts";
import { format, type MessageCode, message } from "../protocol/messages.ts";
import { terminalText } from "./terminalText.ts";

/**
 * Several lines that end with a line break. Nothing is cut: what a person answers must have been shown whole.
 * @param name what a person types for this request
 */
export function cardText(card: CardModel, name: string): string {
	const out: string[] = [];
	const add = (label: string, text: string) => out.push(...labelled(label, text));
	const { agent, session } = card;
	const who = [
		agent.label,
		session.label,
		...(session.subagent === undefined ? [] : [`sub-agent ${session.subagent}`]),
	];
	out.push("", `${name}  ${who.map(terminalText).join(" · ")}${card.guard ? "  GUARD CHANGE" : ""}`);
	add(`${format(card.verb)}: `, card.target);
	if (card.edited !== undefined) {
		const how =
			card.edited.through === "document" ? "This was changed in a document of the editor." : "A person changed this.";
		add("", `${how} ${format(message("ui.edited.asked"))}:`);
		add("  ", card.edited.target);
		// Of a file, the target is the same.
		if (card.files.length > 0) add("", format(message("ui.edited.content")));
	}
	if (card.tool !== card.target) add("with: ", card.tool);
	add("in: ", card.cwd);
	if (card.root !== card.cwd) add("project: ", card.root);
	for (const why of card.why) add("why: ", format(why));
	for (const risk of card.risks) add("risk: ", format(risk));
	if (card.description !== undefined) add("the agent says: ", card.description);
	if (card.problem !== undefined) add("", format(card.problem));
	if (card.preview !== undefined) {
		add("", `${format(message("ui.preview"))}. ${format(message("ui.preview.help"))}`);
		for (const { message: effect, names, more } of card.preview) {
			add("  ", format(effect));
			for (const one of names) add("    - ", one);
			if (more > 0) add("    ", format(message("ui.preview.more.many", { count: more })));
		}
	}
	for (const file of card.files) {
		add(`${file.op} `, `${file.label}  +${file.added} -${file.removed}`);
		for (const warning of file.warnings ?? []) add("  warning: ", format(warning));
		for (const note of notes(file)) add("  ", note);
		for (const hunk of file.hunks) {
			for (const line of hunk.lines) add(`  ${line.op}`, line.text + lineEnd(line.eol));
			out.push("  ...");
		}
	}
	if (card.inputMatters) add("input: ", card.input);
	out.push(`  allow ${name} | deny ${name} [reason]`, "");
	return `${out.join("\n")}\n`;
}

/** Lines of a text behind its label. The bar shows which lines are the text's own: none can pass for a line of ours. */
function labelled(label: string, text: string): string[] {
	const [first = "", ...rest] = text.split("\n");
	const gap = " ".repeat(Math.max(0, label.length - 2));
	return [`  ${label}${terminalText(first)}`, ...rest.map((line) => `  ${gap}│ ${terminalText(line)}`)];
}

/** Unusual line ends are written out, because a terminal does not show them. */
function lineEnd(eol: string): string {
	if (eol === "\n") return "";
	return eol === "" ? "  [no line break at the end]" : eol === "\r\n" ? "  [CRLF]" : "  [CR]";
}

/** What a diff of lines does not show. */
function notes(file: CardFile): string[] {
	const found: string[] = [];
	const note = (code: MessageCode, args?: Record<string, string | number>) => found.push(format(message(code, args)));
	const { before, after } = file;
	if (file.from !== undefined) note("ui.file.moved", { from: file.from });
	if (file.outside) note("ui.file.outside");
	if (file.target !== undefined) note("ui.file.link", { target: file.target });
	if (file.cut) note("ui.file.cut");
	const size = (bytes: number | undefined) => (bytes === undefined ? "–" : `${bytes} bytes`);
	if (file.binary) {
		note("ui.file.binary", { before: size(before?.size), after: size(after?.size) });
		for (const [name, side] of Object.entries({ before, after })) {
			if (side !== undefined) found.push(`${name}: SHA-256 ${side.sha256}`);
		}
	}
	if (file.whitespaceOnly > 0) note("ui.file.whitespace.many", { count: file.whitespaceOnly });
	if (file.eolOnly > 0) note("ui.file.eolOnly.many", { count: file.eolOnly });
	if (after === undefined) return found;
	if (before === undefined) {
		if (after.bom) note("ui.file.bomHas");
		if (after.eol !== "lf" && after.eol !== "none") note("ui.file.eolHas", { eol: after.eol.toUpperCase() });
		return found;
	}
	if (before.eol !== after.eol) {
		note("ui.file.eol", { before: before.eol.toUpperCase(), after: after.eol.toUpperCase() });
	}
	if (before.bom !== after.bom) note(after.bom ? "ui.file.bomAdded" : "ui.file.bomRemoved");
	if (before.mode !== undefined && after.mode !== undefined && before.mode !== after.mode) {
		note("ui.file.mode", { before: before.mode.toString(8), after: after.mode.toString(8) });
	}
	return found;
}
