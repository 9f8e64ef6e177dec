import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CardModel } from "../../src/protocol/card.ts";
import { ACTIVITY, card, editCard, guardCard, state } from "../support/webviewHarness/cards.ts";
import { digestOf, type PendingPage, usePending } from "../support/webviewHarness/pending.ts";

const other = { session: { id: "session-2", label: "Tidy up" } };

/** Tops of all cards on the page, by id. */
async function tops({ page }: PendingPage): Promise<Record<string, number>> {
	return page.evaluate(
		'Object.fromEntries([...document.querySelectorAll("[data-card]")].map((card) => [card.dataset.card, card.getBoundingClientRect().top + scrollY]))',
	);
}

async function ids({ page }: PendingPage): Promise<string[]> {
	return page.evaluate('[...document.querySelectorAll("[data-card]")].map((card) => card.dataset.card)');
}

async function without(pending: PendingPage, all: CardModel[], id: string, outcome: string): Promise<void> {
	await pending.send({ ...state(all.filter((one) => one.id !== id)), settled: [{ id, outcome }] });
}

describe("the list under a pointer", () => {
	const view = usePending();

	it("moves nothing when cards come and go, and gathers itself when the pointer has left", async () => {
		const all = [card("a1"), card("a2"), editCard("b1", other)];
		const pending = await view.open(state(all));
		await pending.head("a2").hover();
		const before = await tops(pending);
		await without(pending, all, "a1", "withdrawn");
		await pending.card("a1").getByText("Withdrawn by the agent").waitFor();
		const late = [card("a2"), card("a3"), editCard("b1", other)];
		await pending.send({
			...state(late, { paused: true, warnings: [{ id: "w", message: { code: "why.network" }, dismissible: true }] }),
			settled: [{ id: "a1", outcome: "withdrawn" }],
		});
		await pending.card("a3").waitFor();
		const during = await tops(pending);
		for (const id of ["a1", "a2", "b1"]) assert.equal(during[id], before[id], `card ${id} has moved`);
		assert.deepEqual(await ids(pending), ["a1", "a2", "b1", "a3"]);
		assert.equal(await pending.page.getByText("All agents are paused").count(), 0, "what stands above the list waits");

		await pending.page.mouse.move(140, 8);
		await pending.card("a1").waitFor({ state: "detached" });
		assert.deepEqual(await ids(pending), ["a2", "a3", "b1"]);
		await pending.page.getByText("All agents are paused").waitFor();
	});

	it("keeps an answered card's ghost as high as the card, and opens the next one below it", async () => {
		const all = [editCard("a1"), card("a2"), card("b1", other)];
		const pending = await view.open(state(all));
		const height = (await pending.card("a1").boundingBox())?.height;
		await (await pending.rested(pending.allow)).click();
		await pending.waitForPosted("answer");
		await without(pending, all, "a1", "allowed");
		await pending.card("a1").getByText("Allowed by you").waitFor();
		assert.equal((await pending.card("a1").boundingBox())?.height, height);
		assert.equal(await pending.head("a2").getAttribute("aria-expanded"), "true");
		await pending.page.mouse.move(140, 8);
		await pending.card("a1").waitFor({ state: "detached" });
		assert.equal(await pending.head("a2").getAttribute("aria-expanded"), "true");
	});

	it("opens nothing above the pointer until it has left", async () => {
		const all = [card("a1"), card("b1", other)];
		const pending = await view.open(state(all));
		await pending.head("b1").click();
		await (await pending.rested(pending.allow)).click();
		await pending.waitForPosted("answer");
		const before = await tops(pending);
		await without(pending, all, "b1", "allowed");
		await pending.card("b1").getByText("Allowed by you").waitFor();
		assert.deepEqual(await tops(pending), before);
		assert.equal(await pending.head("a1").getAttribute("aria-expanded"), "false");
		await pending.page.mouse.move(140, 8);
		await pending.page.locator('[data-card="a1"] button.head[aria-expanded="true"]').waitFor();
	});

	it("opens what comes next also when the pointer had left before the outcome came", async () => {
		const one = card("a1");
		const pending = await view.open(state([one]));
		await (await pending.rested(pending.allow)).click();
		await pending.waitForPosted("answer");
		await pending.page.mouse.move(140, 8);
		await without(pending, [one], "a1", "allowed");
		await pending.card("a1").getByText("Allowed by you").waitFor();
		await pending.send(state([card("a2")], { settled: [{ id: "a1", outcome: "allowed" }] }));
		await pending.page.locator('[data-card="a2"] button.head[aria-expanded="true"]').waitFor({ timeout: 2000 });
	});

	it("does not say that it was you when it was somebody else", async () => {
		const all = [card("a1")];
		const pending = await view.open(state(all));
		await pending.head("a1").hover();
		await without(pending, all, "a1", "denied");
		await pending.card("a1").locator(".outcome").waitFor();
		assert.equal((await pending.card("a1").locator(".outcome").textContent())?.trim(), "Denied");
	});

	it("lets ghosts go by themselves when nobody is near", async () => {
		const all = [card("a1"), card("a2")];
		const pending = await view.open(state(all));
		await without(pending, all, "a1", "timeout");
		await pending.card("a1").getByText("Timed out").waitFor();
		await pending.card("a1").waitFor({ state: "detached" });
		assert.equal(await pending.head("a2").getAttribute("aria-expanded"), "true");
	});
});

