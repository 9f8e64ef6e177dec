import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PolicyLayer } from "../../src/protocol/grants.ts";
import { card, HOSTILE, state } from "../support/webviewHarness/cards.ts";
import { until } from "../support/webviewHarness/page.ts";
import { keepDoing, type PendingPage, rightBefore, usePending } from "../support/webviewHarness/pending.ts";
import { LAYERS, layer, policyText } from "../support/webviewHarness/rules.ts";

const accept = ({ page }: PendingPage) => page.locator(".accept");
const box = ({ page }: PendingPage) => page.locator(".policy-text");

/** Opens the text of the file that waits, from the notice above the list. */
async function look(pending: PendingPage): Promise<void> {
	await pending.page.getByRole("button", { name: "Look at it" }).click();
	await box(pending).waitFor();
}

/** Scrolls through the text as a person does, a good half of the box at a time. */
async function readAll(pending: PendingPage): Promise<void> {
	await box(pending).hover();
	for (let step = 0; step < 400; step += 1) {
		if ((await pending.page.getByText("All of it was shown.").count()) > 0) return;
		await pending.page.mouse.wheel(0, 150);
		await pending.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
	}
	assert.fail("the end of the text was never reached");
}

async function ready(pending: PendingPage) {
	await accept(pending).scrollIntoViewIfNeeded();
	return pending.rested(accept(pending));
}

async function accepted(pending: PendingPage) {
	return (await pending.posted()).filter((message) => message.type === "acceptPolicy");
}

