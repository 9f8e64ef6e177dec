// A folder that is slow, or does not answer at all, costs other folders nothing, and is left out when it stays so.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { LeftOut, LeftOutError } from "../../../../src/actions/snapshot/leftOut.ts";
import { type SnapshotMark, Snapshots } from "../../../../src/actions/snapshot/snapshots.ts";
import { SnapshotTimeoutError } from "../../../../src/actions/snapshot/snapshotThread.ts";
import { place, told } from "./support.ts";

const MINUTE = 60_000;

/** More than an answer may take. */
const TOO_LONG = MINUTE;

/** Snapshots whose clock a test turns on, so that nothing is too slow by chance. */
function snapshots(t: TestContext): { one: Snapshots; turn: (ms: number) => void } {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const one = new Snapshots({}, { thread: new URL("./stallThread.ts", import.meta.url) });
	t.after(() => one.close());
	return { one, turn: (ms) => t.mock.timers.tick(ms) };
}

/** A folder of this name. */
function folder(t: TestContext, name: string): string {
	const root = join(place(t).root, name);
	mkdirSync(root);
	return root;
}

/** A folder that the system holds, until it is let go. */
function hanging(t: TestContext): { root: string; letGo: () => void; held: () => Promise<void> } {
	let pipe = "";
	const letGo = () => {
		if (!existsSync(pipe)) return;
		// Nobody may begin to wait for it any more.
		renameSync(pipe, `${pipe}.old`);
		closeSync(openSync(`${pipe}.old`, constants.O_RDWR | constants.O_NONBLOCK));
	};
	// Before the folder goes: a thread that hangs would keep the test from ending.
	t.after(letGo);
	const root = folder(t, "hang");
	pipe = `${root}.pipe`;
	execFileSync("mkfifo", [pipe]);
	const held = async () => {
		while (!existsSync(`${root}.held`)) await beat();
	};
	return { root, letGo, held };
}

const beat = () => new Promise((resolve) => setImmediate(resolve));

describe("one slow folder", { skip: process.platform === "win32" && "needs a pipe in the file system" }, () => {
	test("costs others neither time nor what they keep, and is left out as long as it hangs", async (t) => {
		const { one, turn } = snapshots(t);
		const { root, letGo, held } = hanging(t);
		const good = place(t);
		const mark: SnapshotMark = await one.take(good.root);
		const slow = one.take(root);
		const tooLong = assert.rejects(slow, SnapshotTimeoutError);
		// It is answered, not queued behind the other: nothing turns the clock on meanwhile.
		await one.take(good.root);
		await held();
		turn(TOO_LONG);
		await tooLong;
		await assert.rejects(
			one.take(root),
			(error) => error instanceof LeftOutError && /not come back/.test(error.message),
		);
		good.put({ a: "1" });
		assert.deepEqual(told(good.root, await one.changes(mark)), ["create a: -> 1"]);
		letGo();
		for (let again = true; again; ) {
			await beat();
			again = await one.take(root).then(
				() => false,
				(error) => {
					if (!(error instanceof LeftOutError)) throw error;
					return true;
				},
			);
		}
	});

	test("costs them nothing either where there are more folders than threads", async (t) => {
		const { one } = snapshots(t);
		const { root, letGo } = hanging(t);
		const slow = one.take(root);
		const over = slow.catch(() => {});
		const places = Array.from({ length: 7 }, () => place(t));
		const marks: SnapshotMark[] = [];
		for (const good of places) marks.push(await one.take(good.root));
		for (const [index, good] of places.entries()) {
			good.put({ a: String(index) });
			const mark = marks[index] ?? assert.fail();
			assert.deepEqual(told(good.root, await one.changes(mark)), [`create a: -> ${index}`]);
		}
		letGo();
		await over;
	});

	test("that is too slow again and again is left out for a while, with the reason", async (t) => {
		const { one, turn } = snapshots(t);
		const root = folder(t, "slow");
		for (const round of [1, 2, 3]) {
			const slow = assert.rejects(one.take(root), SnapshotTimeoutError, String(round));
			turn(TOO_LONG);
			await slow;
			// Until its thread is gone.
			for (let again = true; again; ) {
				await beat();
				const next = new AbortController();
				const begun = one.take(root, next.signal);
				next.abort(new Error("begun"));
				const error = await begun.catch((reason: Error) => reason);
				again = error instanceof LeftOutError && /not come back/.test(error.message);
				if (round === 3 && !again) assert.match(String(error), /too long 3 times in a row.* 10 minutes/);
				else if (!again) assert.equal(String(error), "Error: begun");
			}
		}
	});

	test("does not keep the end waiting", async (t) => {
		const { one, turn } = snapshots(t);
		const { root, letGo, held } = hanging(t);
		const rejected = assert.rejects(one.take(root), /closed/);
		await held();
		const closed = one.close();
		await rejected;
		turn(TOO_LONG);
		await closed;
		letGo();
	});
});

test("a folder is looked at again after its rest, once; and as ever when it was answered for in time", async () => {
	let now = 0;
	const left = new LeftOut(() => now);
	const trip = async () => {
		left.tooSlow("/a", Promise.resolve());
		assert.throws(() => left.check("/a"), /not come back/);
		await beat();
	};
	await trip();
	await trip();
	left.check("/a");
	await trip();
	assert.throws(() => left.check("/a"), /3 times/);
	left.check("/b");
	now += 10 * MINUTE;
	left.check("/a");
	await trip();
	assert.throws(() => left.check("/a"), /4 times/);
	left.answered("/a");
	left.check("/a");
	await trip();
	left.check("/a");
	left.tooSlow("/a", Promise.reject(new Error("gone")));
	await beat();
	left.check("/a");
});