describe("the list by key", () => {
	const view = usePending();

	it("is one tab stop with arrows, Home and End inside", async () => {
		const pending = await view.open(state([card("1"), card("2"), card("3", other)]));
		assert.equal(await pending.page.locator('button.head[tabindex="0"]').count(), 1);
		await pending.head("1").focus();
		const focused = () =>
			pending.page.evaluate('document.activeElement.closest("[data-card]").dataset.card') as Promise<string>;
		const walk: string[] = [];
		for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Home", "End"]) {
			await pending.page.keyboard.press(key);
			walk.push(await focused());
		}
		assert.deepEqual(walk, ["2", "3", "3", "2", "1", "3"]);
		assert.equal(await pending.page.locator('button.head[tabindex="0"]').count(), 1);
		assert.equal(await pending.head("3").getAttribute("tabindex"), "0");
	});

	it("opens a card with Enter and Space", async () => {
		const pending = await view.open(state([card("1"), card("2")]));
		await pending.head("2").focus();
		await pending.page.keyboard.press("Enter");
		await pending.page.locator('[data-card="2"] [aria-expanded="true"].head').waitFor();
		assert.equal(await pending.head("1").getAttribute("aria-expanded"), "false");
		await pending.page.keyboard.press("Space");
		await pending.page.locator('[data-card="2"] [aria-expanded="false"].head').waitFor();
	});

	it("takes the selection to the next card after an answer, and keeps the ghost until it moves again", async () => {
		const all = [card("1"), card("2"), card("3")];
		const pending = await view.open(state(all));
		await pending.head("1").focus();
		await pending.keysRested();
		await pending.page.keyboard.press("Control+Enter");
		await pending.waitForPosted("answer");
		await without(pending, all, "1", "allowed");
		assert.equal(await pending.page.evaluate("document.activeElement.id"), "head-2");
		assert.equal(await pending.head("2").getAttribute("aria-expanded"), "true");
		assert.equal(await pending.card("1").count(), 1);
		await pending.page.keyboard.press("ArrowDown");
		await pending.card("1").waitFor({ state: "detached" });
		assert.equal(await pending.page.evaluate("document.activeElement.id"), "head-3");
	});

	it("keeps the focus when the focused card is withdrawn", async () => {
		const all = [card("1"), card("2")];
		const pending = await view.open(state(all));
		await pending.allow.focus();
		await without(pending, all, "1", "withdrawn");
		await pending.card("1").getByText("Withdrawn").waitFor();
		assert.equal(await pending.page.evaluate("document.activeElement.id"), "head-1");
	});

	it("opens, walks and closes the menu, and closes the reason box with Escape", async () => {
		const pending = await view.open(state([card("1")]));
		const more = pending.page.getByRole("button", { name: "More actions" });
		await more.focus();
		await pending.page.keyboard.press("Enter");
		const focused = () => pending.page.evaluate("document.activeElement.textContent") as Promise<string>;
		const walk = [await focused()];
		for (const key of [...Array(7).fill("ArrowDown"), "ArrowUp", "End", "Home"]) {
			await pending.page.keyboard.press(key);
			walk.push(await focused());
		}
		const grants = ["Allow for this session…", "Allow for … minutes…", "Always allow…"];
		const denials = ["Deny with reason…", "Deny and stop session"];
		assert.deepEqual(walk, [...grants, "Edit, then allow…", ...denials, "Copy", grants[0], "Copy", "Copy", grants[0]]);
		await pending.page.keyboard.press("Escape");
		await pending.page.getByRole("menu").waitFor({ state: "detached" });
		assert.equal(await pending.page.evaluate("document.activeElement.localName"), "vscode-button");
		await pending.page.keyboard.press("Enter");
		for (let n = 0; n < 4; n += 1) await pending.page.keyboard.press("ArrowDown");
		await pending.page.keyboard.press("Enter");
		const reason = pending.page.getByRole("textbox");
		await reason.waitFor();
		await pending.page.keyboard.type("half a thought");
		await pending.page.keyboard.press("Escape");
		await reason.waitFor({ state: "detached" });
		assert.equal(await pending.page.evaluate("document.activeElement.id"), "head-1");
	});

	it("selects what the editor reveals and takes the focus there, answering nothing", async () => {
		const pending = await view.open(state([card("1"), card("2"), guardCard("3", other)]));
		await pending.send({ type: "reveal", id: "3" });
		await pending.page.locator('[data-card="3"] [aria-expanded="true"].head').waitFor();
		assert.equal(await pending.page.evaluate("document.activeElement.id"), "head-3");
		assert.deepEqual(await pending.answers(), []);
	});
});

