// A disk that is full: refused with that reason, never allowed unrecorded, and the next action works once there is room.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { JournalError } from "../../../src/audit/errors.ts";
import { Journal } from "../../../src/audit/journal.ts";
import { gatePlace, type Place, said, type TestGate, testGate } from "../../support/gateClient.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;
const skip = isRoot ? false : "mounting a file system needs root on Linux";

interface Disk {
	gate: TestGate;
	fill(): void;
	free(): void;
}

/** Runs with a gate whose home is on a small file system of its own; skips where that is not possible. */
async function onSmallDisk(t: TestContext, run: (disk: Disk) => Promise<void>): Promise<void> {
	const at: Place = gatePlace(t);
	const disk = join(at.dir, "disk");
	mkdirSync(disk, { mode: 0o700 });
	try {
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=700", "gatepost-test", disk], { stdio: "pipe" });
	} catch (error) {
		t.skip(`a mount is not possible here: ${String(error).split("\n")[0]}`);
		return;
	}
	let gate: TestGate | undefined;
	try {
		at.home = join(disk, "home");
		gate = await testGate(t, {}, at);
		await run(diskOf(gate, disk));
	} finally {
		await gate?.open.close("stopped");
		execFileSync("umount", ["--lazy", disk]);
	}
}

function diskOf(gate: TestGate, disk: string): Disk {
	const filler = join(disk, "filler");
	return {
		gate,
		fill() {
			const fd = openSync(filler, "a");
			try {
				for (let size = 64 * 1024; size >= 1; size = Math.floor(size / 2)) {
					try {
						for (;;) writeSync(fd, Buffer.alloc(size));
					} catch {}
				}
			} finally {
				closeSync(fd);
			}
		},
		free: () => rmSync(filler),
	};
}

test(
	"on a full disk an action is denied with that reason, and the next one works in a new segment when there is room",
	{
		skip,
	},
	(t) =>
		onSmallDisk(t, async ({ gate, fill, free }) => {
			writeFileSync(join(gate.place.folder, "a.txt"), "x");
			const first = await gate.call("PreToolUse-Read");
			assert.equal(said(await first.reply()).decision, "allow");
			await gate.entry(({ type }) => type === "action.released");
			fill();
			// What is left of the segment's last page still takes an entry or two.
			const allowed = [first.id];
			for (;;) {
				const read = await gate.call("PreToolUse-Read");
				if (said(await read.reply()).decision === "deny") break;
				allowed.push(read.id);
			}
			for (const payload of ["PreToolUse-Read", "PreToolUse-Bash", "PreToolUse-Write"]) {
				const { decision, reason } = said(await (await gate.call(payload)).reply());
				assert.equal(decision, "deny", payload);
				assert.match(reason, /There is no room to write the audit log/);
			}
			assert.deepEqual(gate.gate.cards(), [], "nobody is asked what could not be recorded");
			assert.ok(gate.gate.warnings().some(({ message }) => message.code === "gate.logFailed"));
			free();
			const next = await gate.call("PreToolUse-Read");
			assert.equal(said(await next.reply()).decision, "allow");
			const entries = await gate.verified();
			assert.equal(entries.filter(({ type }) => type === "gate.started").length, 2);
			const allows = entries.filter(({ type, body }) => type === "action.decided" && body.decision.verdict === "allow");
			assert.deepEqual(
				allows.map(({ body }) => body.request),
				[...allowed, next.id],
			);
		}),
);

test("a disk that fills while a card waits turns the person's allow into a denial", { skip }, (t) =>
	onSmallDisk(t, async ({ gate, fill, free }) => {
		const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
		const card = await gate.card();
		const settled = new Promise((resolve) =>
			gate.gate.once("settled", (_id, outcome, note) => resolve([outcome, note?.code])),
		);
		fill();
		assert.equal(gate.answer(card, "allow").result, "taken");
		const { decision, reason } = said(await call.reply());
		assert.equal(decision, "deny");
		assert.match(reason, /no room/);
		assert.deepEqual(await settled, ["failed", "gate.logFailed"], "the person is told that the answer did not count");
		free();
		await (await gate.call("PostToolUse-Bash", { toolUseId: "t1" })).reply();
		const entries = await gate.verified();
		assert.ok(
			entries.every(({ type, body }) => type !== "action.decided" || body.decision.verdict === "deny"),
			"no allow is on record that nobody was told",
		);
		assert.ok(entries.some(({ type, body }) => type === "coverage.gap" && body.kind === "result-of-denied"));
	}),
);

test("a denial that could not be recorded in a segment that failed is recorded in the next one", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	failOnce(t, "action.decided");
	gate.answer(card, "allow");
	const { decision, reason } = said(await call.reply());
	assert.equal(decision, "deny");
	assert.match(reason, /could not be written/);
	const entries = (await gate.verified()).filter(({ body }) => body.request === call.id);
	const decided = entries.filter(({ type }) => type === "action.decided").map(({ body }) => body.decision);
	assert.deepEqual(
		decided.map(({ by, verdict }) => [by, verdict]),
		[["failure", "deny"]],
	);
});

for (const type of ["session.started", "action.requested"] as const) {
	test(`a log that fails at ${type} denies, and the denial is on record`, async (t) => {
		const gate = await testGate(t);
		failOnce(t, type);
		const call = await gate.call("PreToolUse-Bash");
		assert.equal(said(await call.reply()).decision, "deny");
		assert.deepEqual(gate.gate.cards(), []);
		const decided = (await gate.verified()).filter(
			(one) => one.type === "action.decided" && one.body.request === call.id,
		);
		assert.deepEqual(
			decided.map(({ body }) => body.decision.verdict),
			["deny"],
		);
	});
}

test("a log that fails at action.released writes it into the next segment", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	failOnce(t, "action.released");
	gate.answer(card, "allow");
	assert.equal(said(await call.reply()).decision, "allow");
	const { body } = await gate.entry(({ type }) => type === "action.released");
	assert.equal(body.delivered, true);
	assert.deepEqual(
		gate.gate.warnings().map(({ message }) => message.code),
		["gate.notEnforced"],
	);
});

test("a result whose entry cannot be written is a warning, and does not stop the agent", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	gate.answer(await gate.card(), "allow");
	await call.reply();
	failOnce(t, "action.executed");
	const reply = await (await gate.call("PostToolUse-Bash", { toolUseId: "t1" })).reply();
	assert.deepEqual([reply.exit, reply.stdout], [0, ""]);
	assert.ok(gate.gate.warnings().some(({ message }) => message.code === "gate.logFailed"));
});

test("an entry that the log refuses costs only itself: the segment goes on", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	failOnce(t, "action.decided", new JournalError("too-large", "larger than a line can be"));
	gate.answer(card, "allow");
	assert.equal(said(await call.reply()).decision, "deny");
	const entries = await gate.verified();
	assert.equal(entries.filter(({ type }) => type === "gate.started").length, 1);
	assert.ok(entries.some(({ type, body }) => type === "action.decided" && body.decision.by === "failure"));
});

/** The next batch with an entry of this type fails, as on a disk that had an error. */
function failOnce(t: TestContext, type: string, error = new JournalError("io", "the disk had an error")): void {
	const real = Journal.prototype.appendAll;
	let failed = false;
	t.mock.method(Journal.prototype, "appendAll", function (this: Journal, ...[entries]: Parameters<typeof real>) {
		if (failed || !entries.some((entry) => entry.type === type)) return real.call(this, entries);
		failed = true;
		return Promise.reject(error);
	});
}
