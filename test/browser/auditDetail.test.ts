// The detail of a row: every kind of row, hostile text, what its buttons ask for, keys.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AuditPage, useAudit } from "../support/auditHarness/audit.ts";
import { sample } from "../support/auditHarness/fakeHost.ts";
import { ROWS, rowLike, SESSIONS } from "../support/auditHarness/sample.ts";
import { HOSTILE } from "../support/auditLog.ts";

async function openDetail(panel: AuditPage, target: string): Promise<void> {
	await panel.row(target).first().click();
	await panel.detail.getByRole("region", { name: "What happened" }).waitFor();
}

const sentence = (panel: AuditPage) => panel.detail.locator(".sentence").textContent();

describe("the detail of a row", () => {
	const view = useAudit();

	it("says in sentences what happened, who decided and what came of it", async () => {
		const panel = await view.open(sample());
		const expected: [target: string, text: string][] = [
			[
				"src/login.ts",
				"Claude Code asked to edit a file with Edit. Ada Lovelace (ada) allowed it (Editor) after 8.4 s. The agent reports that it ran.",
			],
			[
				"git status",
				"Claude Code asked to run a command with Bash. The rule floor.shell.git allowed it. The agent reports that it ran.",
			],
			[
				"npm test",
				"Claude Code asked to run a command with Bash. Ada Lovelace (ada) allowed it (Phone) after 1.5 min. The agent reports that it failed.",
			],
			[
				"rm -rf /tmp/build",
				"Claude Code asked to run a command with Bash. Ada Lovelace (ada) denied it (Editor) after 4.2 s. The session was told to stop.",
			],
			["git push", "Claude Code asked to run a command with Bash. Nobody answered in time, so it was denied."],
			["make deploy", "Claude Code asked to run a command with Bash. The agent took it back before anybody answered."],
			["touch x", "Claude Code asked to run a command with Bash. Gatepost could not go on, so it was denied."],
			["https://example.org/", "Claude Code asked to fetch from the network with WebFetch. Nobody has decided yet."],
			["The login form forgets", "A person told Claude Code what to do."],
			["result-without-decision", "Claude Code did something that Gatepost had not decided on."],
			["csv ·", "Export made: something left this log, or was removed from its evidence."],
		];
		for (const [target, text] of expected) {
			await panel.row(target).first().click();
			await panel.detail.locator(".sentence", { hasText: text }).waitFor();
		}
		assert.deepEqual(await panel.problems(), []);
	});

	it("is there for every kind of row", async () => {
		const panel = await view.open(sample());
		await panel.page.getByRole("button", { name: "Remove: Without gate entries" }).click();
		await panel.row("Checkpoint").waitFor();
		await panel.rows.first().focus();
		await panel.page.keyboard.press("Enter");
		for (const row of [...ROWS].reverse()) {
			await panel.detail.locator(`time[datetime="${row.time}"]`).first().waitFor();
			assert.notEqual(await sentence(panel), "");
			assert.equal(await panel.detail.getByRole("alert").count(), 0);
			await panel.page.keyboard.press("ArrowDown");
		}
		assert.deepEqual(await panel.problems(), []);
	});

	it("shows decision, starter, files and result, and tells claims from what was seen", async () => {
		const panel = await view.open(sample());
		await openDetail(panel, "src/login.ts");
		const text = (await panel.detail.innerText()).replaceAll(/\s+/g, " ");
		for (const part of [
			"Prompt that led to it",
			"The login form forgets the user. Fix it and run the tests.",
			"In the agent's own words Checks that the change works.",
			"default (the agent says so)",
			"Assurance level 1 of 5 (the name is what this machine says; it is not proven)",
			"Gesture pointer",
			"Why it was asked Not on the list of read-only commands: npm Reaches the network.",
			"What the person was shown All of it, for 4.2 s.",
			"Started from a terminal (bash) within Visual Studio Code",
			"Branch fix-login",
			"Commit 1234567890123456789012345678901234567890",
			"Enforced: the agent could not act without an answer.",
			"What the agent says of itself Model claude-opus-5",
			"1.2 kB before, 1.2 MB after. Secrets in it are masked.",
			"Its content was too large to be kept.",
			"Its content was removed by the retention setting.",
			"The same secret elsewhere",
			"4 entries of the log",
		]) {
			assert.ok(text.includes(part), `${part}\n\n${text}`);
		}
	});

	it("asks the host for diffs, documents, the explanation and a rule", async () => {
		const panel = await view.open(sample());
		const { id } = rowLike("/home/ada/shop/src/login.ts");
		await openDetail(panel, "src/login.ts");
		const press = (name: string | RegExp) => panel.detail.getByRole("button", { name }).first().click();
		await press("Open diff of /home/ada/shop/src/login.ts");
		// A side that is gone has no diff.
		assert.equal(await panel.detail.getByRole("button", { name: /^Open diff/ }).count(), 1);
		await press("Open the result");
		await press("Open the card that was shown");
		await press("Open the entries whole");
		await press("Explain");
		await press("Make a rule");
		await press("Copy the hash of entry 2");
		assert.deepEqual(await panel.posted("openDiff"), [{ type: "openDiff", row: id, file: 0 }]);
		assert.deepEqual(
			(await panel.posted("openText")).map(({ row, what }) => [row, what]),
			[
				[id, "result"],
				[id, "card"],
				[id, "entries"],
			],
		);
		assert.deepEqual(await panel.posted("explain"), [{ type: "explain", row: id }]);
		assert.deepEqual(await panel.posted("makeRule"), [{ type: "makeRule", row: id }]);
		assert.deepEqual(await panel.posted("copy"), [{ type: "copy", text: `1${"3f".repeat(32).slice(1)}` }]);
		await panel.detail.getByRole("button", { name: "Open", exact: true }).click();
		await panel.detail.locator(".sentence", { hasText: "took it back" }).waitFor();
	});

	it("goes on to the session", async () => {
		const panel = await view.open(sample());
		await openDetail(panel, "git status");
		await panel.detail.getByRole("button", { name: "Open the session" }).click();
		assert.equal(await panel.page.getByRole("tab", { name: "Sessions" }).getAttribute("aria-selected"), "true");
		assert.equal((await panel.waitForPosted("session"))[0]?.session, SESSIONS.good);
	});

	it("cuts nothing silently, and shows an entry as it is written", async () => {
		const panel = await view.open(sample());
		await openDetail(panel, "npm test");
		const action = panel.detail.getByRole("group", { name: "What was asked for" });
		assert.equal(await action.locator(".row").count(), 12);
		await panel.detail.getByRole("button", { name: "Show all 31 lines" }).click();
		assert.equal(await action.locator(".row").count(), 31);
		await panel.detail.getByRole("button", { name: /^action\.decided/ }).click();
		await panel.detail.getByText("It goes on: open the entries whole").waitFor();
		await panel.detail.getByText('"salt"').first().waitFor();
	});

	it("says in words what is odd", async () => {
		const panel = await view.open(sample());
		const odd: [target: string, text: string][] = [
			["git push", "That answer did not count."],
			["result-without-decision", "no decision had been released"],
			["<img src=x", "This would weaken Gatepost itself"],
		];
		for (const [target, text] of odd) {
			await panel.row(target).first().click();
			await panel.detail.locator(".note.warns", { hasText: text }).first().waitFor();
		}
		await panel.rows.locator("td.c-target", { hasText: /^Something else ran Altered afterwards ls$/ }).click();
		await panel.detail.getByText("is not what was decided on").waitFor();
		await panel.detail.getByText("Its hash does not fit what it says.").waitFor();
	});

	it("says why it is not there, and asks again", async () => {
		const panel = await view.open(sample({ refuse: ["detail"] }));
		await panel.row("make deploy").click();
		await panel.detail.getByText("The editor did not answer").waitFor();
		await panel.page.evaluate("fake.refuse = []");
		await panel.detail.getByRole("button", { name: "Try again" }).click();
		await panel.detail.getByText("took it back").waitFor();
	});

	it("follows what is decided later", async () => {
		const panel = await view.open(sample());
		const row = rowLike("https://example.org/");
		await openDetail(panel, "https://example.org/");
		await panel.page.evaluate(`(() => {
			const { row } = fake.details[${row.id}];
			row.outcome = "timeout";
			row.by = "timeout";
			fake.log.index.entries += 1;
			sendFake({ type: "log", log: fake.log });
		})()`);
		await panel.detail.locator(".sentence", { hasText: "Nobody answered in time" }).waitFor();
	});

	it("is closed by Escape, from wherever the focus is in it, and the focus is back in the row", async () => {
		const panel = await view.open(sample());
		await openDetail(panel, "make deploy");
		await panel.detail.getByRole("button", { name: "Explain" }).focus();
		await panel.page.keyboard.press("Escape");
		await panel.detail.waitFor({ state: "detached" });
		await panel.drawn();
		assert.equal(await panel.page.locator("tr:focus .c-target").textContent(), "make deploy");
		await openDetail(panel, "make deploy");
		await panel.detail.getByRole("button", { name: "Close the details" }).click();
		await panel.drawn();
		assert.equal(await panel.page.locator("tr:focus .c-target").textContent(), "make deploy");
	});

	it("is resized by keys and by pointer, beside and below", async () => {
		for (const [width, height] of [
			[1200, 700],
			[500, 900],
		] as const) {
			const panel = await view.open(sample(), { width, height });
			await openDetail(panel, "make deploy");
			const handle = panel.page.getByRole("separator", { name: "Size of the details" });
			const size = async () => {
				const box = await panel.detail.boundingBox();
				return width > 760 ? (box?.width ?? 0) : (box?.height ?? 0);
			};
			const before = await size();
			assert.equal(await handle.getAttribute("aria-valuenow"), "45");
			assert.equal(await handle.getAttribute("aria-orientation"), width > 760 ? "vertical" : "horizontal");
			await handle.focus();
			await panel.page.keyboard.press(width > 760 ? "ArrowLeft" : "ArrowUp");
			await panel.drawn();
			assert.ok((await size()) > before);
			assert.equal(await handle.getAttribute("aria-valuenow"), "49");
			const { x = 0, y = 0, width: w = 0, height: h = 0 } = (await handle.boundingBox()) ?? {};
			await panel.page.mouse.move(x + w / 2, y + h / 2);
			await panel.page.mouse.down();
			await panel.page.mouse.move(x + 100, y + 100, { steps: 3 });
			await panel.page.mouse.up();
			await panel.drawn();
			assert.ok((await size()) < before);
			assert.ok(await panel.row("make deploy").isVisible());
		}
	});
});

