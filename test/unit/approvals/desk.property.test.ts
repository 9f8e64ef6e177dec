// Whatever order things happen in: every request ends exactly once, by what happened to it first.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decision } from "../../../src/approvals/decision.ts";
import { Desk } from "../../../src/approvals/desk.ts";
import { answer, DIGEST, request, TestClock, test } from "./support.ts";

const ids = ["a", "b", "c", "d"] as const;
const id = fc.constantFrom(...ids);

const step = fc.oneof(
	fc.record({ do: fc.constant("open" as const), id, guard: fc.boolean(), ms: fc.integer({ min: -5, max: 50_000 }) }),
	fc.record({
		do: fc.constant("answer" as const),
		id,
		verdict: fc.constantFrom("allow" as const, "deny" as const),
		whole: fc.boolean(),
		digest: fc.boolean(),
	}),
	fc.record({ do: fc.constant("withdraw" as const), id }),
	fc.record({ do: fc.constant("fail" as const), id }),
	fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 30_000 }) }),
	fc.record({ do: fc.constant("sleep" as const), ms: fc.integer({ min: -30_000, max: 60_000 }) }),
	fc.constant({ do: "pause" as const }),
	fc.constant({ do: "resume" as const }),
	fc.record({ do: fc.constant("hold" as const), ms: fc.integer({ min: -5, max: 50_000 }) }),
	fc.constant({ do: "tick" as const }),
);

test("any interleaving settles each request exactly once and never by an answer that had to be refused", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
			const clock = new TestClock();
			const desk = new Desk({ clock });
			const opened = new Map<
				string,
				{ waiting: Promise<Decision>; guard: boolean; dueWall: number; dueSteady: number }
			>();
			const events = new Map<string, Decision[]>();
			const taken = new Map<string, Decision["by"]>();
			const held: Promise<string>[] = [];
			desk.on("settled", ({ card }, decision) => events.set(card.id, [...(events.get(card.id) ?? []), decision]));

			for (const one of steps) {
				switch (one.do) {
					case "open": {
						if (opened.has(one.id)) {
							const again = await desk.open(request(clock, one.id));
							assert.equal(again.by, "failure", "an id is opened once");
							break;
						}
						const waiting = desk.open(request(clock, one.id, { guard: one.guard }, one.ms));
						opened.set(one.id, {
							waiting,
							guard: one.guard,
							dueWall: clock.now + one.ms,
							dueSteady: clock.uptime + one.ms,
						});
						break;
					}
					case "answer": {
						const of = opened.get(one.id);
						const open = of !== undefined && clock.now < of.dueWall && clock.uptime < of.dueSteady;
						const shown = {
							digest: one.digest ? DIGEST : "f".repeat(64),
							extent: one.whole ? ("whole" as const) : ("partial" as const),
							ms: 1,
						};
						const { result } = desk.answer(one.id, answer(one.verdict, { shown }));
						if (result !== "taken") break;
						assert.ok(open, "an answer is taken only before the deadline, on both clocks");
						assert.ok(one.digest, "an answer to another card is never taken");
						assert.ok(!taken.has(one.id), "only the first answer is taken");
						if (one.verdict === "allow") {
							assert.equal(desk.paused, false, "nothing is allowed while paused");
							assert.ok(one.whole || !of?.guard, "a guard change is allowed only when shown whole");
						}
						taken.set(one.id, "person");
						break;
					}
					case "withdraw":
						if (desk.withdraw(one.id, "w")) taken.set(one.id, "withdrawn");
						break;
					case "fail":
						if (desk.settleByFailure(one.id, "f")) taken.set(one.id, "failure");
						break;
					case "pass":
						clock.pass(one.ms);
						break;
					case "sleep":
						clock.sleep(one.ms);
						break;
					case "pause":
						desk.pause();
						break;
					case "resume":
						desk.resume();
						break;
					case "hold":
						held.push(desk.whenRunning(clock.now + one.ms));
						break;
					default:
						await Promise.resolve();
				}
			}
			clock.pass(10_000_000);

			for (const [key, { waiting }] of opened) {
				const decision = await waiting;
				const heard = events.get(key) ?? [];
				assert.ok(heard.length <= 1, "one settlement is told once");
				if (heard.length === 1) assert.deepEqual(heard[0], decision);
				else assert.equal(decision.by, "timeout", "only what was too late from the start ends untold");
				assert.equal(decision.by, taken.get(key) ?? "timeout");
				if (decision.verdict === "allow") assert.equal(decision.by, "person");
			}
			assert.deepEqual(desk.pending(), []);
			for (const end of await Promise.all(held)) assert.ok(end === "running" || end === "timeout");
			assert.equal(clock.timers, 0);
		}),
		{ numRuns: 2000 },
	);
});