describe("a card the editor reveals before it has sent it", () => {
	const view = usePending();

	it("is selected when it comes", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.send({ type: "reveal", id: "2" });
		await pending.send(state([card("1"), card("2")]));
		assert.equal(await pending.head("2").getAttribute("aria-expanded"), "true");
	});
});

describe("what the view keeps", () => {
	const view = usePending();

	it("is which card was open and the reason being written, and never a card", async () => {
		const all = [card("1"), card("2")];
		const pending = await view.open(state(all));
		await pending.head("2").click();
		await pending.page.getByRole("button", { name: "More actions" }).click();
		await pending.page.getByRole("menuitem", { name: "Deny with reason" }).click();
		await pending.page.keyboard.type("Not on Fridays");
		const kept = (await pending.page.evaluate('sessionStorage.getItem("state")')) as string;
		assert.deepEqual(JSON.parse(kept), { expanded: "2", drafts: { "2": "Not on Fridays" } });
		await pending.page.reload();
		await pending.send(state(all));
		assert.equal(await pending.head("2").getAttribute("aria-expanded"), "true");
		await pending.page.getByRole("button", { name: "More actions" }).click();
		await pending.page.getByRole("menuitem", { name: "Deny with reason" }).click();
		assert.equal(await pending.page.getByRole("textbox").inputValue(), "Not on Fridays");
	});
});

describe("cards the view has already", () => {
	const view = usePending();

	it("are named by their ids, and stay what was shown", async () => {
		const [one, two] = [card("1"), editCard("2")];
		const pending = await view.open(state([one]));
		await pending.rested(pending.allow);
		await pending.send({ ...state([]), pending: ["1", two] });
		await pending.card("2").waitFor();
		await pending.send({ ...state([]), pending: ["1", "2"] });
		assert.deepEqual(await ids(pending), ["1", "2"]);
		await (await pending.rested(pending.allow)).click();
		const [answer] = await pending.waitForPosted("answer");
		assert.equal(answer?.shown.digest, digestOf(one));
		assert.ok((answer?.shown.ms ?? 0) >= 500, "its time on screen went on");
	});

	it("are asked for anew, all of them, when one never came; until then nothing changes", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.send({ ...state([]), pending: ["1", "lost"] });
		await pending.waitForPosted("ready", 2);
		assert.deepEqual(await ids(pending), ["1"]);
		await pending.send(state([card("1"), card("lost")]));
		assert.deepEqual(await ids(pending), ["1", "lost"]);
	});
});

