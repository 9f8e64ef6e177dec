// A card in a terminal: everything the sidebar shows, in lines, with agents' text made harmless.
import type { CardModel } from "../protocol/card.ts";
import { format } from "../protocol/messages.ts";
import { terminalText } from "./terminalText.ts";

/** Several lines that end with a line break. Nothing is cut: what a person answers must have been shown whole. */
export function cardText(card: CardModel): string {
	const out: string[] = [];
	const add = (label: string, text: string) => {
		const [first = "", ...rest] = text.split("\n");
		out.push(
			`  ${label}${terminalText(first)}`,
			...rest.map((line) => `  ${" ".repeat(label.length)}${terminalText(line)}`),
		);
	};
	const guard = card.guard ? "  GUARD CHANGE" : "";
	out.push(
		"",
		`${card.id.slice(0, 8)}  ${terminalText(card.agent.label)} · ${terminalText(card.session.label)}${guard}`,
	);
	add(`${format(card.verb)}: `, card.target);
	add("in: ", card.cwd);
	for (const why of card.why) add("why: ", format(why));
	for (const risk of card.risks) add("risk: ", format(risk));
	if (card.description !== undefined) add("the agent says: ", card.description);
	if (card.problem !== undefined) add("", format(card.problem));
	for (const file of card.files) {
		add(
			`${file.op} `,
			`${file.label}  +${file.added} -${file.removed}${file.outside ? "  OUTSIDE THE WORKSPACE" : ""}`,
		);
		if (file.target !== undefined) add("  lands in ", file.target);
		for (const hunk of file.hunks) {
			for (const line of hunk.lines) add(`  ${line.op}`, line.text + lineEnd(line.eol));
			out.push("  ...");
		}
		if (file.cut) add("", "The diff is longer than this; open it in the editor to see all of it.");
	}
	if (card.inputMatters) add("input: ", card.input);
	out.push(`  allow ${card.id.slice(0, 8)} | deny ${card.id.slice(0, 8)} [reason]`, "");
	return `${out.join("\n")}\n`;
}

/** Unusual line ends are written out, because a terminal does not show them. */
function lineEnd(eol: string): string {
	if (eol === "\n") return "";
	return eol === "" ? "  [no line break at the end]" : eol === "\r\n" ? "  [CRLF]" : "  [CR]";
}
