// An action that a person changed: the row says so, the detail has both versions, and a decision that counts no more leaves
// nothing of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { detailOf } from "../../../src/audit/facts.ts";
import { addTo, rowOf } from "../../../src/audit/fold.ts";
import type { ReadLine } from "../../../src/audit/read.ts";

const approver = { osUser: "ada", claims: {}, assurance: 1 };
const digest = (letter: string) => letter.repeat(64);
const side = (letter: string) => ({ digest: digest(letter), size: 3, redacted: false });

function told(...bodies: [string, object][]) {
	const lines = bodies.map(
		([type, body], at): ReadLine =>
			({
				segment: "s",
				line: at + 1,
				offset: 0,
				bytes: 0,
				entry: {
					head: { v: 1, seq: at + 1, time: "2026-01-01T00:00:00.000Z", mono: at, type, session: "s" },
					body: { request: "r1", ...body },
					hash: digest("0"),
					prev: digest("0"),
				},
			}) as never,
	);
	const row = rowOf(lines[0] as ReadLine);
	for (const line of lines.slice(1)) addTo(row, line);
	return { row, detail: detailOf({ ...row, id: 1 }, lines) };
}

const command = ["action.requested", { kind: "shell", tool: "Bash", claimed: { input: { command: "rm a" } } }] as const;
const person = { by: "person", verdict: "allow", approver, channel: "editor" };
const mac = { actionMac: digest("b"), from: digest("a") };

test("a command that was changed: both are told", () => {
	const edited = { ...mac, claimed: { input: { command: "rm b" } } };
	const { row, detail } = told([...command], ["action.decided", { decision: person, edited }]);
	assert.deepEqual(row.flags, ["edited"]);
	assert.equal(row.target, "rm a");
	assert.equal(detail.said?.target, "rm a");
	assert.deepEqual(detail.edited, { target: "rm b", files: [] });
});

test("a file of which a part was left out: a mismatch is one of what was allowed", () => {
	const file = (after: string) => ({ path: "/p/a.txt", op: "modify", before: side("1"), after: side(after) });
	const { row, detail } = told(
		["action.requested", { kind: "write", tool: "Write", change: { files: [file("2")] }, claimed: {} }],
		["action.decided", { decision: person, edited: { ...mac, change: { files: [file("3")] } } }],
		["digest.mismatch", { files: [{ path: "/p/a.txt", op: "modify", approved: "k1", found: "k2" }] }],
	);
	assert.deepEqual(row.flags, ["edited", "unexpected"]);
	assert.equal(detail.files[0]?.mismatch, undefined);
	assert.deepEqual(detail.edited?.files[0]?.mismatch, { approved: "k1", found: "k2" });
	assert.equal(detail.edited?.target, undefined);
});

test("a decision that counts no more leaves nothing of its edit", () => {
	const rule = { by: "rule", verdict: "deny", ruleId: "r" };
	const { row, detail } = told(
		[...command],
		["action.decided", { decision: rule, edited: { ...mac, claimed: { input: { command: "rm b" } } } }],
		["action.decided", { decision: person }],
	);
	assert.equal(row.flags.includes("edited"), false);
	assert.equal(detail.edited, undefined);
});

test("what was changed and not allowed has no other version; members of any type do no harm", () => {
	const { detail } = told([...command], ["action.decided", { decision: { ...person, verdict: "deny" }, edited: mac }]);
	assert.deepEqual(detail.edited, { files: [] });
	for (const edited of [7, "x", [], { change: { files: [1, null, {}] } }, { claimed: { input: [] } }]) {
		const { row } = told([...command], ["action.decided", { decision: person, edited }]);
		assert.deepEqual(row.flags, ["edited"]);
	}
});
