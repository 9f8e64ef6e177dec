// Edit, then allow: what is asked of the editor, what holds meanwhile, and the card that comes again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CardModel } from "../../src/protocol/card.ts";
import { Edits, formFor } from "../../webview/pending/edits.ts";
import { card, editCard, file, manyFilesCard, state } from "../support/webviewHarness/cards.ts";
import { describeViolations, themeNames } from "../support/webviewHarness/page.ts";
import { digestOf, type PendingPage, rightBefore, usePending } from "../support/webviewHarness/pending.ts";

const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1}`);

function twoParts(label = "src/two.ts") {
	const before = lines(40);
	const after = before.map((line, at) => (at === 4 || at === 29 ? `${line} changed` : line));
	return file(label, `${before.join("\n")}\n`, `${after.join("\n")}\n`);
}

/** The card of a command as a person changed it. */
function edited(target: string, from = "npm test", more: Partial<CardModel> = {}): CardModel {
	return card("1", {
		target,
		edited: { target: from, actionMac: "11".repeat(32), through: "view" },
		actionMac: "22".repeat(32),
		...more,
	});
}

async function openEdit({ page }: PendingPage): Promise<void> {
	await page.getByRole("button", { name: "More actions" }).click();
	await page.getByRole("menuitem", { name: "Edit, then allow…" }).click();
}

const field = ({ page }: PendingPage) => page.getByRole("textbox", { name: "Command to run instead" });
const apply = ({ page }: PendingPage) => page.locator(".apply");

describe("a command that is edited", () => {
	const view = usePending();

	it("goes to the editor, comes again as another card, and is answered as that", async () => {
		const pending = await view.open(state([card("1")]));
		const { page } = pending;
		await openEdit(pending);
		assert.equal(await field(pending).inputValue(), "npm test");
		assert.equal(await apply(pending).getAttribute("aria-disabled"), "true", "nothing is changed yet");
		await page.keyboard.press("Control+End");
		await page.keyboard.type(" -- --bail");
		await page.keyboard.press("Enter");
		await page.keyboard.type("echo done");
		await page.keyboard.press("Control+Enter");
		const command = "npm test -- --bail\necho done";
		assert.deepEqual(await pending.waitForPosted("edit"), [{ type: "edit", id: "1", edit: { command } }]);
		await page.getByText("Working out what would run…").waitFor();

		const next = edited(command);
		await pending.send(state([next]));
		await page.getByRole("region", { name: "You changed this" }).getByText("npm test").waitFor();
		assert.equal(await page.locator(".edit-form").count(), 0);
		assert.equal(await pending.head("1").evaluate((head) => head.matches(":focus")), true);
		assert.equal(await pending.allow.innerText(), "Allow edited");
		await page.getByRole("status").getByText("Changed: Run npm test").waitFor({ state: "attached" });
		await (await pending.rested(pending.allow)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual([answer?.verdict, answer?.shown.extent, answer?.shown.digest], ["allow", "whole", digestOf(next)]);
		assert.deepEqual(await pending.problems(), []);
	});

	it("cannot be allowed while it is changed, or while that is worked out, by key or pointer", async () => {
		const pending = await view.open(state([card("1")]));
		await openEdit(pending);
		await typeAtEnd(pending, " --bail");
		await pending.head("1").focus();
		await pending.keysRested();
		await pending.page.keyboard.press("Control+Enter");
		await pending.hint.getByText("you are changing this").waitFor();
		await apply(pending).click();
		await pending.waitForPosted("edit");
		await pending.page.getByRole("button", { name: "Cancel" }).click();
		assert.equal(await pending.allow.getAttribute("aria-disabled"), "true");
		await (await pending.rested(pending.allow)).click();
		await pending.hint.getByText("being worked out").waitFor();
		assert.deepEqual(await pending.answers(), []);
		// Denying is always possible.
		await (await pending.rested(pending.deny)).click();
		assert.equal((await pending.waitForPosted("answer"))[0]?.verdict, "deny");
	});

	it("that is refused says why, keeps what was typed, and can be allowed as it was", async () => {
		const one = card("1");
		const pending = await view.open(state([one]));
		await openEdit(pending);
		await typeAtEnd(pending, " && rm -rf /");
		await pending.page.keyboard.press("Control+Enter");
		await pending.waitForPosted("edit");
		await pending.send({ type: "editRefused", id: "1", message: { code: "edit.command" } });
		await pending.page.getByRole("alert").getByText("nothing was changed").waitFor();
		assert.equal(await field(pending).inputValue(), "npm test && rm -rf /");
		await pending.page.keyboard.press("Escape");
		assert.notEqual(await pending.allow.getAttribute("aria-disabled"), "true");
		await (await pending.rested(pending.allow)).click();
		assert.equal((await pending.waitForPosted("answer"))[0]?.shown.digest, digestOf(one));
	});

	it("starts anew as another card: rest of the button, keys, time, what was seen", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.rested(pending.allow);
		await pending.head("1").focus();
		await pending.keysRested();
		// The card is replaced in the same task as the key.
		const next = edited(lines(30).join("\n"));
		await rightBefore(
			pending.page,
			"keydown",
			`window.dispatchEvent(new MessageEvent("message", { origin, data: ${JSON.stringify(state([next]))} }));`,
		);
		await pending.page.keyboard.press("Control+Enter");
		await pending.hint.getByText("selection had only just changed").waitFor();
		assert.deepEqual(await pending.answers(), []);
		await pending.page.getByText("Part of this is not shown.").waitFor();
		await (await pending.rested(pending.deny)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual([answer?.shown.extent, answer?.shown.digest], ["partial", digestOf(next)]);
	});

	it("goes back to the original, and the other words are drawn where a text box would hide them", async () => {
		const pending = await view.open(state([edited("npm test \u202etxt.sh")]));
		const { page } = pending;
		await openEdit(pending);
		await page.locator(".read-as").getByText("npm test ⟦U+202E⟧txt.sh").waitFor();
		await page.keyboard.press("Escape");
		await page.getByRole("button", { name: "Back to the original" }).click();
		assert.deepEqual(await pending.waitForPosted("edit"), [{ type: "edit", id: "1", edit: { original: true } }]);
		await page.getByText("Working out what would run…").waitFor();
		await pending.send(state([card("1")]));
		assert.equal(await pending.allow.innerText(), "Allow once");
		assert.equal(await page.locator(".edited").count(), 0);
	});
});

/** Types at the end of the field. */
async function typeAtEnd(pending: PendingPage, text: string): Promise<void> {
	await field(pending).focus();
	await pending.page.keyboard.press("Control+End");
	await pending.page.keyboard.type(text);
}

describe("parts of a change that are left out", () => {
	const view = usePending();
	const box = ({ page }: PendingPage, name: string) => page.getByRole("checkbox", { name });

	it("are told to the editor by number, and the rest stays", async () => {
		const pending = await view.open(state([editCard("1", { files: [twoParts()] })]), { height: 900 });
		const { page } = pending;
		await openEdit(pending);
		assert.equal(await page.getByRole("checkbox", { checked: true }).count(), 2);
		assert.equal(await apply(pending).getAttribute("aria-disabled"), "true");
		await box(pending, "Keep this part: 2 of 2, src/two.ts").uncheck();
		await page.getByText("1 of 2 parts of src/two.ts are kept.").waitFor();
		await page.getByText("left out").waitFor();
		await box(pending, "Keep this part: 1 of 2, src/two.ts").uncheck();
		assert.equal(await apply(pending).getAttribute("aria-disabled"), "true", "nothing would be left");
		await box(pending, "Keep this part: 1 of 2, src/two.ts").check();
		await apply(pending).click();
		assert.deepEqual(await pending.waitForPosted("edit"), [{ type: "edit", id: "1", edit: { file: 0, leftOut: [1] } }]);

		const { hunks, ...rest } = twoParts();
		const next = editCard("1", {
			files: [{ ...rest, hunks: hunks.slice(0, 1) }],
			edited: { target: "src/login.ts", actionMac: "11".repeat(32), through: "view" },
		});
		await pending.send(state([next]));
		await page.getByText("is not all that the agent had asked for").waitFor();
		assert.equal(await page.getByRole("checkbox").count(), 0);
		assert.equal(await pending.allow.innerText(), "Allow edited");
		await page.getByRole("button", { name: "More actions" }).click();
		await page.getByRole("menuitem", { name: "Edit, then allow…" }).click();
		await page.getByText("go back to the original first").waitFor();
		assert.equal(await page.getByRole("checkbox").count(), 0, "what was left out is not on the card any more");
		await page.getByRole("button", { name: "Edit in diff…", exact: true }).click();
		assert.deepEqual(await pending.waitForPosted("openEdit"), [{ type: "openEdit", id: "1", file: 0 }]);
		await (await pending.rested(pending.allow)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual([answer?.shown.extent, answer?.shown.digest], ["whole", digestOf(next)]);
	});

	it("are of one file at a time, and the diff of that one can be edited in the editor", async () => {
		const files = [twoParts("src/a.ts"), twoParts("src/b.ts")];
		const pending = await view.open(state([editCard("1", { files })]), { height: 900 });
		await openEdit(pending);
		await box(pending, "Keep this part: 1 of 2, src/b.ts").uncheck();
		assert.ok(await box(pending, "Keep this part: 1 of 2, src/a.ts").isDisabled());
		await pending.page.getByRole("button", { name: "Edit in diff…", exact: true }).click();
		assert.deepEqual(await pending.waitForPosted("openEdit"), [{ type: "openEdit", id: "1", file: 1 }]);
		assert.equal(await pending.page.getByRole("checkbox").count(), 0);
	});
});

describe("a change whose parts cannot be chosen on the card", () => {
	const view = usePending();
	const opened = (file: number) => ({ type: "openEdit", id: "1", file });

	it("is edited in the diff when it is cut, from the menu and beside its diff", async () => {
		const pending = await view.open(state([editCard("1", { files: [{ ...twoParts(), cut: true }] })]), { height: 900 });
		const { page } = pending;
		await openEdit(pending);
		const form = page.getByRole("region", { name: "Edit in the diff" });
		await form.getByText("too large for the card").waitFor();
		assert.equal(await page.getByRole("checkbox").count(), 0);
		assert.equal(await apply(pending).count(), 0, "there is nothing to apply");
		await pending.head("1").focus();
		await pending.keysRested();
		await page.keyboard.press("Control+Enter");
		await pending.hint.getByText("you are changing this").waitFor();
		await form.getByRole("button", { name: "Edit in diff…" }).click();
		assert.deepEqual(await pending.waitForPosted("openEdit"), [opened(0)]);
		assert.equal(await form.count(), 0);
		await page.getByRole("button", { name: "Edit src/two.ts in diff…" }).click();
		assert.deepEqual(await pending.waitForPosted("openEdit", 2), [opened(0), opened(0)]);
		assert.deepEqual(await pending.answers(), []);
		assert.deepEqual(await pending.problems(), []);
	});

	it("names every file that can be edited, and no other", async () => {
		const files = [
			{ ...twoParts("src/a.ts"), cut: true },
			{ ...twoParts("src/b.bin"), binary: true, hunks: [] },
			file("src/gone.ts", "a\n", undefined),
			{ ...twoParts("src/c\u202e.ts"), cut: true },
		];
		const pending = await view.open(state([editCard("1", { files })]), { height: 900 });
		await openEdit(pending);
		const buttons = pending.page.locator(".edit-form .in-diff");
		assert.deepEqual(await buttons.allInnerTexts(), ["Edit src/a.ts in diff…", "Edit src/c⟦U+202E⟧.ts in diff…"]);
		assert.equal(
			await pending.page
				.locator(".card-body")
				.getByRole("button", { name: /^Edit .* in diff…$/ })
				.count(),
			2,
		);
		await buttons.last().click();
		assert.deepEqual(await pending.waitForPosted("openEdit"), [opened(3)]);
	});
});

describe("text in the diff that is not saved", () => {
	const view = usePending();
	const cards = [editCard("1"), card("2")];

	it("keeps its card from being allowed, by key or pointer, until it is saved or closed; denying works", async () => {
		const pending = await view.open(state(cards, { unsaved: ["1"] }), { height: 900 });
		const { page } = pending;
		const note = page.getByRole("status").getByText("You have unsaved changes in the diff.");
		await note.waitFor();
		assert.equal(await pending.allow.getAttribute("aria-disabled"), "true");
		await (await pending.rested(pending.allow)).click();
		await pending.hint.getByText("unsaved changes in the diff").waitFor();
		await pending.head("1").focus();
		await pending.keysRested();
		await page.keyboard.press("Control+Enter");
		await pending.hint.getByText("unsaved changes in the diff").waitFor();
		assert.deepEqual(await pending.answers(), []);
		assert.equal(describeViolations(await pending.axe()), "");

		await pending.send(state(cards));
		await note.waitFor({ state: "detached" });
		assert.notEqual(await pending.allow.getAttribute("aria-disabled"), "true");
		await pending.send(state(cards, { unsaved: ["1"] }));
		await note.waitFor();
		await (await pending.rested(pending.deny)).click();
		assert.deepEqual(
			(await pending.waitForPosted("answer")).map(({ id, verdict }) => [id, verdict]),
			[["1", "deny"]],
		);
		assert.deepEqual(await pending.problems(), []);
	});

	it("says nothing of the other cards", async () => {
		const pending = await view.open(state(cards, { unsaved: ["2"] }), { height: 900 });
		assert.equal(await pending.page.getByText("You have unsaved changes in the diff.").count(), 0);
		await (await pending.rested(pending.allow)).click();
		assert.deepEqual(
			(await pending.waitForPosted("answer")).map(({ id, verdict }) => [id, verdict]),
			[["1", "allow"]],
		);
	});
});

describe("what can be edited", () => {
	it("is a command, the parts of a change, or its text in the diff where not all parts are on the card", () => {
		assert.equal(formFor(card("1")), "command");
		assert.equal(formFor(editCard("1")), "parts");
		assert.equal(formFor(manyFilesCard("1")), "parts");
		assert.equal(formFor(editCard("1", { files: [] })), undefined);
		assert.equal(formFor(editCard("1", { files: [{ ...twoParts(), cut: true }] })), "diff");
		assert.equal(formFor(editCard("1", { files: [{ ...twoParts(), cut: true }, twoParts("b.ts")] })), "parts");
		assert.equal(
			formFor(editCard("1", { edited: { target: "src/login.ts", actionMac: "11".repeat(32), through: "view" } })),
			"diff",
		);
		assert.equal(formFor(editCard("1", { files: [{ ...twoParts(), binary: true }] })), undefined);
		assert.equal(formFor(editCard("1", { files: [file("a.ts", "a\n", undefined)] })), undefined);
		assert.equal(formFor(card("1", { kind: "fetch" })), undefined);
	});

	it("is sent once, and going back to the agent's words is going back to the original", () => {
		const posted: unknown[] = [];
		const edits = new Edits(
			(message) => posted.push(message),
			() => undefined,
		);
		const one = edited("ls -a", "ls");
		edits.begin(one, "command");
		edits.type("1", "ls");
		edits.apply(one);
		edits.apply(one);
		assert.deepEqual(posted, [{ type: "edit", id: "1", edit: { original: true } }]);
		assert.equal(edits.whyNotAllow("1"), "ui.edit.notYet");
		edits.replaced("1");
		assert.equal(edits.whyNotAllow("1"), undefined);
	});

	it("keeps what is typed when the card changes for another reason, and drops chosen parts", () => {
		const edits = new Edits(
			() => undefined,
			() => undefined,
		);
		edits.begin(card("1"), "command");
		edits.type("1", "ls -l");
		edits.replaced("1");
		assert.equal(edits.of("1")?.text, "ls -l");
		edits.begin(editCard("2"), "parts");
		edits.keep("2", 0, 0, false);
		edits.replaced("2");
		assert.equal(edits.of("2"), undefined);
	});
});

describe("editing looks right", () => {
	const view = usePending();
	const scenes: Record<string, [CardModel, ((pending: PendingPage) => Promise<unknown>)?]> = {
		"edit-command": [card("1", { target: "npm test \\\n\t--reporter=dot\u202e" }), openEdit],
		"edit-parts": [
			editCard("1", { files: [twoParts()] }),
			async (pending) => {
				await openEdit(pending);
				await pending.page.getByRole("checkbox", { name: /1 of 2/ }).uncheck();
			},
		],
		"edit-cut": [
			editCard("1", {
				files: [
					{ ...twoParts(), cut: true },
					{ ...twoParts("src/a/very/long/name/of/a/file.ts"), cut: true },
				],
			}),
			openEdit,
		],
		"edit-edited": [edited("npm test -- --bail", lines(12).join("\n"))],
		"edit-refused": [
			card("1"),
			async (pending) => {
				await openEdit(pending);
				await pending.send({ type: "editRefused", id: "1", message: { code: "edit.command" } });
			},
		],
	};
	for (const [scene, [made, act]] of Object.entries(scenes)) {
		it(`in the four themes at 280 px, and at 200 % zoom ("${scene}")`, async () => {
			const pending = await view.open(state([made]), { height: 900, zoom: 2 });
			await act?.(pending);
			for (const theme of themeNames) {
				await pending.setTheme(theme);
				await pending.picture(`webview-${scene}`, theme);
				assert.equal(describeViolations(await pending.axe()), "", theme);
			}
			const narrow = await view.open(state([made]), { width: 140, height: 640, zoom: 2 });
			await act?.(narrow);
			await narrow.screenshot(`webview-${scene}-zoomed`);
			assert.equal(describeViolations(await narrow.axe()), "");
			assert.equal(await narrow.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
			assert.deepEqual(await narrow.problems(), []);
		});
	}
});
