// What a card shows of a change beside its lines: the files, the lines around, warnings, what a command would do.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CardModel } from "../../src/protocol/card.ts";
import { gapsOf } from "../../webview/ui/gaps.ts";
import { chunks, diffRows, firstRows } from "../../webview/ui/rows.ts";
import {
	card,
	editCard,
	file,
	guardCard,
	HOSTILE,
	manyFilesCard,
	side,
	state,
} from "../support/webviewHarness/cards.ts";
import { describeViolations, themeNames } from "../support/webviewHarness/page.ts";
import { digestOf, type PendingPage, usePending } from "../support/webviewHarness/pending.ts";

const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1}`);

/** 300 lines, of which lines 20, 60 and 250 change. */
function long() {
	const before = lines(300);
	const after = before.map((line, at) => ([19, 59, 249].includes(at) ? `${line} changed` : line));
	return file("src/long.ts", `${before.join("\n")}\n`, `${after.join("\n")}\n`);
}

const WARNING = { code: "why.sensitive", args: { path: "src/login.ts\u202e" } };

function severalCard(): CardModel {
	const one = manyFilesCard("1");
	const [first, ...rest] = one.files;
	assert.ok(first);
	return {
		...one,
		files: [
			{ ...first, warnings: [WARNING] },
			...rest,
			file("src/new/name.ts", "a\nb\n", "a\nc\n", { from: "src/old.ts" }),
		],
	};
}

function previewCard(id: string): CardModel {
	return card(id, {
		target: "rm -rf build *.log",
		preview: [
			{
				message: { code: "effect.deletesFiles", args: { count: 12, size: "3 kB" } },
				names: ["a.log", "b\n.log", "<img src=x>\u202egpj.exe"],
				more: 9,
			},
			{ message: { code: "effect.partial" }, names: [], more: 0 },
		],
	});
}

async function answerContext(pending: PendingPage, count: number) {
	const [asked] = (await pending.waitForPosted("context", count)).slice(-1);
	assert.ok(asked);
	const all = lines(300).slice(asked.from - 1, asked.to);
	await pending.send({
		type: "context",
		id: asked.id,
		file: asked.file,
		from: asked.from,
		lines: all.map((text) => ({ text, eol: "\n" })),
	});
	return asked;
}

async function extentAtDenial(pending: PendingPage) {
	await (await pending.rested(pending.deny)).click();
	return (await pending.waitForPosted("answer")).at(-1)?.shown;
}

describe("lines around a change", () => {
	const view = usePending();
	const shownLines = (pending: PendingPage) =>
		pending.page.locator(".look-diff .row:not(.gap) .text").allTextContents();

	it("are folded with their number, come from the editor, and change nothing of what was shown", async () => {
		const one = editCard("1", { files: [long()] });
		const pending = await view.open(state([one]), { height: 900 });
		const { page } = pending;
		assert.equal((await shownLines(pending)).length, 24);
		await page.getByRole("button", { name: "Show 16 lines of src/long.ts, from line 1" }).click();
		assert.deepEqual(await answerContext(pending, 1), { type: "context", id: "1", file: 0, from: 1, to: 16 });
		assert.deepEqual((await shownLines(pending)).slice(0, 2), ["line 1", "line 2"]);
		// The button is gone, and the focus is where it was.
		assert.equal(await page.evaluate("document.activeElement.className"), "context");
		await page.getByRole("button", { name: "Show 33 lines of src/long.ts, from line 24" }).click();
		await answerContext(pending, 2);
		await page.getByRole("button", { name: "Show the first 100 of 183 lines of src/long.ts, from line 64" }).click();
		assert.equal((await answerContext(pending, 3)).to, 163);
		await page.getByRole("button", { name: "Show 83 lines of src/long.ts, from line 164" }).click();
		await answerContext(pending, 4);
		await page.getByRole("button", { name: "Show more of src/long.ts, from line 254" }).click();
		await answerContext(pending, 5);
		// 300 lines before the change, of which 3 stand there twice.
		assert.equal((await shownLines(pending)).length, 303);
		assert.equal(await page.locator(".row.gap").count(), 0);
		const numbers = await page.locator(".look-diff .number").allTextContents();
		assert.deepEqual([numbers.at(0), numbers.at(-1)], ["1", "300"]);
		assert.equal(describeViolations(await pending.axe()), "");
		const shown = await extentAtDenial(pending);
		assert.deepEqual([shown?.extent, shown?.digest], ["whole", digestOf(one)]);
		assert.deepEqual(await pending.problems(), []);
	});

	it("are not needed for whole, and say when they do not come", async () => {
		const pending = await view.open(state([editCard("1", { files: [long()] })]), { height: 900 });
		await pending.page.getByRole("button", { name: /^Show 16 lines/ }).click();
		const [asked] = await pending.waitForPosted("context");
		await pending.send({ type: "context", id: "1", file: 0, from: asked?.from ?? 0, lines: [] });
		await pending.page.getByText("The editor did not send these lines").waitFor();
		// What nobody asked for is not drawn.
		await pending.send({ type: "context", id: "1", file: 0, from: 24, lines: [{ text: "made up", eol: "\n" }] });
		assert.equal(await pending.page.getByText("made up").count(), 0);
		assert.equal((await extentAtDenial(pending))?.extent, "whole");
	});

	it("leave what must have been in view of a guard change as it is", async () => {
		const pending = await view.open(state([guardCard("1", { files: [long()] })]), { height: 1600 });
		await pending.page.getByText("All of it was shown.").waitFor();
		await pending.page.getByRole("button", { name: /^Show 16 lines/ }).click();
		await answerContext(pending, 1);
		await pending.page.getByText("All of it was shown.").waitFor();
		assert.equal((await extentAtDenial(pending))?.extent, "whole");
	});

	it("are told from the hunks alone", () => {
		const gaps = [...gapsOf(long()).values()].map(({ at, from, to, shift }) => [at, from, to, shift]);
		assert.deepEqual(gaps, [
			[0, 1, 16, 0],
			[1, 24, 56, 0],
			[2, 64, 246, 0],
			[3, 254, undefined, 0],
		]);
		const text = `${lines(9).join("\n")}\n`;
		const added = gapsOf(file("a", text, text.replace("line 5\n", "line 5\nx\ny\n")));
		assert.deepEqual(
			[...added.values()].map(({ from, to, shift }) => [from, to, shift]),
			[
				[1, 2, 0],
				[9, undefined, 2],
			],
		);
		assert.equal(gapsOf(file("a", "a\n", "b\n")).size, 0, "the whole file is in the hunk");
		assert.equal(gapsOf(file("a", undefined, text)).size, 0);
		assert.equal(gapsOf({ ...long(), cut: true }).has(3), false, "below a cut diff nothing is known to be unchanged");
	});

	it("part the chunks where they lie, and are no lines of the first ones", () => {
		const { hunks } = long();
		const plain = chunks(diffRows(hunks, false)).filter(([row]) => !row?.between);
		const looks = { above: true, below: true, heads: true };
		assert.deepEqual(
			chunks(diffRows(hunks, false, looks)).filter(([row]) => !row?.between),
			plain,
		);
		const rows = diffRows(hunks, false, looks);
		assert.deepEqual(firstRows(rows, 24), rows);
		assert.equal(firstRows(rows, 8).at(-1)?.between, undefined);
	});
});

describe("a change of several files", () => {
	const view = usePending();

	it("lists them with what happens and how much, and leads to each", async () => {
		const pending = await view.open(state([severalCard()]), { height: 700 });
		const { page } = pending;
		const list = page.getByRole("region", { name: "5 files" });
		assert.deepEqual(
			(await list.getByRole("listitem").allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " ").trim()).slice(3),
			[
				"changed hosts /etc/outside 1 line added, 1 line removed +1 −1",
				"moved name.ts src/new/ 1 line added, 1 line removed +1 −1 from src/old.ts",
			],
		);
		await list.getByRole("button", { name: /^moved name.ts/ }).click();
		assert.equal(await page.evaluate('document.activeElement.closest("[data-file]").dataset.file'), "4");
		assert.equal(await page.evaluate('document.activeElement.getAttribute("aria-expanded")'), "true");
		await page.getByText("Moved from src/old.ts").waitFor();
		await list.getByRole("button", { name: "Open all" }).click();
		assert.deepEqual(await pending.waitForPosted("openAllDiffs"), [{ type: "openAllDiffs", id: "1" }]);
		await page.getByRole("button", { name: "Open diff of src/new/name.ts" }).click();
		assert.deepEqual(await pending.waitForPosted("openDiff"), [{ type: "openDiff", id: "1", file: 4 }]);
	});

	it("shows warnings at their file, folded or not", async () => {
		const pending = await view.open(state([severalCard()]), { height: 700 });
		const warnings = pending.page.locator("[data-file='0']").getByRole("list", { name: "Warnings" });
		assert.equal(await warnings.innerText(), "src/login.ts⟦U+202E⟧ may hold secrets.");
		await pending.page.locator("[data-file='0'] button.fold").click();
		assert.ok(await warnings.isVisible());
	});

	it("is as before for one file", async () => {
		const pending = await view.open(state([editCard("1")]));
		assert.equal(await pending.page.locator(".file-list").count(), 0);
	});
});

describe("what a command would do", () => {
	const view = usePending();

	it("is marked as a preview, with every name made visible", async () => {
		const one = previewCard("1");
		const pending = await view.open(state([one]), { height: 900 });
		const preview = pending.page.getByRole("region", { name: "Preview: what it would do" });
		const text = (await preview.innerText()).replaceAll(/\s+/g, " ");
		for (const part of [
			"Worked out without running it. What happens can differ.",
			"Would delete 12 files (3 kB):",
			"b⟦U+000A⟧.log",
			"<img src=x>⟦U+202E⟧gpj.exe",
			"and 9 more",
		])
			assert.ok(text.includes(part), `${part}\n${text}`);
		assert.equal(await pending.page.locator("#root img").count(), 0);
		const shown = await extentAtDenial(pending);
		assert.deepEqual([shown?.extent, shown?.digest], ["whole", digestOf(one)]);
	});

	it("is partial while names are cut", async () => {
		const names = HOSTILE.split("\n").concat(lines(30));
		const preview = [{ message: { code: "effect.deletesFiles" }, names, more: 0 }];
		const pending = await view.open(state([card("1", { preview })]), { height: 900 });
		await pending.page.getByText("Part of this is not shown.").waitFor();
		await pending.page.getByRole("button", { name: "Show all 38 lines" }).click();
		await pending.page.getByText("All of it was shown.").waitFor();
		assert.equal((await extentAtDenial(pending))?.extent, "whole");
	});
});

describe("a card of a change looks right", () => {
	const view = usePending();
	const scenes = {
		"change-files": severalCard,
		"change-context": () => editCard("1", { files: [long()] }),
		"change-preview": () => previewCard("1"),
		"change-moved": () =>
			editCard("1", {
				files: [
					file("b.ts", "a\n", "b\n", { from: "a.ts", warnings: [WARNING], before: side("a\n"), after: side("b\n") }),
				],
			}),
	};
	for (const [scene, made] of Object.entries(scenes)) {
		it(`in the four themes at 280 px, and at 200 % zoom ("${scene}")`, async () => {
			const pending = await view.open(state([made()]), { height: 900, zoom: 2 });
			for (const theme of themeNames) {
				await pending.setTheme(theme);
				await pending.screenshot(`webview-${scene}-${theme.toLowerCase().replaceAll(" ", "-")}`);
				assert.equal(describeViolations(await pending.axe()), "", theme);
			}
			const narrow = await view.open(state([made()]), { width: 140, height: 640, zoom: 2 });
			await narrow.screenshot(`webview-${scene}-zoomed`);
			assert.equal(describeViolations(await narrow.axe()), "");
			assert.equal(await narrow.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
			assert.deepEqual(await narrow.problems(), []);
		});
	}
});
