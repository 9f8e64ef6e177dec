// The audit log in a real VS Code: a log that was there, an action answered by a click, its row and its diff, sessions,
// overview, integrity, and a receipt that is verified without Gatepost. In four themes without an accessibility violation.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Frame, Page } from "playwright-core";
import { openHome, workspaceId, workspacePaths } from "../../src/audit/home.ts";
import { HOSTILE, type SampleLog, sampleLog } from "../support/auditLog.ts";
import { click, openCard, requests } from "../support/editorStage.ts";
import { writeCall } from "../support/hookCall.ts";
import { screenshot } from "../support/host/browser.ts";
import { quickInput, runCommand, setTheme, themes } from "../support/host/palette.ts";
import { axe, describeViolations, webviewFrame } from "../support/host/webview.ts";
import { logEntries, logVerify } from "../support/log.ts";
import { until } from "../support/until.ts";
import { type WindowStage, windowStage } from "../support/windowStage.ts";
import { commandsOf, follow, missingTool, unpack } from "../unit/audit/bundle/support.ts";

async function auditPanel(page: Page): Promise<Frame> {
	await runCommand(page, "Gatepost: Open Audit Log");
	const frame = await webviewFrame(page, async (one) => (await one.locator("main.panel").count()) > 0);
	await frame.locator('tr[data-index="0"] time').waitFor();
	return frame;
}

async function tab(frame: Frame, name: string): Promise<void> {
	await frame.getByRole("tab", { name }).click();
}

/** Looks at what is on screen in every theme. */
async function look(page: Page, frame: Frame, name: string): Promise<void> {
	for (const theme of themes) {
		await setTheme(page, theme);
		await screenshot(page, `audit-${name}-${theme.toLowerCase().replaceAll(" ", "-")}`);
		const found = await axe(frame, { background: "--vscode-editor-background" });
		assert.equal(describeViolations(found), "", `${name}, ${theme}`);
	}
	await setTheme(page, "Dark Modern");
}

async function staged(t: TestContext): Promise<{ stage: WindowStage; folder: string; page: Page; log: SampleLog }> {
	const stage = await windowStage(t);
	const folder = await stage.folder("shop");
	const log = await sampleLog(openHome(stage.gatepost), folder);
	await log.journal.close();
	const { page } = await stage.open(folder);
	return { stage, folder, page, log };
}

test("an action answered by a click is in the panel, with its diff and what was shown", async (t) => {
	const { stage, folder, page } = await staged(t);
	const frame = await auditPanel(page);
	const rows = frame.locator("tr[data-index]");
	const before = Number(await frame.locator("[aria-rowcount]").first().getAttribute("aria-rowcount"));

	const inRequests = await requests(page);
	const call = writeCall(stage.home, folder, "new.txt", "one\n");
	stage.finally(() => call.kill("SIGKILL"));
	const card = await openCard(inRequests, "new.txt");
	await click(page, inRequests, card, "allow");
	await call.ended;

	await until("the new row is there", async () => (await rows.filter({ hasText: "new.txt" }).count()) > 0);
	const after = Number(await frame.locator("[aria-rowcount]").first().getAttribute("aria-rowcount"));
	assert.ok(after > before, `${before} rows, then ${after}`);
	await rows.filter({ hasText: "new.txt" }).first().click();
	const detail = frame.locator(".detail");
	// Who, where, and what was in front of them for how long.
	for (const said of [userInfo().username, /Editor/, /all of it|whole/i, /\d s\b/])
		await detail.getByText(said).first().waitFor();
	await screenshot(page, "audit-live-detail");
	await detail
		.getByRole("button", { name: /^Open diff/ })
		.first()
		.click();
	await page.locator(".monaco-diff-editor .editor.modified .view-line", { hasText: "one" }).waitFor();
	await screenshot(page, "audit-live-diff");
	await logVerify(stage.gatepost, folder);
});