describe("an agent's text in the panel", () => {
	const view = useAudit();

	it("makes no element, no link and runs no code, in no view and no box", async () => {
		const panel = await view.open(sample());
		const { page } = panel;
		const made = () =>
			page.evaluate(
				'[...document.querySelectorAll("#root a, #root img, #root b, #root u, #root iframe, #root object, #root script, #root style, #root i:not(.end), [onerror], [href]:not(link)")].map((element) => element.outerHTML)',
			);
		await openDetail(panel, "<img src=x");
		const closed = panel.detail.locator("button:is(.fold, .more)[aria-expanded=false]");
		while ((await closed.count()) > 0) await closed.first().click();
		assert.deepEqual(await made(), []);
		const shown = (await panel.detail.innerText()).replaceAll("\n", " ");
		for (const part of ["<img src=x", "⟦U+001B⟧[31mred", "=HYPERLINK", "⟦U+202E⟧gpj.exe", "<u>rm</u>⟦U+2067⟧"]) {
			assert.ok(shown.includes(part), part);
		}
		for (const name of ["Session", "Agent", "More"]) {
			await page.locator(".filter-bar").getByRole("button", { name, exact: true }).click();
			await page.getByRole("dialog").waitFor();
			const folded = page.getByRole("dialog").locator(".fold[aria-expanded=false]");
			while ((await folded.count()) > 0) await folded.first().click();
			for (const tick of await page.getByRole("dialog").getByRole("checkbox").all()) await tick.check();
			assert.deepEqual(await made(), [], name);
			await page.keyboard.press("Escape");
		}
		await page.getByRole("button", { name: "Export" }).click();
		assert.deepEqual(await made(), []);
		assert.equal(await page.title(), "Gatepost");
		assert.deepEqual(await panel.problems(), []);
	});

	it("keeps to its line in a row", async () => {
		const panel = await view.open(sample());
		const row = panel.row("<img src=x").first();
		const { height = 0 } = (await row.boundingBox()) ?? {};
		const { height: other = 0 } = (await panel.row("make deploy").boundingBox()) ?? {};
		assert.equal(height, other);
		assert.ok((await row.locator(".c-target").innerText()).includes(HOSTILE.html.slice(0, 30)));
	});
});
