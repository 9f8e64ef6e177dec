import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GRANT_MINUTES, type GrantOffer } from "../../src/protocol/grants.ts";
import type { PendingViewMessage } from "../../src/protocol/pendingView.ts";
import { MINUTES } from "../../webview/pending/grantDraft.ts";
import { card, editCard, file, guardCard, state } from "../support/webviewHarness/cards.ts";
import {
	digestOf,
	keepDoing,
	openGrant,
	type PendingPage,
	rightBefore,
	usePending,
} from "../support/webviewHarness/pending.ts";
import { GRANTS, HOSTILE_OFFERS, OFFERS, offer } from "../support/webviewHarness/rules.ts";

const doGrant = ({ page }: PendingPage) => page.locator(".do-grant");
/** That button in view, once it has rested there. */
async function ready(pending: PendingPage) {
	await doGrant(pending).scrollIntoViewIfNeeded();
	return pending.rested(doGrant(pending));
}
const field = ({ page }: PendingPage) => page.getByRole("textbox", { name: "Rule", exact: true });

/** Every `checkRule` so far. */
async function checks(pending: PendingPage) {
	return (await pending.posted()).filter((message) => message.type === "checkRule");
}

/** The view's latest check, answered by the editor with what is given. */
async function answerCheck(pending: PendingPage, count: number, reply: { offer?: GrantOffer; problem?: object }) {
	const asked = (await pending.waitForPosted("checkRule", count)).at(-1) as PendingViewMessage & { type: "checkRule" };
	await pending.send({ type: "ruleChecked", id: asked.id, n: asked.n, ...reply });
	return asked;
}

