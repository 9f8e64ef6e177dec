// A patch of several files in a real VS Code: what the card says of each, all diffs in one editor, and what is on record once
// it was allowed and applied. The agent is one of the tests' own; its hook, the gate, the views and the log are the real ones.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { type TestContext, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Frame, Page } from "playwright-core";
import { format, message } from "../../src/protocol/messages.ts";
import { click, look, openCard, requests } from "../support/editorStage.ts";
import { picture, screenshot } from "../support/host/browser.ts";
import { setTheme } from "../support/host/palette.ts";
import { logEntries, logVerify } from "../support/log.ts";
import { callPatchHook } from "../support/patchAgent/call.ts";
import { addPatchAgent } from "../support/patchAgent/install.ts";
import { until } from "../support/until.ts";
import { type WindowStage, windowStage } from "../support/windowStage.ts";

/** The project before, by path. */
const BEFORE: Record<string, string> = {
	"src/cart.ts": [
		'import { price } from "./prices.ts";',
		"",
		"export interface Item {",
		"\tid: string;",
		"\tcount: number;",
		"}",
		"",
		"/** How many things are in the cart. */",
		"export function size(items: Item[]): number {",
		"\treturn items.length;",
		"}",
		"",
		"/** Without items that have no price. */",
		"export function known(items: Item[]): Item[] {",
		"\treturn items.filter(({ id }) => price(id) !== undefined);",
		"}",
		"",
		"/** In cents. */",
		"export function total(items: Item[]): number {",
		"\treturn items.reduce((sum, { id }) => sum + price(id), 0);",
		"}",
		"",
	].join("\n"),
	"src/index.ts": 'export { size, total } from "./cart.ts";\nexport { price } from "./prices.ts";\n',
	"notes/cart.md": "# Cart\n\nThe total is in cents.\nCounts are ignored.\n",
	"src/legacy.ts": "// Kept for the old shop.\nexport const CURRENCY = 'EUR';\nexport const ROUNDING = 2;\n",
	"src/prices.ts": "export function price(id: string): number {\n\treturn id.length * 100;\n}\n",
};

const PATCH = `*** Begin Patch
*** Add File: src/discount.ts
+/** Ten per cent off, in cents. */
+export function discounted(total: number): number {
+	return Math.round(total * 0.9);
+}
*** Update File: src/cart.ts
@@ export function size(items: Item[]): number {
-	return items.length;
+	return items.reduce((sum, { count }) => sum + count, 0);
 }
@@
 export function total(items: Item[]): number {
-	return items.reduce((sum, { id }) => sum + price(id), 0);
+	const sum = items.reduce((all, { id, count }) => all + count * price(id), 0);
+	return discounted(sum);
 }
*** Update File: src/index.ts
@@
 export { size, total } from "./cart.ts";
+export { discounted } from "./discount.ts";
*** Update File: notes/cart.md
*** Move to: docs/cart.md
@@
 The total is in cents.
-Counts are ignored.
+Counts are multiplied.
*** Delete File: src/legacy.ts
*** End Patch
`;

/** What the patch leaves, written by hand; null: no file. */
const AFTER: Record<string, string | null> = {
	"src/discount.ts":
		"/** Ten per cent off, in cents. */\nexport function discounted(total: number): number {\n\treturn Math.round(total * 0.9);\n}\n",
	"src/cart.ts": [
		'import { price } from "./prices.ts";',
		"",
		"export interface Item {",
		"\tid: string;",
		"\tcount: number;",
		"}",
		"",
		"/** How many things are in the cart. */",
		"export function size(items: Item[]): number {",
		"\treturn items.reduce((sum, { count }) => sum + count, 0);",
		"}",
		"",
		"/** Without items that have no price. */",
		"export function known(items: Item[]): Item[] {",
		"\treturn items.filter(({ id }) => price(id) !== undefined);",
		"}",
		"",
		"/** In cents. */",
		"export function total(items: Item[]): number {",
		"\tconst sum = items.reduce((all, { id, count }) => all + count * price(id), 0);",
		"\treturn discounted(sum);",
		"}",
		"",
	].join("\n"),
	"src/index.ts":
		'export { size, total } from "./cart.ts";\nexport { discounted } from "./discount.ts";\nexport { price } from "./prices.ts";\n',
	"docs/cart.md": "# Cart\n\nThe total is in cents.\nCounts are multiplied.\n",
	"notes/cart.md": null,
	"src/legacy.ts": null,
};

