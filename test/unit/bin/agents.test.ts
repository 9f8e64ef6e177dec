// Disconnecting from the command line is on record: it is the largest change of what guards a person.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { applyPlan, planInstall } from "../../../src/agents/claude-code/install.ts";
import { uninstall } from "../../../src/bin/agents.ts";
import { gatePlace, logEntries } from "../../support/gateClient.ts";

test("disconnecting leaves an entry, in the folder's log or in that of what belongs to none", async (t) => {
	const at = gatePlace(t);
	const { HOME } = process.env;
	t.after(() => {
		process.env.HOME = HOME;
	});
	process.env.HOME = at.userHome;
	delete process.env.CLAUDE_CONFIG_DIR;
	mkdirSync(join(at.userHome, ".claude"));
	const said: string[] = [];
	const options = { home: at.home, folder: at.folder, json: true, yes: true, version: "0.0.0" };
	const out = async (text: string) => void said.push(text);
	for (const scope of ["project", "user"] as const) {
		const project = scope === "project";
		const place = { scope, home: at.home, userHome: at.userHome, ...(project ? { projectDir: at.folder } : {}) };
		const plan = await planInstall(place);
		await applyPlan(plan);
		assert.equal(await uninstall("claude-code", { ...options, project, out }), 0);
		const told = JSON.parse(said.at(-1) ?? "");
		assert.deepEqual(told, { agent: "claude-code", file: plan.file, changed: true, notes: [] });
		const entries = await logEntries(at.home, project ? at.folder : undefined);
		const { body } = entries.find(({ type }) => type === "agent.changed") ?? assert.fail("no entry");
		assert.deepEqual([body.agent, body.file, body.installed], ["claude-code", plan.file, false]);
		assert.equal(entries.at(-2)?.type, "gate.stopped");
		// A second time nothing changes, and nothing is written.
		assert.equal(await uninstall("claude-code", { ...options, project, out }), 0);
		assert.equal(JSON.parse(said.at(-1) ?? "").changed, false);
		assert.equal((await logEntries(at.home, project ? at.folder : undefined)).length, entries.length);
	}
});
