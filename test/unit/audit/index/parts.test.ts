import assert from "node:assert/strict";
import { test } from "node:test";
import { Columns } from "../../../../src/audit/index/columns.ts";
import { Dictionary } from "../../../../src/audit/index/dictionary.ts";
import { packSpots, type Spot, unpackSpots } from "../../../../src/audit/index/spots.ts";
import { exactMillis, timeKey } from "../../../../src/audit/index/times.ts";
import { Chance } from "./support.ts";

test("times become numbers in the order of their texts", () => {
	const chance = new Chance(71);
	const texts = [
		"",
		" ",
		"0",
		"1",
		"2026",
		"2026-03-01",
		"2026-03-01T10:00:00Z",
		"9",
		"9999-12-31T23:59:59.999Z",
		"Z",
		"é",
	];
	for (let at = 0; at < 200; at++) {
		const exact = new Date(chance.below(2 ** 31) * 1000 - 2 ** 40).toISOString();
		texts.push(exact, exact.slice(0, chance.below(24)), `${exact}x`);
	}
	const known = texts.map((text) => ({ text, key: timeKey(text), isExact: exactMillis(text) !== undefined }));
	for (const a of known)
		for (const b of known) {
			// Texts that are no exact times and lie between the same two of them are one.
			if (a.text < b.text) assert.ok(a.key <= b.key, `${a.text} ${b.text}`);
			if (a.text < b.text && a.isExact && b.isExact) assert.ok(a.key < b.key);
		}
	assert.ok(texts.every((text) => Number.isFinite(timeKey(text))));
	assert.equal(exactMillis("2026-03-01T10:00:00Z"), undefined);
	assert.equal(timeKey("2026-03-01T10:00:00.000Z"), Date.UTC(2026, 2, 1, 10));
});

test("spots are packed and unpacked as they were", () => {
	const chance = new Chance(72);
	for (let round = 0; round < 200; round++) {
		const key = chance.below(2 ** 31) * 1000 + (chance.yes(0.3) ? 0.5 : 0);
		const spots: Spot[] = Array.from({ length: chance.below(8) }, () => ({
			segment: chance.below(3),
			line: 1 + chance.below(2 ** 31),
			offset: Math.floor(chance.next() * 2 ** 44),
			bytes: chance.below(2 ** 24),
			mark: chance.below(2 ** 32),
			key: chance.yes(0.1) ? 253_402_300_799_999.5 : key + chance.below(100_000) - 50_000,
			only: chance.yes(0.2),
			loose: chance.yes(0.2),
		}));
		assert.deepEqual(unpackSpots(packSpots(spots, key), key), spots);
	}
});

test("columns grow, and are the same after saving", () => {
	const columns = new Columns();
	for (let id = 1; id <= 5000; id++) {
		columns.reserve(id);
		columns.count = id;
		columns.of.kind[id] = id % 12;
		columns.of.key[id] = id + 0.5;
		columns.order[id - 1] = id;
		columns.setPaths(id, [id, id + 1], id % 2 === 0 ? [id] : []);
		columns.setRequest(id, 1 + (id % 1000));
	}
	const saved = columns.save();
	// Bytes may begin anywhere in what they are cut out of.
	const shifted = new Map(
		[...saved].map(([name, bytes]) => [name, Buffer.concat([Buffer.alloc(1), bytes]).subarray(1)]),
	);
	const loaded = Columns.load((name) => shifted.get(name));
	assert.equal(loaded.count, 5000);
	assert.equal(loaded.of.key[4999], 4999.5);
	assert.deepEqual([...loaded.filesOf(7)], [7, 8]);
	assert.deepEqual([...loaded.changesOf(8)], [8]);
	assert.deepEqual([...loaded.withRequest(8)], [4007, 3007, 2007, 1007, 7]);
	loaded.reserve(6000);
	loaded.setPaths(5001, [1], []);
	for (const name of saved.keys()) {
		assert.throws(() => Columns.load((one) => (one === name ? undefined : saved.get(one))));
		if (name !== "paths")
			assert.throws(() => Columns.load((one) => (one === name ? saved.get(one)?.subarray(16) : saved.get(one))));
	}
});

test("a dictionary numbers texts once, and 0 is none", () => {
	const texts = new Dictionary();
	assert.equal(texts.add(undefined), 0);
	assert.equal(texts.add(""), 1);
	assert.equal(texts.add("a"), 2);
	assert.equal(texts.add(""), 1);
	assert.equal(texts.text(0), undefined);
	assert.equal(texts.text(1), "");
	assert.deepEqual(
		[...texts.fresh()],
		[
			[1, ""],
			[2, "a"],
		],
	);
	assert.deepEqual([...texts.fresh()], []);
	assert.equal(texts.find("b"), undefined);
});