/** What the card says: operation, name and folder, lines that come and go, and where it was. */
const FILES = [
	["new", "discount.ts src/", "+4 −0", ""],
	["changed", "cart.ts src/", "+3 −2", ""],
	["changed", "index.ts src/", "+1 −0", ""],
	["moved", "cart.md docs/", "+1 −1", "from notes/cart.md"],
	["deleted", "legacy.ts src/", "+0 −3", ""],
];

interface PatchStage extends WindowStage {
	page: Page;
	frame: Frame;
	cwd: string;
}

/** A window on the project with the tests' agent known to its gate. */
async function patchStage(t: TestContext): Promise<PatchStage> {
	const stage = await windowStage(t);
	const cwd = await stage.folder("project");
	for (const [name, text] of Object.entries(BEFORE)) await put(cwd, name, text);
	await addPatchAgent(stage.host.homeDirs.extensions);
	const { page } = await stage.open(cwd);
	return { ...stage, page, frame: await requests(page), cwd };
}

async function put(cwd: string, name: string, text: string): Promise<void> {
	await mkdir(dirname(join(cwd, name)), { recursive: true });
	await writeFile(join(cwd, name), text);
}

function call(
	stage: PatchStage,
	patch: string,
	response?: string,
	ids = { session: randomUUID(), toolUseId: "call_1" },
) {
	const { home, cwd: folder } = stage;
	const started = callPatchHook({ home, folder, patch, ...ids, ...(response === undefined ? {} : { response }) });
	stage.finally(started.kill);
	return { ...started, ids };
}

/** The rows of a card's list of files, as a person reads them. */
async function rowsOf(card: Awaited<ReturnType<typeof openCard>>): Promise<string[][]> {
	const rows = [];
	for (const row of await card.locator(".file-list li").all()) {
		const visible = async (selector: string) => {
			const parts = await row.locator(selector).allInnerTexts();
			return parts.join(" ").replaceAll(/\s+/g, " ").trim();
		};
		const counts = [await visible(".counts .plus"), await visible(".counts .minus")].join(" ");
		rows.push([await visible(".op"), await visible(".name"), counts, await visible(".moved")]);
	}
	return rows;
}

/** What the editor of all files shows: each file's name and folder, how it is marked, and where a moved one was. */
async function entriesOf(page: Page): Promise<string[][]> {
	const entries = [];
	for (const entry of await page.locator(".multiDiffEntry:visible").all()) {
		const label = async (side: string) => {
			const parts = await entry.locator(`.title.${side}`).locator(".label-name, .label-description").allInnerTexts();
			return parts.join(" ").trim();
		};
		const { y = 0 } = (await entry.boundingBox()) ?? {};
		const status = await entry.locator(".status").innerText();
		entries.push({ y, shown: [await label("modified"), status.trim(), await label("original")] });
	}
	return entries.sort((a, b) => a.y - b.y).map(({ shown }) => shown);
}

async function bodiesOf({ gatepost, cwd }: PatchStage, type: string) {
	return (await logEntries(gatepost, cwd)).filter((entry) => entry.type === type).map(({ body }) => body);
}

async function isClean(stage: PatchStage): Promise<void> {
	assert.deepEqual(await bodiesOf(stage, "digest.mismatch"), []);
	assert.deepEqual(await bodiesOf(stage, "coverage.gap"), []);
	const verified = await logVerify(stage.gatepost, stage.cwd);
	assert.equal(verified.code, 0, verified.text);
}

