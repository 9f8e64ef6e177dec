import assert from "node:assert/strict";
import type { Decision } from "../../../src/approvals/decision.ts";
import { Desk } from "../../../src/approvals/desk.ts";
import { answer, DIGEST, request, TestClock, test } from "./support.ts";

function start(options: ConstructorParameters<typeof Desk>[0] = {}) {
	const clock = new TestClock();
	const desk = new Desk({ clock, ...options });
	const settled: [string, Decision][] = [];
	desk.on("settled", ({ card }, decision) => settled.push([card.id, decision]));
	return { clock, desk, settled };
}

function refusal(result: ReturnType<Desk["answer"]>): string {
	assert.equal(result.result, "refused");
	return result.result === "refused" ? result.message.code : "";
}

test("the first answer decides, and says who, through which channel, and what was shown", async () => {
	const { clock, desk, settled } = start();
	const waiting = desk.open(request(clock, "r"));
	assert.deepEqual(desk.answer("r", answer("allow", { reason: "fine" })), { result: "taken" });
	const decision = await waiting;
	assert.deepEqual(decision, {
		by: "person",
		verdict: "allow",
		approver: { osUser: "dev", claims: {}, assurance: 1 },
		channel: "editor",
		shown: { digest: DIGEST, extent: "whole", ms: 900 },
		gesture: "pointer",
		reason: "fine",
	});
	assert.deepEqual(settled, [["r", decision]]);
	assert.deepEqual(desk.pending(), []);
});

test("a second answer is late, is told the outcome, and changes nothing", async () => {
	const { clock, desk, settled } = start();
	const late: unknown[] = [];
	desk.on("late", (id, given, stands) => late.push([id, given.verdict, stands.verdict]));
	const waiting = desk.open(request(clock, "r"));
	desk.answer("r", answer("deny"));
	const second = desk.answer("r", answer("allow"));
	assert.deepEqual(second, { result: "late", decision: await waiting });
	assert.equal((await waiting).verdict, "deny");
	assert.equal(settled.length, 1);
	assert.deepEqual(late, [["r", "allow", "deny"]]);
});

test("an answer to a request nobody opened is refused", () => {
	const { desk } = start();
	assert.equal(refusal(desk.answer("nowhere", answer("allow"))), "desk.unknown");
});

test("an answer to another version of the card is refused, allow and deny alike", () => {
	const { clock, desk } = start();
	desk.open(request(clock, "r"));
	for (const verdict of ["allow", "deny"] as const) {
		const shown = { digest: "b".repeat(64), extent: "whole" as const, ms: 900 };
		assert.equal(refusal(desk.answer("r", answer(verdict, { shown }))), "desk.otherCard");
	}
	assert.equal(desk.pending().length, 1);
});

test("a verdict that is none is refused", () => {
	const { clock, desk } = start();
	desk.open(request(clock, "r"));
	const strange = { ...answer("allow"), verdict: "maybe" } as unknown as Parameters<Desk["answer"]>[1];
	assert.equal(refusal(desk.answer("r", strange)), "desk.badAnswer");
});

test("a guard change is allowed only when all of it was in view; denying it needs no such thing", () => {
	const { clock, desk } = start();
	const partial = { digest: DIGEST, extent: "partial" as const, ms: 900 };
	desk.open(request(clock, "one", { guard: true }));
	desk.open(request(clock, "two", { guard: true }));
	assert.equal(refusal(desk.answer("one", answer("allow", { shown: partial }))), "desk.guardWhole");
	assert.equal(desk.answer("one", answer("allow")).result, "taken");
	assert.equal(desk.answer("two", answer("deny", { shown: partial })).result, "taken");
});

test("a change that could not be computed is allowed only when the whole input was in view", () => {
	const { clock, desk } = start();
	const partial = { digest: DIGEST, extent: "partial" as const, ms: 900 };
	desk.open(request(clock, "r", { problem: { code: "why.trouble" } }));
	assert.equal(refusal(desk.answer("r", answer("allow", { shown: partial }))), "desk.problemWhole");
	assert.equal(desk.answer("r", answer("allow")).result, "taken");
});

