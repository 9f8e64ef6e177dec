import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Locator } from "playwright-core";
import { card, editCard, state } from "../support/webviewHarness/cards.ts";
import { digestOf, keepDoing, type PendingPage, rightBefore, usePending } from "../support/webviewHarness/pending.ts";

const TEXT_OF_ALL = { extent: "whole" } as const;

/**
 * Presses where Allow is until the view says why that counts for nothing: a button that is drawn anew between press and
 * release hears of neither.
 */
async function pressUntilHint({ page, hint }: PendingPage, place: Awaited<ReturnType<Locator["boundingBox"]>>) {
	assert.ok(place);
	for (let presses = 0; presses < 50 && (await hint.count()) === 0; presses += 1) {
		await page.mouse.click(place.x + place.width / 2, place.y + place.height / 2);
	}
	await hint.waitFor();
}

describe("an answer by pointer", () => {
	const view = usePending();

	it("is sent with the digest and extent of what was shown", async () => {
		const one = card("1");
		const pending = await view.open(state([one]));
		await (await pending.rested(pending.allow)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual(
			{ ...answer, shown: { ...answer?.shown, ms: 0 } },
			{
				type: "answer",
				id: "1",
				verdict: "allow",
				gesture: "pointer",
				shown: { digest: digestOf(one), ...TEXT_OF_ALL, ms: 0 },
			},
		);
		assert.ok((answer?.shown.ms ?? 0) >= 400, `visible for ${answer?.shown.ms} ms`);
	});

	it("is sent once, however often the button is pressed", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		await (await pending.rested(pending.deny)).dblclick();
		await pending.waitForPosted("answer");
		await pending.send(state([card("2")], { settled: [{ id: "1", outcome: "denied" }] }));
		await (await pending.rested(pending.allow)).click();
		await pending.waitForPosted("answer", 2);
		assert.deepEqual(
			(await pending.answers()).map(({ id, verdict }) => [id, verdict]),
			[
				["1", "deny"],
				["2", "allow"],
			],
		);
	});

	it("counts only on a button that has not moved for half a second, and says so", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.rested(pending.allow);
		const moving = await keepDoing(
			pending.page,
			'const list = document.querySelector(".list"); list.style.paddingTop = list.style.paddingTop === "1px" ? "2px" : "1px"',
		);
		await pending.allow.and(pending.page.locator("[data-settling]")).waitFor();
		await pending.allow.click({ force: true });
		await pending.hint.getByText("only just come to rest").waitFor();
		assert.deepEqual(await pending.answers(), []);
		await moving.stop();
		await (await pending.rested(pending.allow)).click();
		await pending.waitForPosted("answer");
		assert.equal(await pending.hint.count(), 0);
	});

	it("counts only when the button stays in place between press and release", async () => {
		const pending = await view.open(state([card("1")]));
		await (await pending.rested(pending.allow)).hover();
		await pending.page.mouse.down();
		await pending.page.evaluate('document.querySelector(".list").style.paddingTop = "2px"');
		await pending.page.mouse.up();
		await pending.hint.waitFor();
		assert.deepEqual(await pending.answers(), []);
	});

	it("counts only on the words that were there: a card that changes is another card", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.rested(pending.allow);
		const place = await pending.allow.boundingBox();
		const changing = await keepDoing(
			pending.page,
			`globalThis.n = (globalThis.n ?? 0) + 1;
			const message = ${JSON.stringify(state([card("1")]))};
			message.pending[0].target = "npm test " + "ab"[n % 2];
			postMessage(message, origin);`,
		);
		await pending.allow.and(pending.page.locator("[data-settling]")).waitFor();
		await pressUntilHint(pending, place);
		assert.deepEqual(await pending.answers(), []);
		await changing.stop();
	});

	it("does not count when the whole view was moved under a resting pointer", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.rested(pending.allow);
		const moving = await keepDoing(
			pending.page,
			`globalThis.n = (globalThis.n ?? 0) + 1;
			for (const clientY of [100, 100 + 20]) window.dispatchEvent(new PointerEvent("pointermove", { screenX: 50, screenY: 50, clientX: 50, clientY }));`,
		);
		await pending.allow.and(pending.page.locator("[data-settling]")).waitFor();
		await pending.allow.click({ force: true });
		await pending.hint.waitFor();
		assert.deepEqual(await pending.answers(), []);
		await moving.stop();
	});

	it("is ignored when a program makes it", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.rested(pending.allow);
		await pending.page.evaluate(`
			const button = document.querySelector(".allow");
			button.click();
			for (const type of ["pointerdown", "pointerup", "click"]) {
				button.dispatchEvent(new PointerEvent(type, { bubbles: true, composed: true, pointerType: "mouse", detail: 1 }));
			}
			button.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, composed: true }));
		`);
		// A real one follows, and is the only one.
		await pending.deny.click();
		await pending.waitForPosted("answer");
		assert.deepEqual(
			(await pending.answers()).map(({ verdict }) => verdict),
			["deny"],
		);
	});

	it("of the menu follows the same rules", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.page.getByRole("button", { name: "More actions" }).click();
		const stop = pending.page.getByRole("menuitem", { name: "Deny and stop session" });
		const moving = await keepDoing(
			pending.page,
			'const list = document.querySelector(".list"); list.style.paddingTop = list.style.paddingTop === "1px" ? "2px" : "1px"',
		);
		await stop.click({ force: true });
		await pending.hint.waitFor();
		assert.deepEqual(await pending.answers(), []);
		await moving.stop();
		await (await pending.rested(stop)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.equal(answer?.verdict, "deny");
		assert.equal(answer?.stopSession, true);
	});

	it("with a reason carries the reason", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.page.getByRole("button", { name: "More actions" }).click();
		await pending.page.getByRole("menuitem", { name: "Deny with reason" }).click();
		await pending.page.keyboard.type("Use the staging branch.");
		await (await pending.rested(pending.deny)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.equal(answer?.reason, "Use the staging branch.");
		assert.equal(answer?.verdict, "deny");
	});

	it("that the editor refuses can be given again, and the refusal stands at the card", async () => {
		const pending = await view.open(state([card("1")]));
		await (await pending.rested(pending.allow)).click();
		await pending.waitForPosted("answer");
		assert.equal(await pending.allow.count(), 0, "no second press while the first is on its way");
		await pending.send({ type: "refused", id: "1", message: { code: "editor.noGate" } });
		await pending.hint.getByText("nothing was allowed").waitFor();
		await (await pending.rested(pending.allow)).click();
		await pending.waitForPosted("answer", 2);
	});
});

