// What changed, with real parts: the real Claude Code stopped at the gate in a real VS Code. A person edits what would run
// before they allow it, the log says what really changed, and a change is put back again.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Frame, Page } from "playwright-core";
import { runHeadless } from "../support/claude/headless.ts";
import { skipRealClaude } from "../support/claude/install.ts";
import { click, type EditorStage, editorStage, look, openCard, requests, until } from "../support/editorStage.ts";
import { bash, exists } from "../support/gateStage.ts";
import { picture, screenshot } from "../support/host/browser.ts";
import { runCommand } from "../support/host/palette.ts";
import { webviewFrame } from "../support/host/webview.ts";
import { logEntries, logVerify } from "../support/log.ts";

const skip = skipRealClaude();
type Card = Awaited<ReturnType<typeof openCard>>;

async function editForm(card: Card): Promise<void> {
	await card.getByRole("button", { name: "More actions" }).click();
	await card.getByRole("menuitem", { name: /edit, then allow/i }).click();
	await card.locator(".edit-form").waitFor();
}

/** Waits for the card that shows what would run now. */
async function edited(frame: Frame, text: string | RegExp, mark = "You changed this"): Promise<Card> {
	const card = await openCard(frame, text);
	await card.getByRole("region", { name: mark }).waitFor();
	return card;
}

async function auditPanel(page: Page): Promise<Frame> {
	await runCommand(page, "Gatepost: Open Audit Log");
	const frame = await webviewFrame(page, async (one) => (await one.locator("main.panel").count()) > 0);
	await frame.locator('tr[data-index="0"] time').waitFor();
	return frame;
}

async function openRow(page: Page, text: string): Promise<{ frame: Frame; detail: ReturnType<Frame["locator"]> }> {
	const frame = await auditPanel(page);
	const row = frame.locator("tr[data-index]").filter({ hasText: text }).filter({ hasText: "Allowed" }).first();
	await row.waitFor();
	await row.click();
	return { frame, detail: frame.locator(".detail") };
}

async function entriesOf(set: EditorStage, type: string) {
	return (await logEntries(set.gatepost, set.cwd)).filter((entry) => entry.type === type);
}

async function isClean(set: EditorStage): Promise<void> {
	assert.deepEqual(await entriesOf(set, "digest.mismatch"), []);
	assert.deepEqual(await entriesOf(set, "coverage.gap"), []);
	const verified = await logVerify(set.gatepost, set.cwd);
	assert.equal(verified.code, 0, verified.text);
}

test("a command is edited, then allowed: the edited one runs, the agent is told, and the log has both and what changed", {
	skip,
}, async (t) => {
	const set = await editorStage(
		t,
		() => ({
			turns: [{ tools: [bash("rm keep.txt && echo one > made.txt")] }, { text: "all done" }],
		}),
		{ prepare: (cwd) => writeFile(join(cwd, "keep.txt"), "keep\n") },
	);
	const { page } = set;
	const frame = await requests(page);
	const run = await runHeadless({ ...set, prompt: "Make the file", mode: "bypassPermissions" });
	set.finally(() => run.kill("SIGKILL"));
	const card = await openCard(frame, "rm keep.txt");
	await look(page, frame, "change-preview");
	await editForm(card);
	await card.getByRole("textbox", { name: "Command to run instead" }).fill("echo two > made.txt");
	await screenshot(page, "change-edit-command");
	await card.locator(".edit-form .apply").click();
	const again = await edited(frame, "echo two > made.txt");
	await look(page, frame, "change-edited-command");
	await picture(page, "edited", { x: 48, y: 62, width: 302, height: 600 });
	await click(page, frame, again, "allow");
	assert.equal((await run.done).stdout, "all done\n");
	assert.equal(await readFile(join(set.cwd, "made.txt"), "utf8"), "two\n");
	assert.ok(await exists(join(set.cwd, "keep.txt")));
	const told = JSON.stringify(set.model.requests);
	assert.match(told, /A person changed this command in Gatepost/);

	const [decided] = (await entriesOf(set, "action.decided")).filter(({ body }) => body.edited !== undefined);
	const [requested] = (await entriesOf(set, "action.requested")).filter(({ body }) => body.kind === "shell");
	assert.equal(decided?.body.edited.from, requested?.body.actionMac);
	assert.notEqual(decided?.body.edited.actionMac, requested?.body.actionMac);
	await until("what changed is on record", async () => (await entriesOf(set, "action.changed")).length > 0);
	const [changed] = await entriesOf(set, "action.changed");
	assert.deepEqual(
		changed?.body.files.map(({ path, op }: { path: string; op: string }) => [path, op]),
		[[join(set.cwd, "made.txt"), "create"]],
	);
	const { detail, frame: panel } = await openRow(page, "rm keep.txt");
	await detail.getByText("Changed when it ran").waitFor();
	await detail.getByText("A person changed this before allowing it").first().waitFor();
	await look(page, panel, "change-after-run");
	await detail.getByText("Changed when it ran").scrollIntoViewIfNeeded();
	await screenshot(page, "change-after-run-files");
	await isClean(set);
});