describe("a policy file that waits to be accepted", () => {
	const view = usePending();

	it("is said above the list, and not said again once it was put off", async () => {
		const pending = await view.open(state([card("1")], { policy: LAYERS }));
		const { page } = pending;
		await page.getByText("shop/.gatepost/policy.jsonc would let 2 rules allow actions").waitFor();
		assert.equal(await box(pending).count(), 0, "its text is not thrown at anybody");
		await page.getByRole("button", { name: "Not now" }).click();
		await page.locator(".policy-notice").waitFor({ state: "detached" });
		// The editor may draw the view anew at any time.
		await page.reload();
		await until(page, "posted.length > 0");
		await pending.send(state([card("1")], { policy: LAYERS }));
		await page.getByRole("button", { name: /^Policy files/ }).waitFor();
		assert.equal(await page.locator(".policy-notice").count(), 0);
		// Other content is another question.
		await pending.send(state([card("1")], { policy: [layer(policyText(3), { allows: 3 })] }));
		await page.getByText("would let 3 rules allow actions").waitFor();
	});

	it("is accepted by a press under its whole text, as exactly that text", async () => {
		const waiting = layer(policyText(2));
		const pending = await view.open(state([], { policy: [waiting] }), { height: 900 });
		await look(pending);
		await pending.page.locator(".accept:not([aria-disabled=true])").waitFor();
		await (await ready(pending)).click();
		const [message] = await pending.waitForPosted("acceptPolicy");
		const { file, sha256 } = waiting;
		assert.deepEqual(
			{ ...message, shown: { ...message?.shown, ms: 0 } },
			{ type: "acceptPolicy", layer: "workspace", file, sha256, shown: { digest: sha256, extent: "whole", ms: 0 } },
		);
		assert.ok((message?.shown.ms ?? 0) >= 400, `visible for ${message?.shown.ms} ms`);
		await pending.page.getByText("Recording…").waitFor();
		await pending.send(state([], { policy: [{ ...waiting, accepted: "accepted" }] }));
		await pending.page.getByText("2 rules that allow, accepted by you.").waitFor();
	});

	it("cannot be accepted before all of it was in view", async () => {
		const pending = await view.open(state([], { policy: [layer(policyText(40), { allows: 40 })] }));
		await look(pending);
		await pending.page.getByText("To accept this, scroll through all of it.").waitFor();
		assert.equal(await accept(pending).locator("button").getAttribute("aria-disabled"), "true");
		await (await ready(pending)).click();
		await pending.hint.getByText("only after all of it was in view").waitFor();
		// To the end at once: the middle was never in view.
		await pending.page.evaluate('document.querySelector(".policy-text").scrollTo(0, 1e6)');
		await pending.page.getByText('"npm run build:40 *"').waitFor();
		await (await ready(pending)).click();
		assert.deepEqual(await accepted(pending), []);
		await pending.page.evaluate('document.querySelector(".policy-text").scrollTo(0, 0)');
		await readAll(pending);
		await (await ready(pending)).click();
		await pending.waitForPosted("acceptPolicy");
	});

	it("has to be read again when its content changes, also while it is on screen", async () => {
		const pending = await view.open(state([], { policy: [layer(policyText(2))] }), { height: 900 });
		await look(pending);
		await pending.page.locator(".accept:not([aria-disabled=true])").waitFor();
		await ready(pending);
		const long = layer(policyText(40), { allows: 40 });
		await pending.send(state([], { policy: [long] }));
		await pending.page.getByText("40 rules that allow wait").waitFor();
		await pending.page.getByText("To accept this, scroll through all of it.").waitFor();
		await (await ready(pending)).click();
		assert.deepEqual(await accepted(pending), []);
	});

	it("cannot be accepted when what is drawn is not what the editor says it is", async () => {
		const pending = await view.open(state([], { policy: [layer(policyText(1), { sha256: "ab".repeat(32) })] }), {
			height: 900,
		});
		await look(pending);
		await (await ready(pending)).click();
		await pending.hint.getByText("not, byte for byte, what the file holds").waitFor();
		assert.deepEqual(await accepted(pending), []);
	});

	it("that the editor does not accept says why, and can be tried again", async () => {
		const waiting = layer(policyText(1));
		const pending = await view.open(state([], { policy: [waiting] }), { height: 900 });
		await look(pending);
		await (await ready(pending)).click();
		await pending.waitForPosted("acceptPolicy");
		const { file, sha256 } = waiting;
		await pending.send({ type: "policyRefused", file, sha256, message: { code: "editor.policyNoGate" } });
		await pending.hint.getByText("nothing was accepted").waitFor();
		await (await ready(pending)).click();
		await pending.waitForPosted("acceptPolicy", 2);
	});

	it("is accepted by no program, no repeated key and no button that moves", async () => {
		const pending = await view.open(state([], { policy: [layer(policyText(1))] }), { height: 900 });
		await look(pending);
		await ready(pending);
		await pending.page.evaluate(`
			const button = document.querySelector(".accept");
			button.click();
			for (const type of ["pointerdown", "pointerup", "click"]) {
				button.dispatchEvent(new PointerEvent(type, { bubbles: true, composed: true, pointerType: "mouse", detail: 1 }));
			}
			button.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true }));
		`);
		await accept(pending).focus();
		await pending.keysRested();
		await rightBefore(pending.page, "keydown", 'const b = document.querySelector(".accept"); b.blur(); b.focus();');
		await pending.page.keyboard.press("Enter");
		await pending.hint.getByText("selection had only just changed").waitFor();
		const moving = await keepDoing(
			pending.page,
			'const list = document.querySelector(".list"); list.style.paddingTop = list.style.paddingTop === "1px" ? "2px" : "1px"',
		);
		await accept(pending).and(pending.page.locator("[data-settling]")).waitFor();
		await accept(pending).click({ force: true });
		await pending.hint.getByText("only just come to rest").waitFor();
		await moving.stop();
		assert.deepEqual(await accepted(pending), []);
	});

	it("is found, read and accepted by keys alone", async () => {
		const pending = await view.open(state([], { policy: [layer(policyText(30), { allows: 30 })] }));
		const { page } = pending;
		const { keyboard } = page;
		await page.getByRole("button", { name: "Look at it" }).focus();
		await keyboard.press("Enter");
		await box(pending).waitFor();
		assert.match((await page.evaluate("document.activeElement.textContent")) as string, /^This folder's/);
		await keyboard.press("Tab");
		assert.equal(await page.evaluate("document.activeElement.className"), "policy-text");
		for (let n = 0; n < 200 && (await page.getByText("All of it was shown.").count()) === 0; n += 1) {
			await keyboard.press("ArrowDown", { delay: 5 });
			await keyboard.press("ArrowDown", { delay: 5 });
			await keyboard.press("ArrowDown", { delay: 5 });
		}
		await page.getByText("All of it was shown.").waitFor();
		await keyboard.press("Tab");
		await pending.keysRested();
		await keyboard.press("Enter");
		await pending.waitForPosted("acceptPolicy");
	});
});

describe("a hostile policy file", () => {
	const view = usePending();

	it("makes no element and hides no character", async () => {
		const text = `{\n// ${HOSTILE}\n"rules": []}\n`;
		const pending = await view.open(
			state([], {
				policy: [
					layer(text, {
						file: "/home/ada/<img src=x onerror=1>\u202e/.gatepost/policy.jsonc",
						problems: [{ line: 2, message: { code: "why.noPath", args: { tool: HOSTILE } } }],
					}),
				],
			}),
		);
		await look(pending);
		await readAll(pending);
		const made = await pending.page.evaluate(
			'[...document.querySelectorAll("#root a, img, b, i:not(.end), u, script:not([nonce]), iframe, [href]:not(link), [src]:not(script), [onerror]")].map((element) => element.outerHTML)',
		);
		assert.deepEqual(made, []);
		const rows = await pending.page.locator(".policy-text .row .text").allTextContents();
		const lines = text.split("\n");
		assert.equal(rows.length, lines.length);
		assert.equal(rows[1], lines[1]);
		assert.equal(rows[3], "rm -rf /⟦U+202E⟧ txt.harmless ⟦U+2066⟧x⟦U+2069⟧");
		assert.equal(await pending.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
		assert.deepEqual(await pending.problems(), []);
		await (await ready(pending)).click();
		assert.equal((await pending.waitForPosted("acceptPolicy"))[0]?.shown.extent, "whole");
	});

	it("of ten thousand lines is all there, drawn where it is on screen, and not accepted at a glance", async () => {
		const pending = await view.open(state([], { policy: [layer(policyText(2500), { allows: 2500 })] }));
		await look(pending);
		await until(pending.page, 'document.querySelectorAll(".policy-text .row").length > 10000');
		// What is off screen is laid out no more once the browser has drawn it.
		await until(
			pending.page,
			'[...document.querySelectorAll(".policy-text .chunk")].filter((chunk) => chunk.firstChild.checkVisibility({ contentVisibilityAuto: true })).length < 30',
		);
		await pending.page.evaluate('document.querySelector(".policy-text").scrollTo(0, 1e7)');
		await (await ready(pending)).click();
		await pending.hint.getByText("only after all of it was in view").waitFor();
		assert.deepEqual(await accepted(pending), []);
	});

	it("with a byte that is no text cannot be accepted: its digest is another one", async () => {
		// The editor's digest is of the bytes, the view's of the text it was given.
		const text = policyText(1).replace("part 1", "part \ufffd");
		const pending = await view.open(state([], { policy: [layer(text, { sha256: "12".repeat(32) })] }), { height: 900 });
		await look(pending);
		await (await ready(pending)).click();
		await pending.hint.getByText("byte for byte").waitFor();
	});
});

describe("the list of policy files", () => {
	const view = usePending();

	it("names problems by line and opens the file there", async () => {
		const pending = await view.open(state([], { policy: LAYERS }));
		const { page } = pending;
		await page.getByRole("button", { name: /^Policy files/ }).click();
		await page.getByRole("button", { name: /^Yours .*2 problems/ }).click();
		await page.getByText("4 rules that allow, accepted by you.").waitFor();
		await page.getByRole("button", { name: "Line 12:" }).click();
		await page.getByRole("button", { name: "Open file: /home/ada/.gatepost/policy.jsonc" }).click();
		await page.getByRole("button", { name: "Open or create a policy file" }).click();
		const file = LAYERS[0]?.file;
		assert.deepEqual(await pending.waitForPosted("openPolicy", 3), [
			{ type: "openPolicy", layer: "user", file, line: 12 },
			{ type: "openPolicy", layer: "user", file },
			{ type: "openPolicy" },
		]);
	});

	it("is not there without a file, and says that a file without allow rules counts as it is", async () => {
		const pending = await view.open(state([]));
		assert.equal(await pending.page.locator(".policy").count(), 0);
		const strict: PolicyLayer = { ...layer("{}"), allows: 0, accepted: "none" };
		await pending.send(state([], { policy: [strict] }));
		await pending.page.getByRole("button", { name: /^Policy files/ }).click();
		await pending.page.getByRole("button", { name: /^This folder's/ }).click();
		await pending.page.getByText("It only asks and denies more").waitFor();
		assert.equal(await accept(pending).count(), 0);
	});

	it("keeps a text that is sent once, and asks for one that never came", async () => {
		const waiting = layer(policyText(2));
		const { text: _, ...without } = waiting;
		const pending = await view.open(state([], { policy: [waiting] }));
		await pending.send(state([], { policy: [without] }));
		await look(pending);
		await pending.page.getByText('"npm run build:2 *"').waitFor();
		const { text: __, ...other } = layer(policyText(3));
		await pending.send(state([], { policy: [other] }));
		await pending.waitForPosted("ready", 2);
	});
});

describe("why a card was asked", () => {
	const view = usePending();

	it("is opened by the editor at a press on the card", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.page.getByRole("button", { name: "Why was this asked?" }).click();
		assert.deepEqual(await pending.waitForPosted("explain"), [{ type: "explain", id: "1" }]);
		assert.deepEqual(await pending.answers(), []);
	});
});
