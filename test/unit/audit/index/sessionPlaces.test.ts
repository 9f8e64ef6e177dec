// A session names every change of a file, up to a number; where there are more, that shows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sessions } from "../../../../src/audit/index/sessions.ts";
import type { Store } from "../../../../src/audit/index/store.ts";
import { MAX_SESSION_PLACES, RowOutcome, type SessionFile } from "../../../../src/protocol/audit.ts";

const ALLOWED = RowOutcome.options.indexOf("allowed") + 1;

/** The files of a session whose rows, numbered from 1, change these paths. */
function files(rows: readonly string[][]): SessionFile[] {
	const ids = rows.map((_, at) => at + 1);
	const store = {
		columns: { of: { outcome: [0, ...ids.map(() => ALLOWED)], changeCount: [0, ...rows.map(({ length }) => length)] } },
		changes: (id: number) => rows[id - 1]?.map((path, file) => ({ path, op: "modify", file })),
	};
	return new Sessions(store as unknown as Store).files(ids);
}

test("all changes of a file are named, oldest first", () => {
	const [a, b] = files([["/a"], ["/b", "/a"], ["/a"]]);
	assert.deepEqual(a?.places, [
		{ row: 1, file: 0 },
		{ row: 2, file: 1 },
		{ row: 3, file: 0 },
	]);
	assert.deepEqual([a?.first, a?.last, a?.changes], [a?.places[0], a?.places[2], 3]);
	assert.deepEqual(b?.places, [{ row: 2, file: 0 }]);
});

test("of more changes than are named only the first are, and the last is known", () => {
	const count = MAX_SESSION_PLACES + 1;
	const [one] = files(Array.from({ length: count }, () => ["/a"]));
	assert.deepEqual([one?.places.length, one?.changes, one?.last.row], [MAX_SESSION_PLACES, count, count]);
});

test("all files of a session together name no more than some thousands", () => {
	const rows = Array.from({ length: MAX_SESSION_PLACES }, () => Array.from({ length: 150 }, (_, n) => `/f${n}`));
	const all = files(rows);
	const named = all.reduce((sum, { places }) => sum + places.length, 0);
	assert.equal(named, 20_000);
	assert.ok(all.every(({ changes }) => changes === MAX_SESSION_PLACES));
});