const LONG = Array.from({ length: 40 }, (_, at) => `line ${at + 1}\n`);
const changedAt = (...lines: number[]) => LONG.map((line, at) => (lines.includes(at + 1) ? `new ${at + 1}\n` : line));

test("a part of a change is left out, another is edited in the diff: exactly what was shown is written; then it is undone", {
	skip,
}, async (t) => {
	const set = await editorStage(
		t,
		(cwd) => ({
			turns: [
				{ tools: [{ name: "Read", input: { file_path: join(cwd, "long.txt") } }] },
				{ tools: [{ name: "Write", input: { file_path: join(cwd, "long.txt"), content: changedAt(3, 30).join("") } }] },
				{ tools: [{ name: "Write", input: { file_path: join(cwd, "new.txt"), content: "one\n" } }] },
				{ text: "all done" },
			],
		}),
		{ prepare: (cwd) => writeFile(join(cwd, "long.txt"), LONG.join("")) },
	);
	const { page } = set;
	const path = join(set.cwd, "long.txt");
	const frame = await requests(page);
	const run = await runHeadless({ ...set, prompt: "Change the lines", mode: "bypassPermissions" });
	set.finally(() => run.kill("SIGKILL"));

	const card = await openCard(frame, "long.txt");
	await editForm(card);
	await card.getByRole("checkbox").nth(1).uncheck();
	await look(page, frame, "change-parts");
	await card.locator(".edit-form .apply").click();
	const kept = await edited(frame, "long.txt");
	assert.equal(await kept.getByText("new 30").count(), 0);
	await look(page, frame, "change-edited-parts");
	await click(page, frame, kept, "allow");
	await until("it is written", async () => (await readFile(path, "utf8")) !== LONG.join(""));
	assert.equal(await readFile(path, "utf8"), changedAt(3).join(""));

	const second = await openCard(frame, "new.txt");
	await editForm(second);
	await second.locator(".edit-form .in-diff").click();
	const modified = page.locator(".monaco-diff-editor .editor.modified");
	await modified.locator(".view-line", { hasText: "one" }).waitFor();
	await modified.click();
	await page.keyboard.press("Control+End");
	await page.keyboard.type("two");
	await page.keyboard.press("Control+s");
	const written = await edited(frame, "two", "Changed in the diff editor");
	await screenshot(page, "change-edited-in-diff");
	await click(page, frame, written, "allow");
	assert.equal((await run.done).stdout, "all done\n");
	assert.equal(await readFile(join(set.cwd, "new.txt"), "utf8"), "one\ntwo");
	assert.match(JSON.stringify(set.model.requests), /A person changed this Write in Gatepost/);
	await isClean(set);

	// The same line was changed since: the merge editor opens, and nothing is written.
	const mine = changedAt(3).map((line) => (line === "new 3\n" ? "mine 3\n" : line));
	await writeFile(path, mine.join(""));
	const { detail } = await openRow(page, "long.txt");
	const undo = detail.getByRole("button", { name: /^Undo the change/ }).first();
	const press = (name: RegExp) => page.locator(".monaco-dialog-box").getByRole("button", { name }).first().click();
	await undo.click();
	await press(/merge editor/i);
	await page.locator(".merge-editor .view-line", { hasText: "mine 3" }).first().waitFor();
	await screenshot(page, "change-undo-conflict");
	await picture(page, "undo", { x: 352, y: 30, width: 926, height: 470 });
	assert.equal(await readFile(path, "utf8"), mine.join(""));
	await until("the conflict is on record", async () => (await entriesOf(set, "change.undone")).length === 1);
	await runCommand(page, "View: Close Editor");

	// The file moved on in another place: the change alone is taken back.
	await writeFile(path, changedAt(3, 35).join(""));
	const again = await openRow(page, "long.txt");
	await again.detail
		.getByRole("button", { name: /^Undo the change/ })
		.first()
		.click();
	await press(/^undo$/i);
	await until("it is undone", async () => (await readFile(path, "utf8")) === changedAt(35).join(""));
	await until("the undo is on record", async () => (await entriesOf(set, "change.undone")).length === 2);
	await screenshot(page, "change-undone");

	// A file that the action made, and that was changed since: removing it would lose what came later.
	await writeFile(join(set.cwd, "new.txt"), "one\nanother\n");
	const other = await openRow(page, "new.txt");
	const button = other.detail.getByRole("button", { name: /^Undo the change/ }).first();
	await screenshot(page, "change-undo-created");
	await button.click();
	await page.getByText("removing it would lose what came later").first().waitFor();
	await screenshot(page, "change-undo-refused");
	assert.equal(await readFile(join(set.cwd, "new.txt"), "utf8"), "one\nanother\n");
});
