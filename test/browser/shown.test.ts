import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CardModel } from "../../src/protocol/card.ts";
import { ShownCard } from "../../webview/ui/shown.ts";
import { card, editCard, file, guardCard, manyFilesCard, state } from "../support/webviewHarness/cards.ts";
import { digestOf, type PendingPage, usePending } from "../support/webviewHarness/pending.ts";

const LONG = Array.from({ length: 60 }, (_, line) => `step ${line}`).join("\n");

/** Denies the one card (always possible) and gives back what the view says was shown. */
async function shownAtDenial(pending: PendingPage) {
	await (await pending.rested(pending.deny)).click();
	return (await pending.waitForPosted("answer")).at(-1)?.shown;
}

describe("what was shown", () => {
	const view = usePending();

	it("is whole for a short card as it opens, and its digest is the desk's", async () => {
		const one = editCard("1");
		const pending = await view.open(state([one]));
		const shown = await shownAtDenial(pending);
		assert.equal(shown?.extent, "whole");
		assert.equal(shown?.digest, digestOf(one));
	});

	const partial: [string, CardModel, RegExp][] = [
		["a command of more than 12 lines", card("1", { target: LONG }), /Show all 60 lines/],
		["one line that takes more than 12 on screen", card("1", { target: "x".repeat(900) }), /Show all 900 characters/],
		["a long description", card("1", { description: LONG }), /Show all 60 lines/],
		[
			"a session's label too long for its header",
			card("1", { session: { id: "s", label: "word ".repeat(200) } }),
			/Show all 1,000 characters/,
		],
		["raw input that matters", card("1", { inputMatters: true, input: LONG }), /Show all 60 lines/],
		[
			"a change that could not be worked out",
			card("1", { problem: { code: "why.unknownAgent" }, input: LONG }),
			/Show all 60 lines/,
		],
		["a diff of more lines than fit", editCard("1", { files: [file("a.txt", "", `${LONG}\n`)] }), /Show all 60 lines/],
	];
	for (const [what, one, button] of partial) {
		it(`is partial while ${what} is cut, and whole once it is open`, async () => {
			const pending = await view.open(state([one]));
			await pending.page.getByText("Part of this is not shown.").waitFor();
			await pending.page.getByRole("button", { name: button }).click();
			await pending.page.getByText("All of it was shown.").waitFor();
			assert.equal((await shownAtDenial(pending))?.extent, "whole");
		});
	}

	it("is partial in the answer when something stayed cut", async () => {
		const pending = await view.open(state([card("1", { target: LONG })]));
		assert.equal((await shownAtDenial(pending))?.extent, "partial");
	});

	it("is partial while a file is folded, and whole with everything open", async () => {
		const files = Array.from({ length: 9 }, (_, n) => file(`src/${n}.txt`, "", `${LONG}\n`));
		const pending = await view.open(state([editCard("1", { files })]));
		await pending.page.getByText("Part of this is not shown.").waitFor();
		assert.ok((await pending.page.locator('.fold[aria-expanded="false"]').count()) > 0);
		await pending.page.getByRole("button", { name: "Show everything" }).click();
		await pending.page.getByText("All of it was shown.").waitFor();
		assert.equal(await pending.page.locator(".piece .row.added").count(), 9 * 60);
		assert.equal((await shownAtDenial(pending))?.extent, "whole");
	});

	it("is never whole for a diff with lines left out, or for what is not text", async () => {
		for (const more of [{ cut: true }, { binary: true, hunks: [] }]) {
			const pending = await view.open(state([editCard("1", { files: [file("a.bin", "a\n", "b\n", more)] })]));
			await pending.page.getByText("Not all of this fits a card").waitFor();
			assert.equal((await shownAtDenial(pending))?.extent, "partial");
		}
	});

	it("starts anew when the card says something else", async () => {
		const pending = await view.open(state([card("1", { target: LONG })]));
		await pending.page.getByRole("button", { name: "Show everything" }).click();
		await pending.page.getByText("All of it was shown.").waitFor();
		const changed = card("1", { target: `${LONG}\nrm -rf /` });
		await pending.send(state([changed]));
		await pending.page.getByText("Part of this is not shown.").waitFor();
		const shown = await shownAtDenial(pending);
		assert.deepEqual([shown?.extent, shown?.digest], ["partial", digestOf(changed)]);
	});

	it("goes on when the same card comes again", async () => {
		const pending = await view.open(state([card("1", { target: LONG })]));
		await pending.page.getByRole("button", { name: "Show everything" }).click();
		await pending.send(
			state([card("1", { target: LONG, deadlineAt: (await pendingDeadline(pending)) as string }), card("2")]),
		);
		await pending.card("2").waitFor();
		await pending.head("2").click();
		await pending.head("1").click();
		await pending.page.getByText("All of it was shown.").waitFor({ state: "detached" });
		assert.equal((await shownAtDenial(pending))?.extent, "whole");
	});

	it("counts only the time the card was open and on screen", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		const start = Date.now();
		await pending.head("2").click();
		await (await pending.rested(pending.deny)).click();
		const [answer] = await pending.waitForPosted("answer");
		const passed = Date.now() - start;
		assert.equal(answer?.id, "2");
		assert.ok((answer?.shown.ms ?? 0) <= passed, `${answer?.shown.ms} of ${passed} ms`);
	});
});

