import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { CardModel } from "../../src/protocol/card.ts";
import type { PendingState } from "../../src/protocol/pendingView.ts";
import { type Group, itemsOf, merge, nextAfter, sweep } from "../../webview/pending/model.ts";
import { card } from "../support/webviewHarness/cards.ts";

/** "a1": card 1 of session a. */
function cards(...names: string[]): CardModel[] {
	return names.map((name) => card(name, { session: { id: name.charAt(0), label: name.charAt(0) } }));
}

function now(pending: CardModel[], settled: PendingState["settled"] = []) {
	return { pending, settled };
}

/** "a1 a2! | b1": groups apart, ghosts with "!". */
function drawn(groups: readonly Group[]): string {
	return groups.map((group) => group.items.map((item) => item.card.id + (item.ghost ? "!" : "")).join(" ")).join(" | ");
}

describe("the list", () => {
	it("groups by session and appends to the session's group", () => {
		const first = merge([], now(cards("a1", "b1")), false);
		assert.equal(drawn(merge(first, now(cards("a1", "a2", "b1")), false)), "a1 a2 | b1");
	});

	it("keeps a settled card in its place as a ghost with its outcome", () => {
		const first = merge([], now(cards("a1", "a2", "b1")), false);
		const then = merge(first, now(cards("a1", "b1"), [{ id: "a2", outcome: "withdrawn" }]), false);
		assert.equal(drawn(then), "a1 a2! | b1");
		assert.equal(itemsOf(then)[1]?.ghost?.outcome, "withdrawn");
	});

	it("puts new cards below everything while nothing may move", () => {
		const first = merge([], now(cards("a1", "b1")), true);
		const then = merge(first, now(cards("a1", "a2", "a3", "b1")), true);
		assert.equal(drawn(then), "a1 | b1 | a2 a3");
		assert.equal(new Set(then.map((group) => group.key)).size, 3);
		assert.equal(drawn(sweep(then, cards("a1", "a2", "a3", "b1"))), "a1 a2 a3 | b1");
	});

	it("never moves, adds or removes anything above what was drawn, in any history while held", () => {
		const pool = ["a1", "a2", "a3", "b1", "b2", "c1"];
		fc.assert(
			fc.property(fc.array(fc.subarray(pool), { maxLength: 8 }), (history) => {
				let groups: Group[] = [];
				for (const names of history) {
					const before = itemsOf(groups).map((item) => item.card.id);
					groups = merge(groups, now(cards(...names)), true);
					const after = itemsOf(groups).map((item) => item.card.id);
					assert.deepEqual(after.slice(0, before.length), before);
				}
			}),
		);
	});

	it("shows after a sweep exactly what waits, sessions together, in the host's order", () => {
		const pool = ["a1", "a2", "a3", "b1", "b2", "c1"];
		fc.assert(
			fc.property(fc.array(fc.subarray(pool), { minLength: 1, maxLength: 8 }), fc.boolean(), (history, held) => {
				let groups: Group[] = [];
				for (const names of history) groups = merge(groups, now(cards(...names)), held);
				const last = cards(...(history.at(-1) as string[]));
				groups = sweep(groups, last);
				assert.deepEqual(
					itemsOf(groups).map((item) => item.card.id),
					last.map(({ id }) => id),
				);
				assert.ok(groups.every((group) => new Set(group.items.map((item) => item.card.session.id)).size === 1));
			}),
		);
	});

	it("does not let a ghost come back to life", () => {
		const first = merge([], now(cards("a1")), false);
		const gone = merge(first, now([], [{ id: "a1", outcome: "denied" }]), false);
		const back = merge(gone, now(cards("a1")), false);
		assert.ok(itemsOf(back)[0]?.ghost);
	});
});

describe("the selection", () => {
	const groups = merge([], now(cards("a1", "a2", "b1", "b2")), false);
	const settle = (id: string) =>
		merge(groups, now(cards("a1", "a2", "b1", "b2").filter((one) => one.id !== id)), false);

	it("moves on within the session", () => {
		assert.equal(nextAfter(settle("a1"), "a1", "below"), "a2");
		assert.equal(nextAfter(settle("b1"), "b1", "below"), "b2");
	});

	it("does not move up, or to another session, under a pointer", () => {
		assert.equal(nextAfter(settle("a2"), "a2", "below"), undefined);
	});

	it("moves anywhere for keys: the session first, then the oldest", () => {
		assert.equal(nextAfter(settle("a2"), "a2", "any"), "a1");
		const lone = merge(merge([], now(cards("a1", "b1")), false), now(cards("a1")), false);
		assert.equal(nextAfter(lone, "b1", "any"), "a1");
	});
});
