// Runs after everything else: nothing a program can do resumes, and that is what is tested.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { callHook, type HookCall } from "../support/hookCall.ts";
import { folder, home, log, settlesSoon } from "./stage.ts";

describe("pausing all agents", () => {
	const calls: HookCall[] = [];
	after(() => Promise.all(calls.map((call) => call.kill("SIGKILL"))));

	/** A read that policy allows. */
	async function read(of: string): Promise<HookCall> {
		await writeFile(join(of, "read.txt"), "text\n");
		const members = { tool_input: { file_path: join(of, "read.txt") } };
		const call = callHook({ home, folder: of, payload: "PreToolUse-Read", members });
		calls.push(call);
		return call;
	}

	async function isDecided({ toolUseId }: HookCall, of: string): Promise<boolean> {
		return (await log(of)).some(({ type, body }) => type === "action.requested" && body.toolUseId === toolUseId);
	}

	it("by command holds what policy allows", async () => {
		await vscode.commands.executeCommand("gatepost.pause");
		const call = await read(folder(0));
		assert.equal(await settlesSoon(call.ended, 3000), false, "the read went through");
		assert.equal(await isDecided(call, folder(0)), false);
	});

	it("is not undone by any command", async function () {
		this.timeout(60_000);
		const ours = (await vscode.commands.getCommands(false)).filter((id) => /gatepost/i.test(id));
		for (const id of ours) {
			for (const args of [[], [false], [{ paused: false }], [{ type: "pause", paused: false }]]) {
				await settlesSoon(vscode.commands.executeCommand(id, ...args), 300);
			}
		}
		const [call] = calls;
		assert(call?.isWaiting(), "the read went through");
	});

	it("holds every folder of the window, and what comes later", async () => {
		const call = await read(folder(1));
		assert.equal(await settlesSoon(call.ended, 2000), false, "the read went through");
	});
});
