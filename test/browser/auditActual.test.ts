// The detail of a row: what the action really changed, what differs from what was allowed, what a person made of it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RowDetail } from "../../src/protocol/audit.ts";
import { type AuditPage, useAudit } from "../support/auditHarness/audit.ts";
import { type FakeLog, sample } from "../support/auditHarness/fakeHost.ts";
import { FOLDER, rowLike } from "../support/auditHarness/sample.ts";
import { themeNames } from "../support/webviewHarness/page.ts";

const link = (size: number) => ({ digest: "ab".repeat(32), size, redacted: false });
const TEST = rowLike("npm test");
const EDIT = rowLike(`${FOLDER}/src/login.ts`);

/** The sample with more said of one row. */
function saying(id: number, more: Partial<RowDetail>): FakeLog {
	const fake = sample();
	const known = fake.details?.[id];
	assert.ok(known && fake.details);
	fake.details[id] = { ...known, ...more };
	return fake;
}

const ACTUAL: RowDetail["actual"] = {
	files: [
		{ path: `${FOLDER}/out/<b>x</b>\u202e.txt`, op: "create", after: link(3) },
		{ path: `${FOLDER}/a.sh`, op: "modify", before: link(3), after: link(4), mode: { before: 0o644, after: 0o755 } },
		{ path: `${FOLDER}/l`, op: "modify", link: { before: "a.sh", after: "/etc/passwd" } },
		{
			path: `${FOLDER}/big.bin`,
			op: "delete",
			before: { omitted: 9_000_000, why: { code: "changed.late", args: { seconds: 2 } } },
		},
	],
	more: 7,
	incomplete: { code: "changed.failed", args: { detail: "EACCES" } },
	shared: true,
	background: true,
};

const EDITED: Partial<RowDetail> = {
	edited: { target: "npm test -- --bail", files: [] },
};

async function open(panel: AuditPage, target: string): Promise<void> {
	await panel.row(target).first().click();
	await panel.detail.getByRole("region", { name: "What happened" }).waitFor();
}

const part = (panel: AuditPage, title: string) =>
	panel.detail.locator("section.part").filter({ has: panel.page.locator("h3", { hasText: title }) });
const textOf = async (panel: AuditPage, title: string) =>
	(await part(panel, title).innerText()).replaceAll(/\s+/g, " ");