/** The deadline of card 1 as the page has it, so that the same card can be sent again. */
async function pendingDeadline({ page }: PendingPage): Promise<unknown> {
	return page.evaluate("globalThis.sent.pending[0].deadlineAt");
}

describe("a change of what guards you", () => {
	const view = usePending();

	it("can be allowed when all of it is in view", async () => {
		const pending = await view.open(state([guardCard("1")]), { height: 1200 });
		await pending.page.getByText("All of it was shown.").waitFor();
		await (await pending.rested(pending.allow)).click();
		assert.equal((await pending.waitForPosted("answer"))[0]?.shown.extent, "whole");
	});

	it("cannot be allowed, by pointer or key, before all of it was scrolled through", async () => {
		const files = [file("settings.json", `${LONG}\n`, "{}\n")];
		const pending = await view.open(state([guardCard("1", { files })]), { height: 500 });
		const { page } = pending;
		await page.getByText("look at all of it").waitFor();
		assert.equal(await pending.allow.getAttribute("aria-disabled"), "true");
		await (await pending.rested(pending.allow)).click();
		await pending.hint.getByText("only after all of it was in view").waitFor();
		await pending.keysRested();
		await page.keyboard.press("Control+Enter");
		await pending.hint.getByText("only after all of it was in view").waitFor();

		await page.getByRole("button", { name: "Show everything" }).click();
		await page.getByText("scroll through all of it").waitFor();
		// To the very end in one leap: what lies between was never in view.
		await page.evaluate("scrollTo(0, 1e6)");
		await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
		await (await pending.rested(pending.allow)).click();
		await pending.hint.getByText("only after all of it was in view").waitFor();
		assert.deepEqual(await pending.answers(), []);

		await page.mouse.move(140, 200);
		await page.evaluate("scrollTo(0, 0)");
		for (let turn = 0; turn < 60 && (await page.getByText("All of it was shown.").count()) === 0; turn++) {
			await page.mouse.wheel(0, 120);
			await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
		}
		await page.getByText("All of it was shown.").waitFor();
		await (await pending.rested(pending.allow)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual([answer?.verdict, answer?.shown.extent], ["allow", "whole"]);
	});

	it("cannot be allowed at all when it does not fit a card, and can be denied", async () => {
		const files = [file("settings.json", "a\n", "b\n", { cut: true })];
		const pending = await view.open(state([guardCard("1", { files })]), { height: 1200 });
		await pending.page.getByText("cannot be allowed here").waitFor();
		await (await pending.rested(pending.allow)).click();
		await pending.hint.waitFor();
		assert.deepEqual(await pending.answers(), []);
		assert.equal((await shownAtDenial(pending))?.extent, "partial");
	});
});

describe("the record of what was shown", () => {
	function drawAll(shown: ShownCard): void {
		for (const piece of ["target", "notes", "description", "file:0", "file:1", "file:2", "file:3", "input"]) {
			shown.drawn(piece, 2);
		}
	}

	it("is whole only when every piece was drawn", () => {
		const pieces = ["target", "notes", "description", "file:0", "file:1", "file:2", "file:3"];
		for (const missing of pieces) {
			const shown = new ShownCard(manyFilesCard("1"));
			for (const piece of pieces) if (piece !== missing) shown.drawn(piece, 1);
			assert.equal(shown.extent, "partial", `without ${missing}`);
			shown.drawn(missing, 1);
			assert.equal(shown.extent, "whole");
		}
	});

	it("needs each chunk in view for a guard change", () => {
		const shown = new ShownCard(guardCard("1"));
		drawAll(shown);
		assert.equal(shown.progress, "drawn");
		for (const piece of ["target", "notes", "description", "file:0"]) shown.seen(piece, 0);
		assert.equal(shown.extent, "partial");
		for (const piece of ["target", "notes", "description", "file:0"]) shown.seen(piece, 1);
		assert.equal(shown.extent, "whole");
	});

	it("does not take a chunk for seen that was in view before its piece was complete", () => {
		const shown = new ShownCard(guardCard("1"));
		for (const piece of ["target", "notes", "description", "file:0"])
			for (const chunk of [0, 1]) shown.seen(piece, chunk);
		drawAll(shown);
		assert.equal(shown.extent, "partial");
	});

	it("has no digest, and is never whole, for a card without canonical form", async () => {
		const shown = new ShownCard(card("1", { target: "\ud800" }));
		drawAll(shown);
		assert.equal(shown.extent, "partial");
		await assert.rejects(shown.digest);
	});

	it("adds up the time on screen and nothing else", () => {
		let now = 0;
		const shown = new ShownCard(card("1"), () => now);
		now = 100;
		shown.setVisible(true);
		now = 350;
		assert.equal(shown.visibleMs, 250);
		shown.setVisible(false);
		now = 1000;
		assert.equal(shown.visibleMs, 250);
		shown.setVisible(true);
		shown.setVisible(true);
		now = 1010;
		assert.equal(shown.visibleMs, 260);
	});
});
