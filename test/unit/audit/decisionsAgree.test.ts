// Which of several decisions of a request counts is said twice: where a log is folded into rows, and in the page of a receipt,
// which may use nothing of ours. Both must give every sequence the same end.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addTo, rowOf } from "../../../src/audit/fold.ts";
import type { ReadLine } from "../../../src/audit/read.ts";
import type { Checked } from "../../../webview/verify/check.ts";
import { storyOf } from "../../../webview/verify/story.ts";

const approver = { osUser: "ada", claims: {}, assurance: 1 };
const verdict = fc.constantFrom("allow", "deny");
const decided = (decision: object) => ({ type: "action.decided", body: { decision } });

const entry = fc.oneof(
	verdict.map((said) => decided({ by: "person", verdict: said, approver, channel: "editor" })),
	verdict.map((said) => decided({ by: "person", verdict: said, approver, channel: "terminal" })),
	verdict.map((said) => decided({ by: "rule", verdict: said, ruleId: "r" })),
	fc.constant(decided({ by: "timeout", verdict: "deny" })),
	fc.constant(decided({ by: "failure", verdict: "deny" })),
	verdict.map((said) =>
		decided({ by: "failure", verdict: "deny", answered: { by: "person", verdict: said, approver, channel: "editor" } }),
	),
	fc.constant({ type: "action.withdrawn", body: { decision: { by: "withdrawn", verdict: "deny" } } }),
	// Nobody's decision under the type of one, and the other way round.
	fc.constant(decided({ by: "withdrawn", verdict: "deny" })),
	fc.constant({ type: "action.withdrawn", body: { decision: { by: "rule", verdict: "allow", ruleId: "r" } } }),
	fc
		.tuple(verdict, fc.boolean())
		.map(([said, agentRule]) => ({ type: "action.settled", body: { by: "terminal", verdict: said, agentRule } })),
	fc.constant({ type: "action.settled", body: { by: "gatepost" } }),
);
type Said = { type: string; body: object };

const time = "2026-01-01T00:00:00.000Z";

function entriesOf(said: readonly Said[]) {
	const requested = { type: "action.requested", body: { kind: "shell", tool: "Bash", claimed: {} } };
	return [requested, ...said].map(({ type, body }, at) => ({
		head: { v: 1 as const, seq: at + 1, time, mono: at, type, session: "s" },
		body: { request: "r1", ...body },
		hash: "",
		prev: "",
	}));
}

/** How the row of a log ends: who decided, and what. */
function inLog(said: readonly Said[]): string {
	const lines = entriesOf(said).map(
		(one, at): ReadLine => ({ segment: "s", line: at + 1, offset: 0, bytes: 0, state: "good", entry: one }) as never,
	);
	const [first, ...others] = lines;
	const row = rowOf(first as ReadLine);
	for (const line of others) addTo(row, line);
	return row.outcome === "allowed" ? "allowed" : row.decidedAt === undefined ? "open" : "denied";
}

function inReceipt(said: readonly Said[]): string {
	const checked = { scope: { of: "session" }, session: entriesOf(said), segments: [] };
	const [step] = storyOf(checked as unknown as Checked);
	const look = step?.outcome?.look;
	return look === "good" ? "allowed" : look === "bad" ? "denied" : "open";
}

test("log and receipt agree on which decision counts, in every order of entries", () => {
	let [allowed, denied] = [0, 0];
	fc.assert(
		fc.property(fc.array(entry, { maxLength: 4 }), (said) => {
			const end = inLog(said);
			if (end === "allowed") allowed++;
			if (end === "denied") denied++;
			assert.equal(inReceipt(said), end);
		}),
		{ numRuns: 3000 },
	);
	assert.ok(allowed > 300 && denied > 300, `${allowed} allowed, ${denied} denied`);
});

test("a decision given in a terminal of the gate is no settled race: a person's later word is not taken for one", () => {
	const person = decided({ by: "person", verdict: "allow", approver, channel: "terminal" });
	for (const end of [inLog, inReceipt]) {
		assert.equal(end([person]), "allowed");
		// What a person decided at the gate stands against a later rule; what the agent's own prompt settled stands against both.
		assert.equal(end([person, decided({ by: "rule", verdict: "deny", ruleId: "r" })]), "allowed");
		assert.equal(end([{ type: "action.settled", body: { by: "terminal", verdict: "deny" } }, person]), "denied");
		assert.equal(end([decided({ by: "timeout", verdict: "deny" }), person]), "allowed");
	}
});