describe("the rest of the view", () => {
	const view = usePending();

	it("says that nothing waits and offers to connect an agent when none is", async () => {
		const pending = await view.open(state([], { gate: { state: "open", folders: ["/a"], agents: [] } }));
		await pending.page.getByText("Nothing is waiting").waitFor();
		await pending.page.getByRole("button", { name: "Connect Claude Code" }).click();
		await pending.waitForPosted("installAgent");
		await pending.send(state([]));
		await pending.page.getByText("Connected: Claude Code").waitFor();
	});

	it("shows activity, warnings, other windows and a gate that failed", async () => {
		const pending = await view.open(
			state([], {
				activity: ACTIVITY,
				elsewhere: 2,
				warnings: [
					{ id: "w1", message: { code: "why.foreignHook", args: { source: "a.json" } }, dismissible: true },
					{ id: "w2", message: { code: "why.unknownAgent" }, dismissible: false },
				],
				gate: { state: "failed", message: { code: "editor.noGate" }, folders: ["/a"], agents: [] },
			}),
		);
		const { page } = pending;
		await page.getByText("2 waiting in other windows").waitFor();
		await page.getByText("The gate is not running").waitFor();
		assert.equal(await page.getByRole("button", { name: "Pause" }).count(), 0);
		assert.deepEqual(await page.locator(".activity-row .what .verb").allTextContents(), [
			"Allowed",
			"Denied",
			"Allowed",
			"Timed out",
			"Withdrawn",
		]);
		assert.equal(await page.getByRole("button", { name: "Dismiss" }).count(), 1);
		await page.getByRole("button", { name: "Dismiss" }).click();
		const [dismissed] = await pending.waitForPosted("dismiss");
		assert.equal(dismissed?.warning, "w1");
	});

	it("pauses at a click and resumes only by a press that passes the rules", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.page.getByRole("button", { name: "Pause all agents" }).click();
		await pending.waitForPosted("pause");
		await pending.send(state([card("1")], { paused: true }));
		await pending.page.mouse.move(140, 5);
		const resume = pending.page.locator("vscode-button", { hasText: "Resume" });
		await resume.waitFor();
		await pending.page.evaluate('document.querySelector(".paused vscode-button").click()');
		await (await pending.rested(resume)).click();
		const posted = await pending.waitForPosted("pause", 2);
		assert.deepEqual(
			posted.map(({ paused }) => paused),
			[true, false],
		);
	});

	it("counts down in the last two minutes only", async () => {
		const soon = new Date(Date.now() + 90_000).toISOString();
		const later = new Date(Date.now() + 180_000).toISOString();
		const pending = await view.open(state([card("1", { deadlineAt: soon }), card("2", { deadlineAt: later })]));
		await pending.card("1").locator(".countdown").waitFor();
		assert.match((await pending.card("1").locator(".countdown").textContent()) ?? "", /Time left 1:[0-3]\d/);
		assert.equal(await pending.card("2").locator(".countdown").count(), 0);
	});

	it("opens diff and file only when told to", async () => {
		const pending = await view.open(state([editCard("1")]));
		await pending.page.getByRole("button", { name: "Open diff of src/login.ts" }).click();
		assert.deepEqual(await pending.waitForPosted("openDiff"), [{ type: "openDiff", id: "1", file: 0 }]);
		await pending.page.getByRole("button", { name: "Open src/login.ts" }).click();
		assert.deepEqual(await pending.waitForPosted("openFile"), [{ type: "openFile", id: "1", file: 0 }]);
	});

	it("tells a screen reader of new requests and of outcomes", async () => {
		const all = [card("1"), card("2", { target: "git push\u202e" })];
		const pending = await view.open(state([card("1")]));
		const live = pending.page.locator('[role="status"]');
		await pending.send(state(all));
		assert.equal(await live.textContent(), "New request from Claude Code: Run git push⟦U+202E⟧.");
		await without(pending, all, "1", "withdrawn");
		assert.equal(await live.textContent(), "Withdrawn by the agent: Run npm test.");
	});

	it("uses the editor's language", async () => {
		const pending = await view.open(state([]));
		await pending.send({ type: "strings", contents: { "Nothing is waiting": "Nichts wartet" } });
		await pending.page.getByText("Nichts wartet").waitFor();
	});

	it("says so when it cannot understand the editor, and keeps what it shows", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.send({ type: "state", pending: "none" });
		await pending.page.getByText("may be old").waitFor();
		assert.equal(await pending.card("1").count(), 1);
		await pending.send(state([card("1")]));
		await pending.page.getByText("may be old").waitFor({ state: "detached" });
	});
});
