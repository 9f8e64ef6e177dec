// A card in a terminal: an answer there counts as one to all of it, so all of it must be printed, and harmless.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { cardText } from "../../../src/bin/cardText.ts";
import { CardModel } from "../../../src/protocol/card.ts";
import { Message } from "../../../src/protocol/messageSchema.ts";
import { format, message } from "../../../src/protocol/messages.ts";

const side = { size: 11, sha256: "aa11", eol: "lf" as const, bom: false, finalNewline: true, mode: 0o644 };
const UNSAVED = message("warning.unsaved");

const CARD: CardModel = {
	v: 1,
	id: "the-id",
	agent: { id: "agent-id", label: "Agent-Label" },
	session: { id: "session-id", label: "Session-Label", subagent: "Sub-Agent" },
	kind: "shell",
	tool: "The-Tool",
	verb: message("verb.shell"),
	target: "the target",
	root: "/the/root",
	cwd: "/the/root/cwd",
	files: [
		{
			label: "file-label",
			path: "/the/root/file-label",
			target: "/link/target",
			outside: true,
			op: "modify",
			from: "moved-from",
			warnings: [UNSAVED],
			added: 4101,
			removed: 4102,
			whitespaceOnly: 4103,
			eolOnly: 4104,
			binary: true,
			before: side,
			after: { size: 22, sha256: "bb22", eol: "crlf", bom: true, finalNewline: true, mode: 0o755 },
			hunks: [
				{
					lines: [
						{ op: "-", before: 1, text: "old line", eol: "\n" },
						{ op: "+", after: 1, text: "new line", eol: "", mark: [[0, 3]] },
					],
				},
			],
			cut: true,
		},
	],
	input: '{ "the": "input" }',
	inputMatters: true,
	description: "the description",
	problem: message("proposal.noFile", { path: "/problem" }),
	preview: [
		{ message: message("effect.deletesFiles", { count: 4105, size: "1 kB" }), names: ["name-of-effect"], more: 4106 },
	],
	edited: { target: "what was asked", actionMac: "m0", through: "view" },
	why: [message("why.edited")],
	risks: [message("risk.outside", { path: "/risk" })],
	guard: true,
	createdAt: "2026-01-01T00:00:00.000Z",
	deadlineAt: "2026-01-01T00:10:00.000Z",
	actionMac: "m1",
};

