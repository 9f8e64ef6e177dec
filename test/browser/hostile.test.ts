import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { card, editCard, file, HOSTILE, hostileCard, state } from "../support/webviewHarness/cards.ts";
import { usePending } from "../support/webviewHarness/pending.ts";

describe("an agent's text", () => {
	const view = usePending();

	it("makes no element, no link and runs no code", async () => {
		const pending = await view.open(
			state(
				[
					hostileCard("1"),
					editCard("2", {
						target: HOSTILE,
						files: [file(`src/<b>x</b>\u202e.ts`, HOSTILE, `${HOSTILE}\n<script>1</script>`)],
					}),
				],
				{
					activity: [
						{
							id: "a",
							time: "2026-11-22T14:01:00.000Z",
							agent: "<i>x</i>",
							session: HOSTILE,
							verb: { code: "verb.shell" },
							target: HOSTILE,
							outcome: "denied",
							by: "person",
							who: "<b>ada</b>",
							reason: HOSTILE,
						},
					],
					warnings: [{ id: "w", message: { code: "why.foreignHook", args: { source: HOSTILE } }, dismissible: true }],
				},
			),
		);
		const { page } = pending;
		for (const id of ["1", "2"]) {
			if ((await pending.head(id).getAttribute("aria-expanded")) === "false") await pending.head(id).click();
			await page.getByRole("button", { name: "Show everything" }).click();
			await page.getByText("All of it was shown.").waitFor();
			const made = await page.evaluate(
				'[...document.querySelectorAll("#root a, a, img, b, i:not(.end), u, script:not([nonce]), iframe, object, [href]:not(link), [src]:not(script), [onerror]")].map((element) => element.outerHTML)',
			);
			assert.deepEqual(made, []);
		}
		assert.equal(await page.title(), "Gatepost");
		assert.deepEqual(await pending.problems(), []);
	});

	it("is there to the last character, the invisible ones as their code points", async () => {
		const pending = await view.open(state([card("1", { target: HOSTILE })]));
		await pending.page.getByRole("button", { name: "Show everything" }).click();
		const rows = await pending.page.locator('[aria-label="What it acts on"] .row .text').allTextContents();
		const written = HOSTILE.split("\n");
		assert.equal(rows.length, written.length);
		assert.equal(rows[0], written[0]);
		assert.equal(rows[1], written[1]);
		assert.equal(rows[2], "rm -rf /⟦U+202E⟧ txt.harmless ⟦U+2066⟧x⟦U+2069⟧");
		assert.equal(rows[3], "a⟦U+200B⟧b⟦U+00AD⟧c⟦U+FEFF⟧d⟦U+00A0⟧e⟦U+2028⟧f⟦U+3164⟧g⟦U+E0041⟧h");
		assert.equal(rows[4], "bell⟦U+0007⟧ esc⟦U+001B⟧[31mred⟦U+001B⟧[0m null⟦U+0000⟧ del⟦U+007F⟧ \tindented\ttab");
		assert.equal(rows[5], "trailing   ");
		assert.equal(await pending.page.locator('[aria-label="What it acts on"] .v-space').count(), 1);
		assert.equal(rows[7], written[7]);
	});

	it("in a right-to-left script is drawn in the order in which it runs", async () => {
		const target = "rm אב/x 1";
		const pending = await view.open(state([card("1", { target })]));
		await pending.page.getByText("drawn in the order in which they are stored").waitFor();
		// The places of the characters on screen, left to right, as far as the line does not wrap.
		const ordered = await pending.page.evaluate(`(() => {
			const text = document.querySelector('[aria-label="What it acts on"] .text').firstChild;
			const lefts = [];
			for (let at = 0; at < text.length; at++) {
				const range = document.createRange();
				range.setStart(text, at);
				range.setEnd(text, at + 1);
				lefts.push(range.getBoundingClientRect().left);
			}
			return lefts.every((left, at) => at === 0 || left >= lefts[at - 1]);
		})()`);
		assert.equal(ordered, true);
	});

	it("never makes the view scroll sideways, however long its words", async () => {
		for (const width of [280, 140]) {
			const long = "x".repeat(3000);
			const pending = await view.open(
				state(
					[
						card("1", {
							target: long,
							session: { id: "s", label: long },
							agent: { id: "a", label: long },
							tool: long,
							cwd: `/${long}`,
							description: long,
						}),
						editCard("2", { target: long, files: [file(long, long, `${long}y`)] }),
					],
					{
						gate: { state: "open", folders: [`/${long}`], agents: [] },
						warnings: [{ id: "w", message: { code: "why.sensitive", args: { path: long } }, dismissible: true }],
						activity: [
							{
								id: "a",
								time: "",
								agent: long,
								session: long,
								verb: { code: "verb.shell" },
								target: long,
								outcome: "allowed",
								by: "rule",
								who: long,
							},
						],
					},
				),
				{ width },
			);
			for (const id of ["1", "2"]) {
				if ((await pending.head(id).getAttribute("aria-expanded")) === "false") await pending.head(id).click();
				await pending.page.getByRole("button", { name: "Show everything" }).click();
				const over = await pending.page.evaluate(
					'[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(e).position !== "absolute").slice(0, 3).map((e) => e.className + " " + e.getBoundingClientRect().right)',
				);
				assert.equal(
					await pending.page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
					true,
					String(over),
				);
			}
		}
	});

	it("that piles marks on a letter stays within its line", async () => {
		const pending = await view.open(state([card("1", { target: `Z${"\u0300".repeat(400)}\nsecond` })]));
		await pending.page.getByRole("button", { name: "Show everything" }).click();
		const rows = pending.page.locator('[aria-label="What it acts on"] .row');
		const escapes = await rows.first().locator(".v-escape").count();
		assert.equal(escapes, 397);
	});
});
