// How a changed action is found, and what it weighs; and that what holds for it is never less than for what was asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger, type LedgerLine } from "../../../src/gate/ledger.ts";
import { bothDemands, bothVerdicts } from "../../../src/gate/stricter.ts";
import type { PolicyVerdict } from "../../../src/policy/policy.ts";

function line(request: string, more: object = {}): LedgerLine {
	return { request, session: { key: "s" }, digest: request, bytes: 10, state: "allowed", ...more } as LedgerLine;
}

test("a changed action is found by what runs, and by what was asked for where nothing else fits", () => {
	const ledger = new Ledger();
	const plain = line("plain", { digest: "asked" });
	const changed = line("changed", { digest: "runs", original: { digest: "asked" } });
	ledger.add(changed);
	assert.equal(ledger.ofAction("s", undefined, "runs", ["allowed"]), changed);
	assert.equal(ledger.ofAction("s", undefined, "asked", ["allowed"]), changed);
	ledger.add(plain);
	ledger.add(line("later", { digest: "runs too", original: { digest: "asked" } }));
	assert.equal(ledger.ofAction("s", undefined, "asked", ["allowed"]), plain);
	assert.equal(ledger.ofAction("s", undefined, "asked", ["open"]), undefined);
});

test("a line that grows pushes out finished ones, and takes its weight along when it goes", () => {
	const ledger = new Ledger({ lines: 100, bytes: 100 });
	const done = line("done", { state: "done" });
	const open = line("open", { state: "open" });
	ledger.add(done);
	ledger.add(open);
	ledger.resize(open, 95);
	assert.deepEqual([ledger.get("done"), ledger.get("open")], [undefined, open]);
	ledger.resize(open, 10);
	for (let at = 0; at < 9; at += 1) ledger.add(line(`n${at}`, { state: "done" }));
	assert.notEqual(ledger.get("n0"), undefined, "its weight is given back");
	ledger.resize(line("stranger"), 1000);
	assert.notEqual(ledger.get("n0"), undefined, "a line that is not here weighs nothing");
});

test("both demands are met by nobody who would not meet each", () => {
	assert.equal(bothDemands(undefined, undefined), undefined);
	assert.deepEqual(bothDemands({ assurance: 2 }, undefined), { assurance: 2 });
	assert.deepEqual(
		bothDemands(
			{ assurance: 2, people: ["Ann", "bob"], channels: ["web"] },
			{ people: ["ANN", "eve"], channels: ["phone"] },
		),
		{ assurance: 2, people: ["ann"], channels: [] },
	);
});

test("a guard mark stays, whys are said once, and an allow by policy allows nothing here", () => {
	const verdict = (more: Partial<PolicyVerdict>): PolicyVerdict => ({
		effect: "ask",
		ruleId: "r",
		why: [],
		guard: false,
		...more,
	});
	const guard = verdict({ guard: true, ruleId: "g", why: [{ code: "why.guard", args: { what: "x" } }] });
	const both = bothVerdicts(guard, verdict({ effect: "allow", ruleId: "floor", grant: "g1" }), false);
	assert.deepEqual([both.effect, both.guard, both.ruleId, both.grant], ["ask", true, "g", undefined]);
	assert.deepEqual(
		both.why.map(({ code }) => code),
		["why.guard", "why.edited"],
	);
	assert.equal(bothVerdicts(guard, guard, true).why.length, 1);
	assert.equal(bothVerdicts(verdict({}), guard, false).guard, true);
});
