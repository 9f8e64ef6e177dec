import assert from "node:assert/strict";
import { test } from "node:test";
import { runLanes } from "../../support/run/lanes.ts";

/** Jobs that end when they are told to, and the order in which they began. */
function stage(jobs: readonly (readonly [name: string, lane: string, length: number])[]) {
	const begun: string[] = [];
	const ends = new Map<string, () => void>();
	return {
		begun,
		end: async (name: string) => {
			ends.get(name)?.();
			ends.delete(name);
			await new Promise(setImmediate);
			return begun.splice(0);
		},
		jobs: jobs.map(([name, lane, length]) => ({
			lane,
			length,
			run: () => {
				begun.push(name);
				return new Promise<void>((done) => ends.set(name, done));
			},
		})),
	};
}

test("no more at once than the whole and each lane hold; named lanes first, the longest job first", async () => {
	const { jobs, begun, end } = stage([
		["unit short", "nodes", 1],
		["unit long", "nodes", 9],
		["window one", "editors", 2],
		["window two", "editors", 3],
		["page", "browsers", 0],
	]);
	const all = runLanes(jobs, 2, { editors: 1, browsers: 2 });
	assert.deepEqual(begun.splice(0), ["window two", "page"]);
	assert.deepEqual(await end("page"), ["unit long"]);
	assert.deepEqual(await end("unit long"), ["unit short"]);
	assert.deepEqual(await end("unit short"), [], "the other window waits for its lane");
	assert.deepEqual(await end("window two"), ["window one"]);
	await end("window one");
	await all;
});

test("a job of a lane that runs alone waits for all others, and they for it", async () => {
	const { jobs, begun, end } = stage([
		["window", "editors", 2],
		["window two", "editors", 1],
		["page", "browsers", 1],
		["unit", "nodes", 1],
	]);
	const all = runLanes(jobs, 2, { editors: 1, browsers: 2 }, new Set(["editors"]));
	assert.deepEqual(begun.splice(0), ["window"]);
	assert.deepEqual(await end("window"), ["window two"]);
	assert.deepEqual(await end("window two"), ["page", "unit"]);
	await end("page");
	await end("unit");
	await all;
});

test("nothing to run is done at once, and a job that throws is no silence", async () => {
	await runLanes([], 2, {});
	const failing = { lane: "nodes", length: 0, run: () => Promise.reject(new Error("broken")) };
	await assert.rejects(runLanes([failing], 2, {}), /broken/);
});
