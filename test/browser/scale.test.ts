import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { card, editCard, file, state } from "../support/webviewHarness/cards.ts";
import { until } from "../support/webviewHarness/page.ts";
import { usePending } from "../support/webviewHarness/pending.ts";

const text = (lines: number, word: string) => Array.from({ length: lines }, (_, n) => `${word} ${n}\n`).join("");
const bigFile = file("src/big.ts", text(2000, "old"), text(2000, "new"));

describe("a hundred requests with diffs of thousands of lines", () => {
	const view = usePending();

	it("draw one card in full and the others as a line", async () => {
		const pending = await view.open(state([]));
		// Multiplied in the page: the test's own wire is slower than the editor's.
		await pending.page.evaluate(`(() => {
			const message = ${JSON.stringify(state([editCard("0", { files: [bigFile] })]))};
			message.pending = Array.from({ length: 100 }, (_, n) => ({ ...structuredClone(message.pending[0]), id: String(n) }));
			postMessage(message, origin);
		})()`);
		await until(pending.page, 'document.querySelectorAll("[data-card]").length === 100');
		assert.equal(await pending.page.locator(".card.full").count(), 1);
		const nodes = (await pending.page.evaluate('document.querySelectorAll("*").length')) as number;
		assert.ok(nodes < 4000, `${nodes} elements`);
	});

	it("lay out only the lines on screen of a diff that was opened, and the whole of it is there", async () => {
		const pending = await view.open(state([editCard("1", { files: [bigFile] })]));
		await pending.page.getByRole("button", { name: "Show all 4,000 lines" }).click();
		await until(pending.page, 'document.querySelectorAll(".row.added").length === 2000');
		const drawn = (await pending.page.evaluate(
			'[...document.querySelectorAll(".look-diff .chunk")].filter((chunk) => chunk.firstChild.checkVisibility({ contentVisibilityAuto: true })).length',
		)) as number;
		assert.ok(drawn < 20, `${drawn} of 200 chunks are laid out`);
		await (await pending.rested(pending.allow)).click();
		assert.equal((await pending.waitForPosted("answer"))[0]?.shown.extent, "whole");
	});

	it("hold a command of megabytes in one line", async () => {
		const pending = await view.open(state([card("1", { target: "y".repeat(2_000_000) })]));
		await pending.page.getByRole("button", { name: "Show all 2,000,000 characters" }).click();
		const length = await pending.page.evaluate(
			`[...document.querySelectorAll('[aria-label="What it acts on"] .text')].reduce((sum, row) => sum + row.textContent.length, 0)`,
		);
		assert.equal(length, 2_000_000);
	});
});
