import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { SentCards } from "../../../src/editor/sentCards.ts";
import { Throttle } from "../../../src/editor/throttle.ts";
import { until } from "../../support/until.ts";
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
	const seen: number[] = [];
	let value = 0;
	const throttle = new Throttle(() => seen.push(value));
	t.after(() => throttle.dispose());
	const burst = () => {
		for (let call = 0; call < 20; call += 1) {
			value += 1;
			throttle.call();
		}
	};
	burst();
	await until("the first picture", () => seen.length > 0);
	burst();
	value = 100;
	await until("the last picture", () => seen.length > 1);
	assert.deepEqual(seen, [20, 100], "two bursts are two pictures, each with the newest state");
	throttle.call();
	throttle.dispose();
	await delay(100);
	assert.equal(seen.length, 2, "nothing runs after the end");
});