describe("an answer by key", () => {
	const view = usePending();

	it("allows with Ctrl+Enter and denies with Ctrl+Backspace", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		await pending.head("1").focus();
		await pending.keysRested();
		await pending.page.keyboard.press("Control+Enter");
		await pending.waitForPosted("answer");
		await pending.send(state([card("2")], { settled: [{ id: "1", outcome: "allowed" }] }));
		await pending.keysRested();
		await pending.page.keyboard.press("Control+Backspace");
		await pending.waitForPosted("answer", 2);
		assert.deepEqual(
			(await pending.answers()).map(({ id, verdict, gesture }) => [id, verdict, gesture]),
			[
				["1", "allow", "key"],
				["2", "deny", "key"],
			],
		);
	});

	it("presses a focused button with Enter or Space", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		await pending.allow.focus();
		await pending.keysRested();
		await pending.page.keyboard.press("Enter");
		const [answer] = await pending.waitForPosted("answer");
		assert.equal(answer?.gesture, "key");
		await pending.send(state([card("2")], { settled: [{ id: "1", outcome: "allowed" }] }));
		await pending.deny.focus();
		await pending.keysRested();
		await pending.page.keyboard.press("Space");
		const [, second] = await pending.waitForPosted("answer", 2);
		assert.equal(second?.verdict, "deny");
	});

	for (const key of ["Control+Enter", "Enter"]) {
		it(`does not count right after the focus has moved (${key})`, async () => {
			const pending = await view.open(state([card("1")]));
			await pending.allow.focus();
			await pending.keysRested();
			await rightBefore(pending.page, "keydown", 'const b = document.querySelector(".allow"); b.blur(); b.focus();');
			await pending.page.keyboard.press(key);
			await pending.hint.getByText("selection had only just changed").waitFor();
			assert.deepEqual(await pending.answers(), []);
		});

		it(`does not count as the repeat of a key held down (${key})`, async () => {
			const pending = await view.open(state([card("1")]));
			await pending.allow.focus();
			await pending.keysRested();
			const session = await pending.page.context().newCDPSession(pending.page);
			await session.send("Input.dispatchKeyEvent", {
				type: "keyDown",
				key: "Enter",
				code: "Enter",
				windowsVirtualKeyCode: 13,
				text: "\r",
				autoRepeat: true,
				modifiers: key === "Enter" ? 0 : 2,
			});
			await pending.hint.waitFor();
			assert.deepEqual(await pending.answers(), []);
		});
	}

	it("does not count right after another card was selected", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		await pending.head("1").focus();
		await pending.keysRested();
		// The selection moves on by itself, in the same task as the key.
		await rightBefore(
			pending.page,
			"keydown",
			`window.dispatchEvent(new MessageEvent("message", { origin, data: { type: "reveal", id: "2" } }));`,
		);
		await pending.page.keyboard.press("Control+Enter");
		await pending.hint.getByText("selection had only just changed").waitFor();
		assert.deepEqual(await pending.answers(), []);
	});

	it("does not answer a card that is not open", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		await pending.head("2").focus();
		await pending.keysRested();
		await pending.page.keyboard.press("Control+Enter");
		await pending.hint.getByText("open the card first").waitFor();
		assert.deepEqual(await pending.answers(), []);
	});

	it("does not answer a card that is not on screen", async () => {
		const pending = await view.open(state([card("1", { target: "line\n".repeat(200) }), editCard("2")]));
		await pending.page.getByRole("button", { name: "Show everything" }).click();
		await pending.page.evaluate(
			'document.querySelector("[data-card=\\"2\\"]").style.marginTop = "2000px"; scrollTo(0, 1e6)',
		);
		await pending
			.head("1")
			.evaluate((head) => (head as unknown as { focus(o: object): void }).focus({ preventScroll: true }));
		await pending.keysRested();
		await pending.page.keyboard.press("Control+Enter");
		await pending.hint.getByText("not on screen").waitFor({ state: "attached" });
		assert.deepEqual(await pending.answers(), []);
	});

	it("leaves the keys of a text box to the text", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.page.getByRole("button", { name: "More actions" }).click();
		await pending.page.getByRole("menuitem", { name: "Deny with reason" }).click();
		await pending.page.keyboard.type("two words");
		await pending.keysRested();
		await pending.page.keyboard.press("Control+Backspace");
		await pending.page.keyboard.type("lines");
		await pending.page.keyboard.press("Control+Enter");
		const answers = await pending.waitForPosted("answer");
		assert.deepEqual(
			answers.map(({ verdict, reason, gesture }) => [verdict, reason, gesture]),
			[["deny", "two lines", "key"]],
		);
	});

	it("is not passed on to the editor, other keys are", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		await pending.page.evaluate(
			"globalThis.passed = []; addEventListener('keydown', (event) => passed.push(event.key))",
		);
		await pending.head("1").focus();
		await pending.keysRested();
		for (const key of ["ArrowDown", "ArrowUp", "End", "Home", "Control+Enter", "F1"])
			await pending.page.keyboard.press(key);
		assert.deepEqual(await pending.page.evaluate("passed"), ["Control", "F1"]);
	});
});