test("a patch that adds, changes, moves and deletes files: one card with all of them, all diffs in one editor", async (t) => {
	const stage = await patchStage(t);
	const { page, frame, cwd } = stage;
	// High enough for all diffs: the editor draws only those on screen.
	await page.setViewportSize({ width: 1280, height: 1250 });
	const asked = call(stage, PATCH);
	const card = await openCard(frame, "discount.ts");
	assert.deepEqual(await rowsOf(card), FILES);
	assert.match(await card.locator(".file-list-head").innerText(), /5 files/);
	await card.getByText("Moved from notes/cart.md, which is gone then.").waitFor();
	const twoHunks = await card.locator('[data-file="1"]').innerText();
	for (const line of ["return items.length;", "return discounted(sum);"]) assert.ok(twoHunks.includes(line), twoHunks);
	await look(page, frame, "change-patch");

	await card.getByRole("button", { name: "Open all" }).click();
	const tab = page.locator(".tab", { hasText: /^Proposed changes \([0-9a-f]{8}\) \(5 files\)$/ });
	await tab.waitFor();
	await until("all diffs are drawn", async () => (await page.locator(".multiDiffEntry:visible").count()) === 5);
	const there = page.locator(".multiDiffEntry .editor.modified .view-line", { hasText: "return discounted(sum);" });
	await there.waitFor();
	assert.equal(await page.locator(".tabs-container .tab").count(), 1);
	// Marked as renamed is only what moves.
	const all = [
		["discount.ts src", "A", ""],
		["cart.ts src", "", ""],
		["index.ts src", "", ""],
		["cart.md docs", "R", "cart.md notes"],
		["legacy.ts src", "D", ""],
	];
	await until("all are named", async () => isDeepStrictEqual(await entriesOf(page), all)).catch(() => undefined);
	assert.deepEqual(await entriesOf(page), all);
	for (const theme of ["Light Modern", "Dark Modern"] as const) {
		await setTheme(page, theme);
		await screenshot(page, `change-patch-all-${theme.toLowerCase().replaceAll(" ", "-")}`);
	}
	await picture(page, "patch", { x: 48, y: 30, width: 1230, height: 890 });

	await click(page, frame, card, "allow");
	assert.deepEqual(await asked.ended, { exit: 0, stdout: "", stderr: "" });
	await tab.waitFor({ state: "detached" });
	for (const [name, text] of Object.entries(AFTER)) await (text === null ? rm(join(cwd, name)) : put(cwd, name, text));
	await call(stage, PATCH, "Exit code: 0", asked.ids).ended;
	await until("the result is on record", async () => (await bodiesOf(stage, "action.executed")).length === 1);

	const [requested] = await bodiesOf(stage, "action.requested");
	assert.deepEqual(
		requested?.change.files.map(({ path, op }: { path: string; op: string }) => [relative(cwd, path), op]),
		[
			["src/discount.ts", "create"],
			["src/cart.ts", "modify"],
			["src/index.ts", "modify"],
			["notes/cart.md", "delete"],
			["docs/cart.md", "create"],
			["src/legacy.ts", "delete"],
		],
	);
	const [decided] = await bodiesOf(stage, "action.decided");
	assert.deepEqual([decided?.decision.by, decided?.decision.verdict], ["person", "allow"]);
	await isClean(stage);

	// One that cannot be read: the card says why, and shows what the agent sent.
	const broken = call(stage, PATCH.slice(0, PATCH.indexOf("*** End Patch")));
	const unread = await openCard(frame, "apply_patch");
	await unread.getByText(format(message("patch.noEnd"))).waitFor();
	assert.match(await unread.innerText(), /"command": "\*\*\* Begin Patch/);
	assert.equal(await unread.locator(".file-list, [data-file]").count(), 0);
	await screenshot(page, "change-patch-unread");
	await click(page, frame, unread, "deny");
	const { exit, stdout } = await broken.ended;
	assert.deepEqual([exit, stdout], [2, ""]);
	await isClean(stage);
});

test("a patch of which the agent wrote something else than what was allowed is on record as such", async (t) => {
	const stage = await patchStage(t);
	const { page, frame, cwd } = stage;
	const asked = call(stage, PATCH);
	await click(page, frame, await openCard(frame, "discount.ts"), "allow");
	await asked.ended;
	for (const [name, text] of Object.entries(AFTER)) {
		if (name !== "notes/cart.md") await (text === null ? rm(join(cwd, name)) : put(cwd, name, text));
	}
	await put(cwd, "src/index.ts", "export {};\n");
	await call(stage, PATCH, "Exit code: 0", asked.ids).ended;
	await until("it is on record", async () => (await bodiesOf(stage, "digest.mismatch")).length === 1);
	const [mismatch] = await bodiesOf(stage, "digest.mismatch");
	const files = mismatch?.files.map(({ path }: { path: string }) => relative(cwd, path));
	assert.deepEqual(files, ["src/index.ts", "notes/cart.md"]);
	await frame
		.getByText(/src\/index\.ts/)
		.first()
		.waitFor();
});