describe("a grant", () => {
	const view = usePending();

	it("is offered with the rules of the editor, and sent with the answer in one press", async () => {
		const one = card("1");
		const pending = await view.open(state([one]));
		await openGrant(pending, "Allow for this session", OFFERS);
		assert.deepEqual(await pending.page.getByRole("radio").evaluateAll((all) => all.map((radio) => radio.ariaLabel)), [
			"npm test",
			"npm test *",
			"cd web; npm run test:*",
			null,
			null,
			null,
		]);
		await pending.page.getByText("In the last 30 days, nothing else would have passed.").waitFor();
		await pending.page.getByText("Ends when one of these files changes: package.json").waitFor();
		await (await ready(pending)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual(
			{ ...answer, shown: { ...answer?.shown, ms: 0 } },
			{
				type: "answer",
				id: "1",
				verdict: "allow",
				gesture: "pointer",
				grant: { lasts: { for: "session" }, rule: OFFERS[0]?.rule },
				shown: { digest: digestOf(one), extent: "whole", ms: 0 },
			},
		);
		await pending.page.getByText("Recording: allow and grant…").waitFor();
	});

	it("of another rule, for always, says what it would have let through", async () => {
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Always allow", OFFERS);
		await pending.page.getByRole("radio", { name: "npm test *" }).check();
		await pending.page.getByText("In the last 30 days, 7 other requests would have passed:").waitFor();
		for (const example of OFFERS[1]?.past.examples ?? []) {
			assert.equal(await pending.page.getByText(example, { exact: true }).count(), 1);
		}
		await pending.page.getByText("and 4 more").waitFor();
		await (await ready(pending)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual(answer?.grant, { lasts: { for: "always" }, rule: OFFERS[1]?.rule });
	});

	it("for minutes takes a number of them within bounds and nothing else", async () => {
		assert.deepEqual([MINUTES.least, MINUTES.most], [GRANT_MINUTES.least, GRANT_MINUTES.most]);
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Allow for … minutes", OFFERS);
		const minutes = pending.page.getByRole("textbox", { name: "Minutes" });
		assert.equal(await minutes.inputValue(), "30");
		for (const wrong of ["0", "", "abc", "1441", "1.5"]) {
			await minutes.fill(wrong);
			await pending.page.getByText("Say how many minutes").first().waitFor();
			await (await ready(pending)).click();
			await pending.hint.getByText("Say how many minutes").waitFor();
		}
		await minutes.fill("90");
		await (await ready(pending)).click();
		const answers = await pending.waitForPosted("answer");
		assert.deepEqual(
			answers.map(({ grant }) => grant?.lasts),
			[{ for: "minutes", minutes: 90 }],
		);
	});

	it("of an edited rule counts only after the editor has checked it", async () => {
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await field(pending).fill("npm test -- login");
		await pending.page.getByText("Checking this rule").waitFor();
		await (await ready(pending)).click();
		await pending.hint.getByText("not been checked yet").waitFor();
		assert.deepEqual(await pending.answers(), []);

		const asked = await answerCheck(pending, 1, { problem: { code: "why.noCommand" } });
		assert.deepEqual(asked.rule, { member: "command", patterns: ["npm test -- login"] });
		await pending.page.getByText("It does not say what it runs.").first().waitFor();
		await (await ready(pending)).click();
		await pending.hint.getByText("It does not say what it runs.").waitFor();
		assert.deepEqual(await pending.answers(), []);

		await field(pending).fill("npm test -- *");
		await answerCheck(pending, 2, { offer: offer("npm test -- *", { exact: false }) });
		await (await ready(pending)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual(answer?.grant?.rule, { member: "command", patterns: ["npm test -- *"] });
	});

	it("asks the editor once for a word that is typed, and takes no answer to an older one", async () => {
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await field(pending).fill("npm test a");
		const old = (await pending.waitForPosted("checkRule")).at(-1);
		await field(pending).pressSequentially("bcdef", { delay: 20 });
		const [, asked] = await pending.waitForPosted("checkRule", 2);
		assert.deepEqual(asked?.rule.patterns, ["npm test abcdef"]);
		assert.equal((await checks(pending)).length, 2);
		await pending.send({ type: "ruleChecked", id: "1", n: old?.n ?? 0, offer: offer("npm test a") });
		await pending.page.getByText("Checking this rule").waitFor();
		// Nor one about another rule than the one that stands there.
		await pending.send({ type: "ruleChecked", id: "1", n: asked?.n ?? 0, offer: offer("npm *") });
		await (await ready(pending)).click();
		await pending.hint.waitFor();
		assert.deepEqual(await pending.answers(), []);
	});

	it("is not sent with an empty rule, and needs no check when the offered one is back", async () => {
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await field(pending).fill("  ");
		await pending.page.getByText("A rule cannot be empty.").waitFor();
		await field(pending).fill("npm test");
		await (await ready(pending)).click();
		assert.equal((await pending.waitForPosted("answer")).length, 1);
		assert.deepEqual(await checks(pending), []);
	});

	it("needs the whole card, and says how to get there", async () => {
		const pending = await view.open(state([card("1", { target: "line\n".repeat(40) })]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await pending.page.getByText("To allow more than this once, first look at all of it.").waitFor();
		await (await ready(pending)).click();
		await pending.hint.getByText("first look at all of it").waitFor();
		assert.deepEqual(await pending.answers(), []);
		await pending.page.locator(".grant").getByRole("button", { name: "Show everything" }).click();
		await (await ready(pending)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.equal(answer?.shown.extent, "whole");
	});

	it("is not there for a card that cannot be shown whole", async () => {
		const pending = await view.open(state([editCard("1", { files: [file("a.ts", "a\n", "b\n", { cut: true })] })]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await pending.page.getByText("Not all of this fits a card, so it can be allowed once only.").waitFor();
		assert.equal(await pending.page.getByRole("radio").count(), 0);
	});

	it("is not there for what guards, and the menu says so", async () => {
		const pending = await view.open(state([guardCard("1")]));
		await pending.page.getByRole("button", { name: "More actions" }).click();
		for (const name of ["Allow for this session", "Allow for … minutes", "Always allow"]) {
			const item = pending.page.getByRole("menuitem", { name });
			assert.equal(await item.getAttribute("aria-disabled"), "true");
			await item.click({ force: true });
		}
		await pending.page.getByText("allowed once at a time, never for longer").waitFor();
		assert.equal(await pending.page.locator(".grant").count(), 0);
		assert.deepEqual(
			(await pending.posted()).filter(({ type }) => type === "offers"),
			[],
		);
	});

	it("says why when the editor offers none, and nothing can be sent", async () => {
		const pending = await view.open(state([card("1", { target: "rm -rf build dist" })]));
		await openGrant(pending, "Always allow", [], { code: "why.network" });
		await pending.page.getByText("Reaches the network.").waitFor();
		assert.equal(await doGrant(pending).locator("button").getAttribute("aria-disabled"), "true");
		await (await ready(pending)).click();
		await pending.hint.waitFor();
		assert.deepEqual(await pending.answers(), []);
		// Allowing it once is still one press.
		await pending.page.getByRole("button", { name: "Cancel" }).click();
		await (await pending.rested(pending.allow)).click();
		assert.equal((await pending.waitForPosted("answer"))[0]?.grant, undefined);
	});

	it("that the editor refuses can be given again, with what had been written", async () => {
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Always allow", OFFERS);
		await pending.page.getByRole("radio", { name: "npm test *" }).check();
		await (await ready(pending)).click();
		await pending.waitForPosted("answer");
		await pending.send({ type: "refused", id: "1", message: { code: "editor.noGate" } });
		await pending.hint.getByText("nothing was allowed").waitFor();
		assert.equal(await pending.page.getByRole("radio", { name: "npm test *" }).isChecked(), true);
		await (await ready(pending)).click();
		await pending.waitForPosted("answer", 2);
	});

	it("is closed when its card is settled or says something else", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await pending.send(state([card("1", { target: "npm publish" }), card("2")]));
		await pending.page.locator(".grant").waitFor({ state: "detached" });
		await openGrant(pending, "Allow for this session", OFFERS);
		await pending.send(state([card("2")], { settled: [{ id: "1", outcome: "timeout" }] }));
		await pending.page.locator(".grant").waitFor({ state: "detached" });
	});
});

describe("the button that grants", () => {
	const view = usePending();

	async function opened(): Promise<PendingPage> {
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await ready(pending);
		return pending;
	}

	it("counts only when what it grants has stood for half a second", async () => {
		const pending = await opened();
		const place = await doGrant(pending).boundingBox();
		assert.ok(place);
		const changing = await keepDoing(
			pending.page,
			`globalThis.n = (globalThis.n ?? 0) + 1;
			document.querySelectorAll(".how-long input[type=radio]")[n % 2 * 2].click();`,
		);
		await doGrant(pending).and(pending.page.locator("[data-settling]")).waitFor();
		await doGrant(pending).click({ force: true });
		await pending.hint.getByText("only just come to rest").waitFor();
		assert.deepEqual(await pending.answers(), []);
		await changing.stop();
	});

	it("does not count when what it grants changes between press and release", async () => {
		const pending = await opened();
		await doGrant(pending).hover();
		await pending.page.mouse.down();
		await pending.page.evaluate('document.querySelectorAll(".how-long input[type=radio]")[2].click()');
		await pending.page.mouse.up();
		await pending.hint.getByText("only just come to rest").waitFor();
		assert.deepEqual(await pending.answers(), []);
	});

	it("ignores what a program does to it", async () => {
		const pending = await opened();
		await pending.page.evaluate(`
			const button = document.querySelector(".do-grant");
			button.click();
			for (const type of ["pointerdown", "pointerup", "click"]) {
				button.dispatchEvent(new PointerEvent(type, { bubbles: true, composed: true, pointerType: "mouse", detail: 1 }));
			}
			button.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, composed: true }));
		`);
		await doGrant(pending).click();
		assert.equal((await pending.waitForPosted("answer")).length, 1);
	});

	it("does not count a key right after the focus or the rule has changed", async () => {
		const pending = await opened();
		for (const trouble of [
			'const b = document.querySelector(".do-grant"); b.focus();',
			'document.querySelectorAll(".choices input")[1].click();',
		]) {
			await pending.page.getByRole("radio", { name: "npm test", exact: true }).check();
			await pending.page.getByRole("radio", { name: "npm test", exact: true }).focus();
			await pending.keysRested();
			await rightBefore(pending.page, "keydown", trouble);
			await pending.page.keyboard.press("Control+Enter");
			await pending.hint.getByText("selection had only just changed").waitFor();
		}
		assert.deepEqual(await pending.answers(), []);
	});
});

describe("a grant by keys alone", () => {
	const view = usePending();

	it("is opened, chosen, edited and given", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		const { page } = pending;
		const { keyboard } = page;
		await page.getByRole("button", { name: "More actions" }).focus();
		await keyboard.press("Enter");
		await keyboard.press("ArrowDown");
		assert.equal(await page.evaluate("document.activeElement.textContent"), "Allow for … minutes…");
		await keyboard.press("Enter");
		await pending.waitForPosted("offers");
		assert.equal(await page.evaluate("document.activeElement.className"), "grant", "the form has the focus");
		await pending.send({ type: "offers", id: "1", offers: OFFERS });
		assert.equal(await page.evaluate("document.activeElement.ariaLabel"), "npm test");
		await keyboard.press("ArrowDown");
		assert.equal(await page.evaluate("document.activeElement.ariaLabel"), "npm test *");
		await keyboard.press("Tab");
		await keyboard.press("End");
		await keyboard.press("Backspace");
		// The text box keeps its keys: Enter adds no line and answers nothing.
		await keyboard.press("Enter");
		await keyboard.type("--watch=false");
		await answerCheck(pending, 1, { offer: offer("npm test --watch=false", { exact: true }) });
		await keyboard.press("Tab");
		await keyboard.press("Tab");
		assert.equal(await page.evaluate("document.activeElement.value"), "30");
		await keyboard.press("Control+A");
		await keyboard.type("15");
		await keyboard.press("Tab");
		await pending.keysRested();
		await keyboard.press("Enter");
		const [answer] = await pending.waitForPosted("answer");
		assert.equal(answer?.gesture, "key");
		assert.deepEqual(answer?.grant, {
			lasts: { for: "minutes", minutes: 15 },
			rule: { member: "command", patterns: ["npm test --watch=false"] },
		});
	});

	it("is given with Ctrl+Enter from anywhere in the form, and left with Escape", async () => {
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await pending.page.keyboard.press("Escape");
		await pending.page.locator(".grant").waitFor({ state: "detached" });
		assert.match((await pending.page.evaluate("document.activeElement.className")) as string, /head/);
		await openGrant(pending, "Allow for this session", OFFERS);
		await field(pending).focus();
		await pending.keysRested();
		await pending.page.keyboard.press("Control+Enter");
		const [answer] = await pending.waitForPosted("answer");
		assert.deepEqual(answer?.grant, { lasts: { for: "session" }, rule: OFFERS[0]?.rule });
	});

	it("says to a screen reader what keeps it from being given", async () => {
		const pending = await view.open(state([card("1")]));
		await openGrant(pending, "Allow for this session", OFFERS);
		await field(pending).fill("");
		await pending.page.locator(".grant").getByRole("status").getByText("A rule cannot be empty.").waitFor();
		assert.equal(await doGrant(pending).locator("button").getAttribute("aria-disabled"), "true");
		assert.equal(await pending.page.getByRole("region", { name: "Allow this, and all that fits the rule" }).count(), 1);
		assert.equal(await pending.page.getByRole("group", { name: "For how long" }).count(), 1);
	});
});

describe("a hostile rule", () => {
	const view = usePending();

	it("makes no element, shows its hidden characters and scrolls nothing sideways", async () => {
		for (const width of [280, 140]) {
			const pending = await view.open(
				state([card("1")], {
					grants: [
						{
							...(GRANTS[0] as (typeof GRANTS)[0]),
							rule: HOSTILE_OFFERS[0]?.rule as GrantOffer["rule"],
							by: "<b>x</b>\u202e",
						},
					],
				}),
				{ width },
			);
			await pending.page.getByRole("button", { name: /^Grants/ }).click();
			await openGrant(pending, "Allow for this session", HOSTILE_OFFERS);
			const made = await pending.page.evaluate(
				'[...document.querySelectorAll("#root a, img, b, u, script:not([nonce]), iframe, [href]:not(link), [src]:not(script), [onerror]")].map((element) => element.outerHTML)',
			);
			assert.deepEqual(made, []);
			assert.ok((await pending.page.locator(".read-as .v-escape").count()) > 10);
			assert.ok((await pending.page.locator(".grant-row .v-escape").count()) > 10);
			assert.ok((await pending.page.locator(".rests-on .v-escape").count()) > 0);
			assert.equal(await pending.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
			assert.deepEqual(await pending.problems(), []);
		}
	});
});

describe("the list of grants", () => {
	const view = usePending();

	it("says who granted what until when, and revokes by pointer and by key", async () => {
		const pending = await view.open(state([], { grants: GRANTS }));
		const { page } = pending;
		assert.equal(await page.getByText("npm run build *").count(), 0, "it is folded at first");
		await page.getByRole("button", { name: /^Grants/ }).focus();
		await page.keyboard.press("Enter");
		await page.getByText("This session: Fix the login form").waitFor();
		assert.equal(await page.getByText("by Ada Lovelace").count(), 3);
		await page.getByText("not used yet").waitFor();
		await page.getByText(/used 41 times, last /).waitFor();
		await page.getByText("Does not count now: Reaches the network.").waitFor();
		await page.getByRole("button", { name: "Revoke: docs/**" }).click();
		await page.keyboard.press("Shift+Tab");
		await page.keyboard.press("Enter");
		assert.deepEqual(
			(await pending.waitForPosted("revokeGrant", 2)).map(({ grant }) => grant),
			["g3", "g2"],
		);
	});

	it("revokes nothing for a program, and is gone with the last grant", async () => {
		const pending = await view.open(state([], { grants: GRANTS }));
		await pending.page.getByRole("button", { name: /^Grants/ }).click();
		await pending.page.evaluate('for (const b of document.querySelectorAll(".grant-row vscode-button")) b.click()');
		await pending.send(state([]));
		await pending.page.locator(".grants").waitFor({ state: "detached" });
		assert.deepEqual(
			(await pending.posted()).filter(({ type }) => type === "revokeGrant"),
			[],
		);
	});
});