test("table, detail, sessions, overview and integrity in four themes; hostile words stay words", async (t) => {
	const { page } = await staged(t);
	const frame = await auditPanel(page);
	assert.notEqual(await page.title(), "owned");
	await look(page, frame, "table");

	await frame.locator(".search input").fill("login.ts");
	const row = frame.locator("tr[data-index]", { hasText: "login.ts" }).first();
	await row.waitFor();
	await row.click();
	await frame.locator(".detail").getByText("fix-login").first().waitFor();
	await look(page, frame, "detail");

	await frame.locator(".search input").fill("");
	await tab(frame, "Sessions");
	await frame.getByText("The login form forgets the user").first().waitFor();
	await look(page, frame, "sessions");
	await frame.getByText("The login form forgets the user").first().click();
	await frame
		.getByText(/remember|login\.ts/)
		.first()
		.waitFor();
	await look(page, frame, "session");

	await tab(frame, "Overview");
	await frame.locator("svg[role=img]").first().waitFor();
	await look(page, frame, "overview");

	await tab(frame, "Integrity");
	await frame
		.getByText(/consistent/i)
		.first()
		.waitFor();
	await look(page, frame, "integrity");
	assert.equal(await frame.locator("img").count(), 0, HOSTILE.html);
});

test("the panel comes back after a reload of the window, as it was, its index under the editor's own key", async (t) => {
	const { stage, folder, page } = await staged(t);
	const frame = await auditPanel(page);
	await frame.locator(".search input").fill("git push");
	await until("the filter holds", async () => (await frame.locator("tr[data-index]").count()) === 1);
	const { dir } = workspacePaths(stage.gatepost, workspaceId(folder));
	// The index is kept under the editor's own key, and not under that of the home.
	const kept = () => (existsSync(join(dir, "index")) ? readdirSync(join(dir, "index")) : []);
	await until("the index is kept", () => kept().some((name) => /^snapshot-[0-9a-f]{16}$/.test(name)));
	assert.equal(kept().includes("snapshot"), false, `${kept()}`);

	const known = stage.gates().map(({ id }) => id);
	await runCommand(page, "Developer: Reload Window");
	await stage.nextGate(known);
	const again = await webviewFrame(page, async (one) => (await one.locator("main.panel").count()) > 0);
	await again.locator("tr[data-index] time").first().waitFor();
	assert.equal(await again.locator(".search input").inputValue(), "git push");
	assert.equal(await again.locator("tr[data-index]").count(), 1);
});

test("a receipt made by the extension is verified by sha256sum, openssl and Python alone", async (t) => {
	const { stage, folder, page, log } = await staged(t);
	await auditPanel(page);
	await runCommand(page, "Gatepost: Export Audit Log...");
	const pick = async (label: RegExp) => {
		const row = page.locator(".quick-input-list .monaco-list-row", { hasText: label }).first();
		await row.waitFor();
		await row.click();
	};
	await pick(/receipt/i);
	await pick(/one session|a session/i);
	await pick(/The login form forgets/);
	// The file dialog of a window in a browser is a quick input with the path it proposes.
	const input = quickInput(page);
	await until("the dialog proposes a path", async () =>
		/gatepost-.*\.zip$/.test(await input.inputValue().catch(() => "")),
	);
	await page.keyboard.press("Enter");
	const made = async () => (await logEntries(stage.gatepost, folder)).find(({ type }) => type === "export.made");
	await until("the export is on record", async () => (await made()) !== undefined);
	const out = String((await made())?.body.file);
	assert.ok(out.startsWith(stage.home) && existsSync(out), out);
	assert.equal(missingTool(), undefined, "Debian has sha256sum, openssl and Python");
	const into = unpack(readFileSync(out), join(stage.home, "receipt"));
	const commands = commandsOf(readFileSync(join(into, "VERIFY.md"), "utf8"));
	assert.ok(commands.length >= 4, `${commands.length} steps`);
	const steps = follow(into, commands);
	for (const { status, out: said } of steps) assert.equal(status, 0, said);
	assert.match(steps.map(({ out: said }) => said).join("\n"), /consistent, signer unknown/);
	assert.ok(existsSync(join(into, "verify.html")) && log.sessions.good.length > 0);
});
