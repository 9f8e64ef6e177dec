// A change that a person put back, with what was there before and what was written: as the entry says, and no more.
import type { DetailFile, RowDetail } from "../../protocol/audit.ts";
import { member, str } from "../members.ts";
import type { ReadLine } from "../read.ts";
import { fileHtml, type Read } from "./htmlDiff.ts";
import { bdi, escaped, facts } from "./htmlText.ts";

/** Characters of an id or a reason. Whoever can write the log can make them as long as they like. */
const MAX_WORDS = 1000;

const HOWS: Readonly<Record<string, string>> = {
	restore: "The file was to hold again what it had held before the action.",
	remove: "The action had made the file: it was to be removed again.",
	merged: "The file had moved on: the action's part was to be taken out, and the rest kept.",
	conflict:
		"The file had moved on in the same places: the merge editor was opened. What was made of it there is in no entry.",
};

/** Of an entry that a gate made at its start. */
const RECOVERED = " This was found out afterwards, from a note that other programs of the user can write, too.";

/** What an undo's row says below its head. */
export async function undoHtml({ row, files }: RowDetail, lines: readonly ReadLine[], read: Read): Promise<string> {
	const { body } = lines[0]?.entry ?? {};
	const [how, outcome, detail] = ["how", "outcome", "detail"].map((name) => words(body, name)) as [
		string,
		string,
		string,
	];
	const recovered = member(body, "recovered") === true;
	const end =
		outcome === "" && !recovered
			? ""
			: `<p class="odd">${outcome === "failed" && !recovered ? "It was not written." : "Whether it was written is not known."}${detail === "" ? "" : ` ${bdi(detail)}`}${recovered ? RECOVERED : ""}</p>`;
	const drawn: string[] = [];
	for (const file of files) drawn.push(missingOf(how, body, file) ?? (await fileHtml(file, read)));
	return `${facts([
		["By", row.person === undefined ? undefined : bdi(row.person)],
		["Undoes the action", code(words(body, "request"))],
		["First of the actions undone", code(words(body, "since"))],
		["Undo", code(words(body, "undo"))],
	])}
<p class="note">${Object.hasOwn(HOWS, how) ? escaped(HOWS[how] ?? "") : `How it was put back is not known to this version: ${bdi(how)}`}</p>
${end}${drawn.join("\n")}`;
}

/** Sides that the entry ought to hold and does not: an absent one would be drawn as no file. */
function missingOf(how: string, body: unknown, { path, before, after }: DetailFile): string | undefined {
	const gone = [
		// No file, unless something stands there that is no content.
		...(before === undefined && (how === "remove" || member(body, "before") !== undefined)
			? ["what the file held until then"]
			: []),
		...(after === undefined && (how !== "remove" || member(body, "after") !== undefined) ? ["what was written"] : []),
	];
	if (gone.length === 0) return undefined;
	return `<p class="file"><bdi><code>${escaped(path)}</code></bdi></p><p class="note">The entry does not hold ${gone.join(", nor ")}: there is nothing to compare.</p>`;
}

function words(body: unknown, name: string): string {
	const text = str(body, name);
	return text.length <= MAX_WORDS ? text : `${text.slice(0, MAX_WORDS).toWellFormed()}…`;
}

function code(id: string): string | undefined {
	return id === "" ? undefined : `<code>${escaped(id)}</code>`;
}
