import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { child, entriesOf, linesOf, place, segmentPaths } from "./support.ts";

/** Runs an appender until it has acknowledged `until` entries, kills it, and returns what it had acknowledged. */
async function killedAfter(t: import("node:test").TestContext, args: string[], until: number): Promise<number[]> {
	const started = child(t, "appender.ts", args);
	const exited = once(started, "exit");
	const acknowledged: number[] = [];
	for await (const line of createInterface({ input: started.stdout ?? process.stdin })) {
		if (/^\d+$/.test(line)) acknowledged.push(Number(line));
		if (acknowledged.length === until) started.kill("SIGKILL");
	}
	const [code, signal] = await exited;
	assert.deepEqual([code, signal], [null, "SIGKILL"], `it ended by itself after ${acknowledged.length} entries`);
	return acknowledged;
}

test("kill -9 in the middle of appends loses no acknowledged entry, and the next start carries on", async (t) => {
	const { home, root, open } = place(t);
	for (const [round, until] of [1, 40, 333, 1000].entries()) {
		const acknowledged = await killedAfter(t, [home.dir, root, `gate${round}`, "0"], until);
		assert.ok(acknowledged.length >= until);
		const path = segmentPaths(join(home.workspaces, readdirSync(home.workspaces)[0] ?? "")).find((name) =>
			name.includes(`gate${round}`),
		);
		// The last line may be torn; linesOf leaves out what follows the last line break.
		const numbers = new Set(linesOf(path ?? "").map((line) => JSON.parse(line).head.seq));
		for (const seq of acknowledged) assert.ok(numbers.has(seq), `entry ${seq} is lost`);
		const journal = await open(`after${round}`);
		await journal.close();
		const found = await verifyWorkspace(journal.dir);
		assert.deepEqual(found.problems, []);
		const started = entriesOf(journal.path)[0]?.body as { links?: { segment: string; final: boolean }[] };
		assert.ok(started.links?.some(({ segment, final }) => final && path?.endsWith(segment)));
	}
});

test("processes that append to one folder at once lose nothing and need no lock", async (t) => {
	const { home, root } = place(t);
	const each = 400;
	const outputs = await Promise.all(
		["gateA", "gateB", "gateC"].map(async (gate) => {
			const started = child(t, "appender.ts", [home.dir, root, gate, String(each)]);
			const lines: string[] = [];
			for await (const line of createInterface({ input: started.stdout ?? process.stdin })) lines.push(line);
			return lines;
		}),
	);
	for (const lines of outputs) {
		assert.equal(lines.at(-1), "closed");
		assert.ok(lines.filter((line) => /^\d+$/.test(line)).length >= each);
	}
	const dir = join(home.workspaces, readdirSync(home.workspaces)[0] ?? "");
	const found = await verifyWorkspace(dir);
	assert.deepEqual(found.problems, []);
	assert.equal(found.segments, 3);
	const requests = segmentPaths(dir).flatMap((path) =>
		entriesOf(path).filter(({ head }) => head.type === "action.requested"),
	);
	assert.ok(requests.length >= 3 * each);
	// One home key, although all three may have made it.
	assert.deepEqual(
		readdirSync(home.keys).filter((name) => name !== "signing.pem"),
		["home.key"],
	);
	assert.equal(statSync(join(home.keys, "home.key")).size, 32);
	assert.equal(found.signer.keys.length, 1);
	assert.ok(readFileSync(join(home.keys, "signing.pem"), "utf8").includes("PRIVATE KEY"));
});

test("verifying while a gate writes raises no alarm", async (t) => {
	const { home, root } = place(t);
	const started = child(t, "appender.ts", [home.dir, root, "gateA", "3000"]);
	const lines = createInterface({ input: started.stdout ?? process.stdin })[Symbol.asyncIterator]();
	assert.match(String((await lines.next()).value), /^open /);
	const dir = join(home.workspaces, readdirSync(home.workspaces)[0] ?? "");
	const drained = (async () => {
		for (;;) if ((await lines.next()).done) return;
	})();
	for (let i = 0; i < 10; i++) assert.deepEqual((await verifyWorkspace(dir)).problems, []);
	await drained;
	assert.deepEqual((await verifyWorkspace(dir)).problems, []);
});
