// The whole line with real parts: the real Claude Code stopped at the gate in a real VS Code, answered by real clicks.
import assert from "node:assert/strict";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runHeadless } from "../support/claude/headless.ts";
import { skipRealClaude } from "../support/claude/install.ts";
import { toolUseId } from "../support/claude/modelServer.ts";
import { click, editorStage, openCard, requests } from "../support/editorStage.ts";
import { screenshot } from "../support/host/browser.ts";
import { logEntries, logVerify } from "../support/log.ts";

const skip = skipRealClaude();
const bash = (command: string) => ({ name: "Bash", input: { command, description: "test" } });
const exists = (path: string) =>
	access(path).then(
		() => true,
		() => false,
	);

test("a Write waits for a click on Allow; a command is denied with a reason the model reads", { skip }, async (t) => {
	const set = await editorStage(t, (cwd) => ({
		turns: [
			{ tools: [{ name: "Write", input: { file_path: join(cwd, "a.txt"), content: "one\n\ttwo\n" } }] },
			{ tools: [bash("touch evil.txt")] },
			{ text: "all done" },
		],
	}));
	const { page } = set;
	const frame = await requests(page);
	const run = await runHeadless({ ...set, prompt: "Please write the file", mode: "bypassPermissions" });
	set.finally(() => run.kill("SIGKILL"));

	const first = await openCard(frame, "a.txt");
	await screenshot(page, "editor-write");
	assert.equal(await exists(join(set.cwd, "a.txt")), false, "held: nothing is written");
	await click(page, frame, first, "allow");

	const second = await openCard(frame, "touch evil.txt");
	assert.equal(await readFile(join(set.cwd, "a.txt"), "utf8"), "one\n\ttwo\n");
	await second.getByRole("button", { name: /more/i }).click();
	await second.getByRole("menuitem", { name: /reason/i }).click();
	await page.keyboard.type("Run the build script instead.");
	await screenshot(page, "editor-deny-reason");
	await page.waitForTimeout(700);
	await second.locator(".reason .deny").click();
	const { stdout } = await run.done;
	assert.equal(stdout, "all done\n");
	assert.equal(await exists(join(set.cwd, "evil.txt")), false);
	assert.match((await set.model.toolResult(toolUseId("main", 1))).text, /Run the build script instead\./);
	await screenshot(page, "editor-after");

	const decided = (await logEntries(set.gatepost, set.cwd)).filter((entry) => entry.type === "action.decided");
	assert.deepEqual(
		decided.map(({ body: { decision } }) => [
			decision.by,
			decision.verdict,
			decision.channel,
			decision.approver.assurance,
		]),
		[
			["person", "allow", "editor", 1],
			["person", "deny", "editor", 1],
		],
	);
	assert.ok(decided.every(({ body }) => body.decision.shown.extent === "whole" && body.decision.shown.ms > 0));
	const verified = await logVerify(set.gatepost, set.cwd);
	assert.equal(verified.code, 0, verified.text);
});