test("an ordinary card may be allowed when it was shown in part, and the decision says so", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r"));
	desk.answer("r", answer("allow", { shown: { digest: DIGEST, extent: "partial", ms: 900 } }));
	const decision = await waiting;
	assert.equal(decision.by === "person" && decision.shown.extent, "partial");
});

test("only a denial stops the session", async () => {
	const { clock, desk } = start();
	const allowed = desk.open(request(clock, "a"));
	const denied = desk.open(request(clock, "b"));
	desk.answer("a", answer("allow", { stopSession: true }));
	desk.answer("b", answer("deny", { stopSession: true }));
	assert.equal("stopSession" in (await allowed), false);
	assert.equal((await denied).by === "person" && "stopSession" in (await denied), true);
});

test("what the caller does to its answer afterwards does not change the decision", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r"));
	const given = answer("allow");
	desk.answer("r", given);
	given.approver.osUser = "somebody else";
	given.shown.extent = "partial";
	const decision = await waiting;
	assert.equal(decision.by === "person" && decision.approver.osUser, "dev");
	assert.equal(decision.by === "person" && decision.shown.extent, "whole");
});

test("nobody's answer is a timeout that denies", async () => {
	const { clock, desk, settled } = start();
	const waiting = desk.open(request(clock, "r", {}, 30 * 60_000));
	clock.pass(30 * 60_000 - 1);
	assert.deepEqual(settled, []);
	clock.pass(1);
	const decision = await waiting;
	assert.equal(decision.by, "timeout");
	assert.equal(decision.verdict, "deny");
	assert.equal(settled.length, 1);
	assert.equal(clock.timers, 0, "no timer is left behind");
});

test("a machine that slept past the deadline wakes up to a timeout, even before the timer fires", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r", {}, 60_000));
	clock.sleep(3_600_000);
	const result = desk.answer("r", answer("allow"));
	assert.equal(result.result, "late");
	assert.equal((await waiting).by, "timeout");
});

test("the timer notices a sleep within its longest pause", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r", {}, 30 * 60_000));
	clock.sleep(3_600_000);
	clock.pass(15_000);
	assert.equal((await waiting).by, "timeout");
});

test("setting the clock back does not make a deadline longer", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r", {}, 60_000));
	clock.now -= 86_400_000;
	clock.pass(60_000);
	assert.equal((await waiting).by, "timeout");
});

test("a deadline that has passed, or is no number, is a timeout at once", async () => {
	const { clock, desk, settled } = start();
	assert.equal((await desk.open(request(clock, "past", {}, 0))).by, "timeout");
	assert.equal((await desk.open(request(clock, "nan", {}, Number.NaN))).by, "timeout");
	assert.deepEqual(settled, []);
	assert.equal(desk.answer("past", answer("allow")).result, "late");
});

test("an id is spent: neither a waiting nor a settled request is opened a second time", async () => {
	const { clock, desk } = start();
	const first = desk.open(request(clock, "r"));
	assert.equal((await desk.open(request(clock, "r"))).by, "failure");
	desk.answer("r", answer("allow"));
	assert.equal((await first).verdict, "allow");
	const again = await desk.open(request(clock, "r"));
	assert.equal(again.by, "failure");
	assert.equal(again.verdict, "deny");
});

test("more requests than the desk holds are denied, and those that wait keep waiting", async () => {
	const { clock, desk } = start({ maxOpen: 3 });
	for (const id of ["a", "b", "c"]) desk.open(request(clock, id));
	const fourth = await desk.open(request(clock, "d"));
	assert.equal(fourth.by, "failure");
	assert.match(fourth.reason ?? "", /3 requests/);
	assert.equal(desk.pending().length, 3);
});

test("a withdrawn request is over for everybody", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r"));
	assert.equal(desk.withdraw("r", "gone"), true);
	assert.equal(desk.withdraw("r", "gone"), false);
	assert.equal(desk.settleByFailure("r", "x"), false);
	assert.deepEqual(await waiting, { by: "withdrawn", verdict: "deny", reason: "gone" });
	assert.equal(desk.answer("r", answer("allow")).result, "late");
});

test("a failure denies with its reason", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r"));
	desk.settleByFailure("r", "the log is full");
	assert.deepEqual(await waiting, { by: "failure", verdict: "deny", reason: "the log is full" });
});