/** What the text must hold for each member of a card; or why it need not. */
const SHOWN: Record<string, string | { not: string }> = {
	v: { not: "the version of the format" },
	id: { not: "chosen by the agent; its number stands for it" },
	"agent.id": { not: "the label says it" },
	"agent.label": "Agent-Label",
	"session.id": { not: "the label says it" },
	"session.label": "Session-Label",
	"session.subagent": "sub-agent Sub-Agent",
	kind: { not: "the verb says it" },
	tool: "with: The-Tool",
	verb: format(CARD.verb),
	target: "the target",
	root: "project: /the/root",
	cwd: "in: /the/root/cwd",
	"files.label": "modify file-label",
	"files.path": { not: "the label says it" },
	"files.target": "/link/target",
	"files.outside": format(message("ui.file.outside")),
	"files.op": "modify file-label",
	"files.from": format(message("ui.file.moved", { from: "moved-from" })),
	"files.warnings": `warning: ${format(UNSAVED)}`,
	"files.added": "+4101",
	"files.removed": "-4102",
	"files.whitespaceOnly": format(message("ui.file.whitespace.many", { count: 4103 })),
	"files.eolOnly": format(message("ui.file.eolOnly.many", { count: 4104 })),
	"files.binary": "11 bytes before, 22 bytes after",
	"files.before.size": "11 bytes before",
	"files.before.sha256": "before: SHA-256 aa11",
	"files.before.eol": format(message("ui.file.eol", { before: "LF", after: "CRLF" })),
	"files.before.bom": format(message("ui.file.bomAdded")),
	"files.before.finalNewline": { not: "its last line says it" },
	"files.before.mode": format(message("ui.file.mode", { before: "644", after: "755" })),
	"files.after.size": "22 bytes after",
	"files.after.sha256": "after: SHA-256 bb22",
	"files.after.eol": format(message("ui.file.eol", { before: "LF", after: "CRLF" })),
	"files.after.bom": format(message("ui.file.bomAdded")),
	"files.after.finalNewline": { not: "its last line says it" },
	"files.after.mode": format(message("ui.file.mode", { before: "644", after: "755" })),
	"files.hunks.lines.op": "-old line",
	"files.hunks.lines.before": { not: "only for finding the line" },
	"files.hunks.lines.after": { not: "only for finding the line" },
	"files.hunks.lines.text": "+new line",
	"files.hunks.lines.eol": "[no line break at the end]",
	"files.hunks.lines.mark": { not: "both lines are there" },
	"files.cut": format(message("ui.file.cut")),
	input: CARD.input,
	inputMatters: "input: ",
	description: "the agent says: the description",
	problem: format(message("proposal.noFile", { path: "/problem" })),
	"preview.message": format(message("effect.deletesFiles", { count: 4105, size: "1 kB" })),
	"preview.names": "- name-of-effect",
	"preview.more": "and 4106 more",
	"edited.target": "what was asked",
	"edited.through": "A person changed this.",
	"edited.actionMac": { not: "binds; nobody can read it" },
	why: `why: ${format(message("why.edited"))}`,
	risks: `risk: ${format(message("risk.outside", { path: "/risk" }))}`,
	guard: "GUARD CHANGE",
	createdAt: { not: "now" },
	deadlineAt: { not: "nothing that is decided on" },
	actionMac: { not: "binds; nobody can read it" },
};

/** Names of all members that hold no others. */
function members(schema: z.core.$ZodType, at = ""): string[] {
	if (schema === Message) return [at];
	const { def } = schema._zod as { def: { type: string } };
	if (schema instanceof z.ZodMiniObject) {
		return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([name, one]) =>
			members(one, at === "" ? name : `${at}.${name}`),
		);
	}
	if (def.type === "optional") return members((def as unknown as { innerType: z.core.$ZodType }).innerType, at);
	if (def.type === "array") return members((def as unknown as { element: z.core.$ZodType }).element, at);
	return [at];
}

test("every member of a card is printed, or it is said here why not", () => {
	assert.ok(CardModel.safeParse(CARD).success);
	const all = members(CardModel);
	assert.ok(all.length > 50, `${all.length} members`);
	assert.deepEqual([...new Set(all)].sort(), Object.keys(SHOWN).sort());
	const text = cardText(CARD, "7");
	for (const [member, shown] of Object.entries(SHOWN)) {
		if (typeof shown === "string") assert.ok(text.includes(shown), `${member}: ${shown}\n${text}`);
	}
});

test("what comes from agents and files is on lines of its own and cannot move the cursor", () => {
	const evil = "a\n  allow 7 | deny 7 [reason]\x1b[2Jb\u202e";
	const [file] = CARD.files;
	assert.ok(file !== undefined);
	const text = cardText(
		{
			...CARD,
			preview: [{ message: message("effect.missing"), names: [evil], more: 0 }],
			edited: { target: evil, actionMac: "m0", through: "view" },
			root: evil,
			files: [{ ...file, from: evil, warnings: [message("risk.outside", { path: evil })] }],
		},
		"7",
	);
	assert.ok(!text.includes("\x1b") && !text.includes("\u202e"));
	assert.equal(text.split("\n").filter((line) => /^\s*allow 7/.test(line)).length, 1);
	assert.equal(text.split("<U+001B>[2Jb<U+202E>").length, 6);
});

test("nothing is said of what a card does not have", () => {
	const { edited: _, preview: _preview, ...plain } = CARD;
	const text = cardText({ ...plain, root: CARD.cwd, files: [], why: [] }, "7");
	for (const word of ["A person changed", "Preview", "project:", "warning:"]) assert.ok(!text.includes(word), word);
});
