// A card that takes another one's place: an answer is to the card that is up, whatever came before and in whatever order.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Desk } from "../../../src/approvals/desk.ts";
import { answer, card, DIGEST, request, TestClock, test } from "./support.ts";

const digestOf = (name: string) => name.repeat(64);
const other = (name: string, id = "a") => ({
	card: card(id, { target: name, edited: { target: "npm test", actionMac: "1".repeat(64), through: "view" } }),
	shownDigest: digestOf(name),
});
const to = (digest: string, verdict: "allow" | "deny" = "allow") =>
	answer(verdict, { shown: { digest, extent: "whole", ms: 1 } });

test("an answer to the old card is refused, one to the new card taken once, with what it was made of", async () => {
	const desk = new Desk({ clock: new TestClock() });
	const replaced: string[] = [];
	desk.on("replaced", (now) => replaced.push(now.card.target));
	const waiting = desk.open(request(new TestClock(), "a"));
	assert.equal(desk.replace("a", other("b")), true);
	assert.deepEqual(replaced, ["b"]);
	for (const verdict of ["allow", "deny"] as const) {
		const old = desk.answer("a", to(DIGEST, verdict));
		assert.equal(old.result === "refused" && old.message.code, "desk.otherCard");
	}
	assert.equal(desk.answer("a", to(digestOf("b"))).result, "taken");
	assert.equal(desk.answer("a", to(digestOf("b"))).result, "late");
	const decision = await waiting;
	assert.ok(decision.by === "person" && decision.editedFrom === "1".repeat(64));
	assert.equal(desk.replace("a", other("c")), false, "what is answered is not replaced");
	assert.equal(desk.replace("nobody", other("c", "nobody")), false);
});

test("a card of another request takes no place, and a card without a change names none", async () => {
	const clock = new TestClock();
	const desk = new Desk({ clock });
	const waiting = desk.open(request(clock, "a"));
	assert.equal(desk.replace("a", other("b", "z")), false);
	assert.equal(desk.answer("a", to(DIGEST)).result, "taken");
	const decision = await waiting;
	assert.ok(decision.by === "person" && decision.editedFrom === undefined);
});

test("what is demanded of who allows, and guard and grants, are those of the card that is up", () => {
	const clock = new TestClock();
	const desk = new Desk({ clock });
	void desk.open(request(clock, "a"));
	desk.replace("a", { ...other("b"), demand: { channels: ["web"] } });
	const codeOf = (more: object) => {
		const said = desk.answer("a", { ...to(digestOf("b")), ...more });
		return said.result === "refused" ? said.message.code : said.result;
	};
	assert.equal(codeOf({}), "desk.demandChannel");
	const rule = { member: "command", patterns: ["x"] };
	assert.equal(codeOf({ channel: "web", grant: { lasts: { for: "session" }, rule } }), "edit.noGrant");
	desk.replace("a", { ...other("b"), card: card("a", { guard: true }) });
	assert.equal(codeOf({ shown: { digest: digestOf("b"), extent: "partial", ms: 1 } }), "desk.guardWhole");
	assert.equal(codeOf({}), "taken");
});

test("a shorter time holds, and no card waits longer than the first one would have, on either clock", async () => {
	const clock = new TestClock();
	const desk = new Desk({ clock });
	const waiting = desk.open(request(clock, "a", {}, 60_000));
	desk.replace("a", { ...other("b"), timeoutAt: clock.wall() + 1000 });
	// The clock is set back: what is left must not grow.
	clock.sleep(-50_000);
	desk.replace("a", { ...other("c"), timeoutAt: clock.wall() + 10_000_000 });
	clock.pass(59_000);
	assert.equal(desk.waits("a"), true);
	clock.pass(1000);
	assert.equal((await waiting).by, "timeout");
	const second = desk.open(request(clock, "d", {}, 60_000));
	desk.replace("d", { ...other("b", "d"), timeoutAt: clock.wall() + 1000 });
	clock.pass(1000);
	assert.equal((await second).by, "timeout");
	assert.equal(clock.timers, 0);
});

const step = fc.oneof(
	fc.record({ do: fc.constant("replace" as const), name: fc.constantFrom("b", "c", "d") }),
	fc.record({
		do: fc.constant("answer" as const),
		name: fc.constantFrom("a", "b", "c", "d"),
		verdict: fc.constantFrom("allow" as const, "deny" as const),
	}),
	fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 30_000 }) }),
	fc.constant({ do: "withdraw" as const }),
);

test("in every order: the first answer to the card that is up decides, and no other", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
			const clock = new TestClock();
			const desk = new Desk({ clock });
			const waiting = desk.open(request(clock, "a"));
			let up: string | undefined = "a";
			let end: string | undefined;
			for (const one of steps) {
				if (!desk.waits("a") && up !== undefined) {
					end ??= "timeout";
					up = undefined;
				}
				if (one.do === "pass") clock.pass(one.ms);
				else if (one.do === "withdraw") {
					if (desk.withdraw("a", "gone")) {
						end = "withdrawn";
						up = undefined;
					}
				} else if (one.do === "replace") {
					assert.equal(desk.replace("a", other(one.name)), up !== undefined);
					if (up !== undefined) up = one.name;
				} else {
					const { result } = desk.answer("a", to(digestOf(one.name), one.verdict));
					assert.equal(result, up === undefined ? "late" : up === one.name ? "taken" : "refused");
					if (result === "taken") {
						end = `${one.name} ${one.verdict}`;
						up = undefined;
					}
				}
			}
			clock.pass(1_000_000);
			const decision = await waiting;
			const how = decision.by === "person" ? `${decision.shown.digest[0]} ${decision.verdict}` : decision.by;
			assert.equal(how, end ?? "timeout");
			if (decision.by === "person") assert.equal(decision.editedFrom !== undefined, !how.startsWith("a "));
		}),
		{ numRuns: 2000 },
	);
});
