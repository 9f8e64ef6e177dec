import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { callHook, type HookCall, writeCall } from "../support/hookCall.ts";
import { until } from "../support/until.ts";
import { folder, held, home, log, story, waiting } from "./stage.ts";

describe("a request in the editor", () => {
	const calls: HookCall[] = [];
	const started = (call: HookCall) => {
		calls.push(call);
		return call;
	};
	afterEach(async () => {
		await Promise.all(calls.splice(0).map((call) => call.kill("SIGKILL")));
		await until("no card is left", async () => (await waiting()) === 0);
	});

	it("of an agent's Write is held, counted and on record before anybody answers", async () => {
		const call = started(writeCall(home, folder(0), "a.txt", "one\n"));
		await held(call, folder(0));
		assert.equal(await waiting(), 1);
		assert.deepEqual(
			(await story(call, folder(0))).map(({ type }) => type),
			["action.requested"],
		);
		const session = (await log(folder(0))).find(
			({ type, body }) => type === "session.started" && body.claimed.session === call.session,
		);
		assert.equal(session?.body.agentKnown, true, "the caller was proven to be Claude Code");
		assert.equal(existsSync(join(folder(0), "a.txt")), false);
		assert(call.isWaiting());
	});

	it("of a read in the folder is allowed by rule, without a card", async () => {
		await writeFile(join(folder(0), "read.txt"), "text\n");
		const members = { tool_input: { file_path: join(folder(0), "read.txt") } };
		const { exit, stdout } = await started(callHook({ home, folder: folder(0), payload: "PreToolUse-Read", members }))
			.ended;
		assert.equal(exit, 0);
		assert.equal(JSON.parse(stdout).hookSpecificOutput.permissionDecision, "allow");
		assert.equal(await waiting(), 0);
	});

	it("is retracted when the agent takes it back, and nobody has decided", async () => {
		const call = started(writeCall(home, folder(0), "b.txt", "one\n"));
		await held(call, folder(0));
		const { exit } = await call.kill("SIGTERM");
		assert.notEqual(exit, 0, "a hook that is sent away allows nothing");
		await until("the card is retracted", async () => (await waiting()) === 0);
		await until("the withdrawal is on record", async () =>
			(await story(call, folder(0))).some(({ type }) => type === "action.withdrawn"),
		);
		assert(!(await story(call, folder(0))).some(({ type }) => type === "action.decided"));
	});

	it("is retracted when its hook is killed outright", async () => {
		const call = started(writeCall(home, folder(0), "c.txt", "one\n"));
		await held(call, folder(0));
		await call.kill("SIGKILL");
		await until("the card is retracted", async () => (await waiting()) === 0);
		await until("the withdrawal is on record", async () =>
			(await story(call, folder(0))).some(({ type }) => type === "action.withdrawn"),
		);
	});

	it("is counted with those of the window's other folders, and logged in its own folder's log", async () => {
		const first = started(writeCall(home, folder(0), "d.txt", "one\n"));
		const second = started(writeCall(home, folder(1), "d.txt", "two\n"));
		await held(first, folder(0));
		await held(second, folder(1));
		await until("both are counted", async () => (await waiting()) === 2);
		assert.equal((await story(second, folder(0))).length, 0);
		await first.kill();
		await until("one is left", async () => (await waiting()) === 1);
		assert(second.isWaiting());
	});

	it("from outside every folder of the window is refused at once, with what to do", async () => {
		const { exit, stdout, stderr } = await started(writeCall(home, home, "e.txt", "one\n")).ended;
		assert.equal(exit, 2);
		assert.equal(stdout, "");
		assert.match(stderr, /Gatepost/);
		assert(stderr.includes(home), stderr);
	});
});