describe("what changed when it ran", () => {
	const view = useAudit();

	it("names the files, opens their diffs, and says what was not looked at", async () => {
		const panel = await view.open(saying(TEST.id, { actual: ACTUAL }));
		await open(panel, "npm test");
		const text = await textOf(panel, "Changed when it ran");
		for (const sentence of [
			"11 files",
			"Not all was looked at: The folder could not be looked at (EACCES)",
			"Other actions ran at the same time",
			"It left something running.",
			"<b>x</b>⟦U+202E⟧.txt",
			"Permissions change from 644 to 755.",
			"It was a link to a.sh",
			"It is a link to /etc/passwd",
			"would have taken longer than 2 s",
			"and 7 more",
			"Outside this folder nobody looked.",
		])
			assert.ok(text.includes(sentence), `${sentence}\n\n${text}`);
		const buttons = part(panel, "Changed when it ran").getByRole("button", { name: /^Open diff/ });
		assert.equal(await buttons.count(), 2);
		await buttons.nth(1).click();
		assert.deepEqual(await panel.posted("openDiff"), [{ type: "openDiff", row: TEST.id, file: 1, actual: true }]);
		await panel.isGood("actual");
	});

	it("says that nothing changed only when all was looked at", async () => {
		const panel = await view.open(saying(TEST.id, { actual: { files: [], more: 0 } }));
		await open(panel, "npm test");
		assert.match(await textOf(panel, "Changed when it ran"), /Nothing in this folder changed\. Outside this folder/);
		const other = await view.open(
			saying(TEST.id, { actual: { files: [], more: 0, incomplete: { code: "changed.late", args: { seconds: 2 } } } }),
		);
		await open(other, "npm test");
		assert.doesNotMatch(await textOf(other, "Changed when it ran"), /Nothing in this folder/);
		// Not watched at all: nothing is said.
		await open(other, "make deploy");
		assert.equal(await part(other, "Changed when it ran").count(), 0);
	});

	it("warns at a file that does not hold what was allowed", async () => {
		const [first, ...rest] = sample().details?.[EDIT.id]?.files ?? [];
		assert.ok(first);
		const mismatch = { approved: "12".repeat(32), found: "34".repeat(32), target: "/etc/\u202ehosts" };
		const panel = await view.open(
			saying(EDIT.id, {
				files: [
					{ ...first, mismatch },
					...rest,
					{ path: "gone", op: "modify", mismatch: { approved: "56".repeat(32), found: null, unwritten: true } },
				],
			}),
		);
		await open(panel, "src/login.ts");
		const warnings = (await panel.detail.locator(".file-line .note.warns").allInnerTexts()).map((text) =>
			text.replaceAll(/\s+/g, " "),
		);
		assert.deepEqual(warnings, [
			"This is not what was allowed. Allowed: 121212121212…; found: 343434343434…. The path led to another place than the one that was shown: /etc/⟦U+202E⟧hosts",
			"This is not what was allowed. Allowed: 565656565656…; found: no file. It is as it was before: nothing was written.",
		]);
		await panel.isGood("mismatch");
	});

	it("compares what was allowed with what was found, where the log holds both", async () => {
		const mismatch = { approved: "12".repeat(32), found: "34".repeat(32) };
		const other = { ...link(5), digest: "cd".repeat(32) };
		const sides = { before: link(3), after: link(4) };
		const files: RowDetail["files"] = [
			{ path: "both", op: "modify", ...sides, mismatch: { ...mismatch, after: other } },
			{ path: "gone", op: "modify", ...sides, mismatch: { ...mismatch, found: null } },
			{
				path: "still",
				op: "delete",
				before: link(3),
				mismatch: { approved: null, found: mismatch.found, after: other },
			},
			// What follows cannot be compared.
			{
				path: "same elsewhere",
				op: "modify",
				...sides,
				mismatch: { ...mismatch, found: mismatch.approved, target: "/e" },
			},
			{
				path: "unreadable",
				op: "modify",
				...sides,
				mismatch: { ...mismatch, found: null, why: { code: "changed.tooMany" } },
			},
			{ path: "large", op: "modify", ...sides, mismatch: { ...mismatch, after: { omitted: 9 } } },
			{ path: "unknown", op: "modify", mismatch: { ...mismatch, after: other } },
			{
				path: "removed",
				op: "modify",
				...sides,
				mismatch: { ...mismatch, after: { ...other, removedAt: "2026-12-01" } },
			},
		];
		for (const [more, marker] of [
			[{ files }, {}],
			[{ edited: { files } }, { edited: true }],
		] as const) {
			const panel = await view.open(saying(EDIT.id, more));
			await open(panel, "src/login.ts");
			const buttons = panel.detail.getByRole("button", { name: /^Compare with what was found/ });
			assert.deepEqual(
				await buttons.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label"))),
				["both", "gone", "still"].map((name) => `Compare with what was found: ${name}`),
			);
			await buttons.nth(2).click();
			assert.deepEqual(await panel.posted("openDiff"), [
				{ type: "openDiff", row: EDIT.id, file: 2, ...marker, mismatch: true },
			]);
			await panel.isGood("compare");
		}
	});
});

describe("an action that a person changed", () => {
	const view = useAudit();

	it("shows what was allowed and what the agent had asked for", async () => {
		const panel = await view.open(saying(TEST.id, EDITED));
		await open(panel, "npm test");
		const text = await textOf(panel, "A person changed this before allowing it");
		assert.match(text, /What was allowed npm test -- --bail What the agent had asked for .*npm test -- --reporter=dot/);
		await panel.isGood("edited");
	});

	it("opens the diffs of both versions", async () => {
		const files = [{ path: `${FOLDER}/src/login.ts`, op: "modify" as const, before: link(1), after: link(2) }];
		const panel = await view.open(saying(EDIT.id, { edited: { files } }));
		await open(panel, "src/login.ts");
		const buttons = part(panel, "A person changed this before allowing it").getByRole("button", { name: /^Open diff/ });
		await buttons.nth(0).click();
		await buttons.nth(1).click();
		assert.deepEqual(await panel.posted("openDiff"), [
			{ type: "openDiff", row: EDIT.id, file: 0, edited: true },
			{ type: "openDiff", row: EDIT.id, file: 0 },
		]);
	});

	it("does not say that it was allowed when it was not", async () => {
		const panel = await view.open(saying(rowLike("rm -rf").id, { edited: { files: [] } }));
		await open(panel, "rm -rf /tmp/build");
		assert.match(await textOf(panel, "A person changed this, and it was not allowed"), /is not in the log/);
	});

	it("looks right in the four themes", async () => {
		const panel = await view.open(saying(TEST.id, { ...EDITED, actual: ACTUAL }), { height: 1500 });
		await open(panel, "npm test");
		for (const theme of themeNames) {
			await panel.setTheme(theme);
			await part(panel, "Changed when it ran").scrollIntoViewIfNeeded();
			await panel.screenshot(`audit-actual-${theme.toLowerCase().replaceAll(" ", "-")}`);
			await panel.isGood(theme);
		}
	});
});
