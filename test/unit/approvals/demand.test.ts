// Answers with a grant, rules that want certain people or channels, and the time a rule gives.
import assert from "node:assert/strict";
import { metInTerminal } from "../../../src/approvals/demand.ts";
import { Desk } from "../../../src/approvals/desk.ts";
import type { Answer, DeskRequest } from "../../../src/approvals/pending.ts";
import { answer, DIGEST, request, TestClock, test } from "./support.ts";

const GRANT = { lasts: { for: "session" }, rule: { member: "command", patterns: ["npm test"] } } as const;
const grant: NonNullable<Answer["grant"]> = {
	lasts: { ...GRANT.lasts },
	rule: { ...GRANT.rule, patterns: ["npm test"] },
};

function start() {
	const clock = new TestClock();
	const desk = new Desk({ clock });
	const open = (id: string, more: Partial<DeskRequest> = {}, card = {}) =>
		desk.open({ ...request(clock, id, card), ...more });
	const code = (id: string, given: Answer) => {
		const result = desk.answer(id, given);
		return result.result === "refused" ? result.message.code : result.result;
	};
	return { clock, desk, open, code };
}

test("a decision says what the person granted, whatever becomes of their answer's object", async () => {
	const { desk, open } = start();
	const waiting = open("r");
	const given = structuredClone(grant);
	desk.answer("r", answer("allow", { grant: given }));
	given.rule.patterns[0] = "rm -rf /";
	const decision = await waiting;
	assert.deepEqual(decision.by === "person" && decision.grant, grant);
});

test("a grant on a card shown in part, on a guard change or with a denial is refused, and the card waits on", () => {
	const { desk, open, code } = start();
	open("part");
	open("guard", {}, { guard: true });
	open("deny");
	const partial = { digest: DIGEST, extent: "partial" as const, ms: 900 };
	assert.equal(code("part", answer("allow", { grant, shown: partial })), "desk.grantWhole");
	assert.equal(code("guard", answer("allow", { grant })), "grant.guard");
	assert.equal(code("deny", answer("deny", { grant })), "desk.badAnswer");
	assert.equal(desk.pending().length, 3);
	assert.equal(code("part", answer("allow", { shown: partial })), "taken", "once is another matter");
});

test("a rule takes an allow only through its channels, with its proof and from its people; a denial from anybody", () => {
	const { open, code } = start();
	const cases: [string, NonNullable<DeskRequest["demand"]>, Partial<Answer>, string][] = [
		["a", { channels: ["phone", "slack"] }, {}, "desk.demandChannel"],
		["b", { channels: ["editor"] }, {}, "taken"],
		["c", { channels: ["editor"] }, { channel: "program" }, "desk.demandChannel"],
		["d", { assurance: 2 }, {}, "desk.demandAssurance"],
		["e", { assurance: 1 }, {}, "taken"],
		["f", { people: ["ada@example.com"] }, {}, "desk.demandPeople"],
		["g", { people: ["Dev"] }, {}, "taken"],
		[
			"h",
			{ people: ["ada@example.com"] },
			{ approver: { osUser: "x", claims: { gitEmail: "Ada@example.com" }, assurance: 1 } },
			"taken",
		],
		["i", { channels: ["editor"], assurance: 2 }, {}, "desk.demandAssurance"],
	];
	for (const [id, demand, given, result] of cases) {
		open(id, { demand });
		assert.equal(code(id, answer("allow", given)), result, id);
	}
	assert.equal(code("a", answer("deny")), "taken");
});

test("an approver whose assurance is no number meets no demand for one", () => {
	const { open, code } = start();
	open("r", { demand: { assurance: 0 } });
	const approver = { osUser: "dev", claims: {}, assurance: Number.NaN as 0 };
	assert.equal(code("r", answer("allow", { approver })), "desk.demandAssurance");
});

test("what the agent's own terminal can meet is a rule that asks for nobody in particular", () => {
	assert.equal(metInTerminal(undefined), true);
	assert.equal(metInTerminal({}), true);
	assert.equal(metInTerminal({ assurance: 0 }), true);
	assert.equal(metInTerminal({ channels: ["terminal", "phone"] }), true);
	assert.equal(metInTerminal({ channels: ["editor"] }), false);
	assert.equal(metInTerminal({ assurance: 1 }), false);
	assert.equal(metInTerminal({ people: ["ann"] }), false);
});

test("the time of a rule ends a request where it is sooner than the deadline, as a timeout that denies", async () => {
	const { clock, desk, open } = start();
	const sooner = open("sooner", { timeoutAt: clock.wall() + 10_000 });
	const later = open("later", { timeoutAt: clock.wall() + 120_000 });
	clock.pass(10_000);
	assert.deepEqual([(await sooner).by, (await sooner).verdict], ["timeout", "deny"]);
	assert.equal(desk.waits("sooner"), false);
	assert.equal(desk.waits("later"), true);
	assert.equal(desk.answer("sooner", answer("allow", { grant })).result, "late");
	clock.pass(50_000);
	assert.equal((await later).by, "timeout");
});