test("while paused nothing is allowed and denying works", async () => {
	const { clock, desk } = start();
	const said: boolean[] = [];
	desk.on("paused", (paused) => said.push(paused));
	const one = desk.open(request(clock, "one"));
	const two = desk.open(request(clock, "two"));
	desk.pause();
	desk.pause();
	assert.equal(desk.paused, true);
	assert.equal(refusal(desk.answer("one", answer("allow"))), "desk.paused");
	assert.equal(desk.answer("two", answer("deny")).result, "taken");
	assert.equal((await two).verdict, "deny");
	desk.resume();
	desk.resume();
	assert.equal(desk.answer("one", answer("allow")).result, "taken");
	assert.equal((await one).verdict, "allow");
	assert.deepEqual(said, [true, false]);
});

test("a pause does not stop deadlines", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r"));
	desk.pause();
	clock.pass(60_000);
	assert.equal((await waiting).by, "timeout");
});

test("what policy allows waits while paused: until resumed, its deadline, or its agent's end", async () => {
	const { clock, desk } = start();
	assert.equal(await desk.whenRunning(clock.wall() + 1000), "running");
	desk.pause();
	const gone = new AbortController();
	const resumed = desk.whenRunning(clock.wall() + 60_000);
	const aborted = desk.whenRunning(clock.wall() + 60_000, gone.signal);
	const late = desk.whenRunning(clock.wall() + 1000);
	gone.abort();
	assert.equal(await aborted, "aborted");
	clock.pass(1000);
	assert.equal(await late, "timeout");
	desk.resume();
	assert.equal(await resumed, "running");
	assert.equal(clock.timers, 0);
	assert.equal(await desk.whenRunning(clock.wall() + 1000, gone.signal), "aborted");
	assert.equal(await desk.whenRunning(clock.wall()), "timeout");
});

test("a resume that is taken back at once lets nothing through", async () => {
	const { clock, desk } = start();
	desk.pause();
	const held = desk.whenRunning(clock.wall() + 60_000);
	desk.resume();
	desk.pause();
	await Promise.resolve();
	clock.pass(60_000);
	assert.equal(await held, "timeout");
});

test("a closing gate ends what waits and takes nothing more", async () => {
	const { clock, desk } = start();
	const waiting = desk.open(request(clock, "r"));
	desk.pause();
	const held = desk.whenRunning(clock.wall() + 60_000);
	desk.close("stopping");
	assert.deepEqual(await waiting, { by: "failure", verdict: "deny", reason: "stopping" });
	assert.equal(await held, "aborted");
	assert.equal((await desk.open(request(clock, "later"))).by, "failure");
	assert.equal(clock.timers, 0);
});

test("an answer given inside the listener that shows the card counts", async () => {
	const { clock, desk } = start();
	desk.on("opened", ({ card }) => desk.answer(card.id, answer("deny")));
	assert.equal((await desk.open(request(clock, "r"))).verdict, "deny");
});

test("a listener that throws hinders neither the settlement nor other listeners", async () => {
	const errors: unknown[] = [];
	const clock = new TestClock();
	const desk = new Desk({ clock, onListenerError: (error) => errors.push(error) });
	let heard = 0;
	desk.on("settled", () => {
		throw new Error("broken view");
	});
	desk.on("settled", () => {
		heard += 1;
	});
	const waiting = desk.open(request(clock, "r"));
	assert.deepEqual(desk.answer("r", answer("allow")), { result: "taken" });
	assert.equal((await waiting).verdict, "allow");
	assert.equal(heard, 1);
	assert.equal(errors.length, 1);
});

test("requests are listed oldest first", () => {
	const { clock, desk } = start();
	for (const id of ["c", "a", "b"]) desk.open(request(clock, id));
	desk.answer("a", answer("deny"));
	assert.deepEqual(
		desk.pending().map(({ card }) => card.id),
		["c", "b"],
	);
});

test("with the real clock a deadline comes by itself", async () => {
	const desk = new Desk();
	// The desk's timer keeps no process alive; here the test does.
	const alive = setInterval(() => undefined, 1000);
	const decision = await desk.open({ ...request({ wall: Date.now } as never, "r", {}, 20) });
	clearInterval(alive);
	assert.equal(decision.by, "timeout");
});
