// The adapter's own bytes, printed by a hook of the real Claude Code: what they say is what happens.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { AgentEvent, Outcome } from "../../../../src/agents/adapter.ts";
import type { Decision } from "../../../../src/approvals/decision.ts";
import type { JsonObject } from "../../../../src/protocol/canonical.ts";
import { ENV_NAMES } from "../../../../src/protocol/hookWire.ts";
import { runHeadless } from "../../../support/claude/headless.ts";
import type { HookCall } from "../../../support/claude/hookProbe.ts";
import { skipRealClaude } from "../../../support/claude/install.ts";
import { type Script, toolUseId } from "../../../support/claude/modelServer.ts";
import { stage } from "../../../support/claude/stage.ts";
import { skipTui, startTui } from "../../../support/claude/tui.ts";
import { claudeCode, submitOf } from "./support.ts";

const script: Script = {
	turns: [
		{ tools: [{ name: "Bash", input: { command: "touch ran.txt", description: "make it" } }] },
		{ text: "went on" },
	],
};
const call = toolUseId("main", 0);

function eventOf(of: HookCall): AgentEvent {
	const env = Object.fromEntries(
		ENV_NAMES.flatMap((name) => (of.env[name] === undefined ? [] : [[name, of.env[name]]])),
	);
	return claudeCode.read(submitOf(of.payload as JsonObject, env), Buffer.from(JSON.stringify(of.payload)));
}

const person = (verdict: "allow" | "deny", more: { reason?: string; stopSession?: boolean } = {}): Outcome => ({
	kind: "decision",
	decision: {
		...{ by: "person", verdict, channel: "editor", ...more },
		approver: { osUser: "dev", claims: {}, assurance: 1 },
		shown: { digest: "0".repeat(64), extent: "whole", ms: 900 },
	} satisfies Decision,
});

const headless: Record<string, { outcome: Outcome; ran: boolean; wentOn: boolean; said?: RegExp }> = {
	allow: { outcome: person("allow"), ran: true, wentOn: true },
	deny: {
		outcome: person("deny", { reason: "use the test host" }),
		ran: false,
		wentOn: true,
		said: /A person denied .*: use the test host/,
	},
	"deny and stop": { outcome: person("deny", { stopSession: true }), ran: false, wentOn: false },
	"ask, which is not for here": {
		outcome: { kind: "ask", reason: "changes files" },
		ran: false,
		wentOn: true,
		said: /changes files/,
	},
};

for (const [name, { outcome, ran, wentOn, said }] of Object.entries(headless)) {
	test(`headless: ${name}`, { skip: skipRealClaude() }, async (t) => {
		const set = await stage(t, script, (of) => claudeCode.reply(eventOf(of), outcome));
		const settings = { hooks: set.probe.hooks(["PreToolUse"], { onFailure: "block" }) };
		const run = await runHeadless({ ...set, prompt: "please", mode: "bypassPermissions", settings });
		set.finally(() => run.kill("SIGKILL"));
		const { exit, stdout } = await run.done;
		assert.deepEqual([exit, existsSync(join(set.cwd, "ran.txt")), stdout.includes("went on")], [0, ran, wentOn]);
		if (said !== undefined) assert.match((await set.model.toolResult(call)).text, said);
	});
}

interface Race {
	/** What we answer in PermissionRequest; undefined waits for the terminal. */
	answer?: Outcome;
	/** The answer in the terminal. */
	key?: "Yes" | "No";
	ran: boolean;
	settled: string;
	wentOn: boolean;
}
const races: Record<string, Race> = {
	"we allow": { answer: person("allow"), ran: true, settled: "gatepost", wentOn: true },
	"we deny": { answer: person("deny", { reason: "no" }), ran: false, settled: "gatepost", wentOn: true },
	"we deny and stop": { answer: person("deny", { stopSession: true }), ran: false, settled: "unknown", wentOn: false },
	"the terminal allows": { key: "Yes", ran: true, settled: "terminal-allow", wentOn: true },
	"the terminal denies": { key: "No", ran: false, settled: "terminal-deny", wentOn: false },
};

for (const [name, { answer, key, ran, settled, wentOn }] of Object.entries(races)) {
	test(`race in the terminal: ${name}`, { skip: skipRealClaude() || (await skipTui()) }, async (t) => {
		const asked = Promise.withResolvers<AgentEvent & { kind: "tool.permission" }>();
		const terminal = Promise.withResolvers<void>();
		const set = await stage(t, script, async (of) => {
			const event = eventOf(of);
			if (event.kind === "tool.before") {
				assert.equal(claudeCode.canRace(event), true);
				return claudeCode.reply(event, { kind: "ask", reason: "Gatepost asks" });
			}
			assert.ok(event.kind === "tool.permission");
			asked.resolve(event);
			if (answer === undefined) await terminal.promise;
			return claudeCode.reply(event, answer ?? { kind: "none" });
		});
		set.finally(() => terminal.resolve());
		const settings = { hooks: set.probe.hooks(["PreToolUse", "PermissionRequest"]) };
		const tui = await startTui({ ...set, settings });
		set.finally(() => tui.stop());
		await tui.prompt("please");
		const event = await asked.promise;
		if (key !== undefined) {
			const dialog = /Gatepost asks[\s\S]*1\. Yes/;
			if (key === "No") await tui.press(dialog, "Down", /❯ 2\. No/);
			await tui.answer(dialog, "Enter");
		}
		await tui.waitFor(wentOn ? /went on/ : /Interrupted/);
		assert.equal(existsSync(join(set.cwd, "ran.txt")), ran);
		// Claude Code writes behind: asked until it says, and once where it never will.
		const of = { toolUseId: call, action: event.action };
		let by = await claudeCode.settlement(event, of);
		for (let tries = 0; by === "unknown" && settled !== "unknown" && tries < 400; tries += 1) {
			await delay(25);
			by = await claudeCode.settlement(event, of);
		}
		assert.equal(by, settled);
		assert.equal(await claudeCode.settlement(event, { action: event.action }), settled);
	});
}
