import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { SentCards } from "../../../src/editor/sentCards.ts";
import { Throttle } from "../../../src/editor/throttle.ts";
import { card } from "../../support/webviewHarness/cards.ts";

test("a card is sent whole once in a life of the view, and by its id from then on", () => {
	const sent = new SentCards();
	const [one, two] = [card("1"), card("2")];
	assert.deepEqual(sent.pack([one]), [one]);
	assert.deepEqual(sent.pack([one, two]), ["1", two]);
	assert.deepEqual(sent.pack([two, one]), ["2", "1"]);
	sent.forget();
	assert.deepEqual(sent.pack([two, one]), [two, one]);
});

test("a card that is new in fact is sent whole, also under an id that was sent", () => {
	const sent = new SentCards();
	const one = card("1");
	sent.pack([one]);
	const other = { ...one };
	assert.deepEqual(sent.pack([other]), [other]);
	// Gone and back: the view forgot it as well.
	sent.pack([]);
	assert.deepEqual(sent.pack([other]), [other]);
});

test("many calls are one run, and the last of them is never lost", async (t) => {
	let runs = 0;
	let value = 0;
	let seen = 0;
	const throttle = new Throttle(() => {
		runs += 1;
		seen = value;
	});
	t.after(() => throttle.dispose());
	for (let turn = 0; turn < 20; turn += 1) {
		value += 1;
		throttle.call();
		await delay(1);
	}
	value = 100;
	throttle.call();
	await delay(120);
	assert.equal(seen, 100);
	assert.ok(runs >= 2 && runs < 20, `${runs} runs for 21 calls`);
	throttle.call();
	throttle.dispose();
	const before = runs;
	await delay(70);
	assert.equal(runs, before, "nothing runs after the end");
});
